"""The psychological and pedagogical clinics: free, no referral, the parent's part, which one, the first visit."""

from actions.contact import say_contact
from actions.naming import institutions_in
from actions.questions import aspects
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import institution_card
from api.catalogue.clinic_cards import rules_card
from api.catalogue.kinds import Institution, InstitutionType

MOST_CARDS = 4
BUTTONS = ("clinic_which", "clinic_parent", "clinic_visit", "clinic_list", "human")
# Which rules answer which question, the most telling first. A first visit is described in no fact.
ANSWERS = {
    "which": ("clinic-catchment",),
    "parent": ("clinic-registration",),
    "age": ("clinic-registration",),
    "referral": ("clinic-no-referral",),
    "price": ("clinic-free",),
    "secret": ("clinic-confidentiality",),
    "visit": ("clinic-confidentiality", "clinic-tasks", "clinic-registration"),
}
CONTACT = {"place", "phone", "opening", "email"}


@action("action_clinic")
def clinic(talk: Talk) -> None:
    """How a clinic is reached in general, or the answer to what the message asks about it."""
    named = [i for i in institutions_in(talk.catalogue, talk.words) if i.type is InstitutionType.CLINIC]
    asked = talk.entities("about") or [name for name in aspects(talk.words) if name in ANSWERS]
    if "list" in asked:
        talk.say("clinics.list", cards=_clinics(talk), buttons=BUTTONS)
    elif asked:
        answer_about_clinics(talk, asked)
    elif named:
        say_contact(talk, named)
    else:
        talk.say("clinics.about", cards=_rules(talk, None), buttons=BUTTONS)


def answer_about_clinics(talk: Talk, asked: list[str]) -> None:
    """What the rules say about it; for a place or a number the clinics that were shown."""
    known = [aspect for aspect in asked if aspect in ANSWERS]
    if not known and set(asked) & CONTACT:
        shown = [place for _, id_ in talk.shown if (place := talk.catalogue.find(Institution, id_))]
        say_contact(talk, shown or [i for i in _all(talk) if i.phone])
        return
    ids = list(dict.fromkeys(id_ for aspect in known for id_ in ANSWERS[aspect]))
    first = known[0] if known else "about"
    cards = _rules(talk, ids) + (_clinics(talk) if first == "which" else [])
    talk.say(f"clinics.{first}", cards=cards, buttons=BUTTONS)


def _all(talk: Talk) -> list[Institution]:
    return [place for place in talk.catalogue.all(Institution) if place.type is InstitutionType.CLINIC]


def _clinics(talk: Talk) -> list[dict[str, object]]:
    return [institution_card(talk.catalogue, place, talk.language) for place in _all(talk)[:MOST_CARDS]]


def _rules(talk: Talk, ids: list[str] | None) -> list[dict[str, object]]:
    card = rules_card(talk.catalogue, talk.language, ids)
    return [card] if card else []
