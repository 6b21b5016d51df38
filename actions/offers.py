"""Places that show science."""

from actions.choices import industry_buttons
from actions.contact import say_contact, shown_places
from actions.naming import institutions_in
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import institution_card
from api.catalogue.kinds import Industry, Institution, InstitutionType, Interest, Profession

MOST_CARDS = 4


@action("action_science_places")
def science_places(talk: Talk) -> None:
    """Places that popularise science: the one that is named, else those of what is named or the pupil likes."""
    places = [place for place in talk.catalogue.all(Institution) if place.type is InstitutionType.SCIENCE_INSTITUTION]
    if asked_for := [place for place in institutions_in(talk.catalogue, talk.words) if place in places]:
        say_contact(talk, asked_for)
        return
    named = _fields(talk, talk.entities("profession"), talk.entities("interest", "like"), talk.entities("industry"))
    slot = talk.tracker.get_slot
    wanted = named or _fields(talk, slot("profession") or [], slot("interest") or [], slot("industry") or [])
    near = [place for place in places if wanted & set(place.industries)] if wanted else places
    if not places:
        talk.say("offers.science_none", buttons=("courses", "interests"))
        return
    shown = near or places
    cards = [institution_card(talk.catalogue, place, talk.language) for place in shown[:MOST_CARDS]]
    key = "offers.science_field" if wanted and near else "offers.science_other" if named else "offers.science"
    names = [record.name(talk.language) for record in talk.catalogue.all(Industry) if record.id in wanted]
    talk.say(
        key,
        cards=cards,
        buttons=[*industry_buttons(talk, "science_of", railway=False), "interests"],
        fields=", ".join(names),
    )


def answer_about_science_places(talk: Talk, asked: list[str]) -> None:
    """Where the places are; tickets and hours are on their own sites."""
    if {"price", "date", "opening"} & set(asked):
        shown = [place for place in shown_places(talk) if place.type is InstitutionType.SCIENCE_INSTITUTION]
        cards = [institution_card(talk.catalogue, place, talk.language) for place in shown[:MOST_CARDS]]
        talk.say("offers.science_unknown", cards=cards, buttons=("interests",))
    else:
        say_contact(talk, shown_places(talk))


def _fields(talk: Talk, professions: list[str], interests: list[str], industries: list[str]) -> set[str]:
    """The industries of all these."""
    learned = (talk.catalogue.find(Profession, id_) for id_ in professions)
    liked = (talk.catalogue.find(Interest, id_) for id_ in interests)
    return {*industries, *(i for record in (*learned, *liked) if record for i in record.industries)}
