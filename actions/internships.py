"""Internships: employers' offers when there are any, the kinds of internships and their rules."""

from actions.questions import aspects
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import internship_card
from api.catalogue.kinds import InternshipOffer, InternshipRule, Profession
from api.catalogue.offer_cards import open_offers

MOST_CARDS = 4
MOST_OFFERS = 3
# What answers first: what a pupil internship is, the past round in Kraków, then the neighbouring forms.
KINDS = ("staz-uczniowski", "staz-ckz-krakow", "praktyka-zawodowa", "mlodociany")
# Which rules answer which question. What has no entry is not known.
ANSWERS = {
    "stipend": ("staz-ckz-krakow",),
    "length": ("staz-ckz-krakow",),
    "conditions": ("staz-uczniowski", "mlodociany", "staz-uczniowski-umowa"),
    "age": ("staz-uczniowski-umowa", "mlodociany"),
    "contract": ("staz-uczniowski-umowa", "staz-uczniowski-program", "staz-uczniowski-zaliczenie"),
}
BUTTONS = ("internship_pay", "internship_hours", "internship_who", "internship_contract", "internship_list")


@action("action_internships")
def internships(talk: Talk) -> None:
    """The offers that suit what the pupil names or learns, else that there are none; and what an internship is."""
    asked = talk.entities("about") or [name for name in aspects(talk.words) if name in ANSWERS]
    if asked:
        answer_about_internships(talk, asked)
        return
    every = open_offers(talk.catalogue, talk.today)
    suiting = [offer for offer in every if _suits(talk, offer)]
    if suiting:
        cards = [internship_card(talk.catalogue, offer, talk.language) for offer in suiting[:MOST_OFFERS]]
        talk.say("offers.internships_open", cards=cards, count=len(suiting), buttons=BUTTONS)
        return
    key = "offers.internships_other" if every else "offers.internships"
    talk.say(key, cards=_rules(talk, KINDS), buttons=BUTTONS)


def answer_about_internships(talk: Talk, asked: list[str]) -> None:
    """What is known about pay, hours, conditions and so on: of the offers that were shown, else of the rules."""
    offers = [
        offer
        for kind, id_ in talk.shown
        if kind == "internship" and (offer := talk.catalogue.find(InternshipOffer, id_))
    ]
    if offers and not talk.entities("about"):
        cards = [internship_card(talk.catalogue, offer, talk.language) for offer in offers]
        talk.say("details.internship_known", cards=cards, buttons=BUTTONS)
        return
    ids = list(dict.fromkeys(id_ for aspect in asked for id_ in ANSWERS.get(aspect, ())))
    if not ids:
        known = "details.internship_price" if "price" in asked else "details.internship_unknown"
        talk.say(known, buttons=BUTTONS)
        return
    key = "details.internship_stipend" if asked[0] == "stipend" else "details.internship_known"
    talk.say(key, cards=_rules(talk, ids), buttons=BUTTONS)


def _suits(talk: Talk, offer: InternshipOffer) -> bool:
    """Whether the offer belongs to what the message names, else to what the pupil learns; all do otherwise."""
    professions = talk.entities("profession")
    industries = talk.entities("industry")
    if not professions and not industries:
        professions = list(talk.tracker.get_slot("profession") or [])
        industries = list(talk.tracker.get_slot("industry") or [])
    if not professions and not industries:
        return True
    learned = (record for id_ in professions if (record := talk.catalogue.find(Profession, id_)))
    fields = {*industries, *(industry for record in learned for industry in record.industries)}
    return bool(set(professions) & set(offer.professions) or fields & set(offer.industries))


def _rules(talk: Talk, ids: tuple[str, ...] | list[str]) -> list[dict[str, object]]:
    found = [rule for id_ in ids if (rule := talk.catalogue.find(InternshipRule, id_))]
    return [internship_card(talk.catalogue, rule, talk.language) for rule in found[:MOST_CARDS]]
