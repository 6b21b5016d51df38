"""Address, phone and site of an institution: only what is confirmed, and who would know the rest."""

from actions.naming import institutions_in, names_a_hidden_one
from actions.questions import aspects
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import institution_card
from api.catalogue.kinds import Institution, Profession, Programme

MOST_CARDS = 3
ASKED = {"phone": "phone", "email": "email", "place": "address", "opening": "opening"}
# Cards of institutions, of which "a jaki mają numer?" may ask.
KINDS = frozenset({"school", "clinic", "career_centre", "science_place"})


@action("action_contact")
def contact(talk: Talk) -> None:
    """Contacts of the institution that the message names, else of those shown last or of the industry it names."""
    chosen = (talk.catalogue.find(Institution, id_) for id_ in talk.entities("institution"))
    named = [place for place in chosen if place] or institutions_in(talk.catalogue, talk.words)
    if not named and names_a_hidden_one(talk.catalogue, talk.words):
        talk.say("contact.hidden", buttons=("schools", "clinic", "counselling"))
        return
    places = named or shown_places(talk) or _of_industry(talk)
    if places:
        say_contact(talk, places)
    else:
        talk.say("contact.which", buttons=("schools", "clinic", "counselling"))


def say_contact(talk: Talk, places: list[Institution]) -> None:
    """The cards of these places, and in words whether what was asked is confirmed."""
    cards = [institution_card(talk.catalogue, place, talk.language) for place in places[:MOST_CARDS]]
    asked = [ASKED[aspect] for aspect in aspects(talk.words) if aspect in ASKED]
    known = [getattr(place, field, None) for place in places[:MOST_CARDS] for field in asked]
    anything = any(place.phone or place.email or place.address or place.website for place in places)
    if not anything:
        key = "contact.nothing"
    elif asked and not any(known):
        key = f"contact.no_{asked[0]}"
    else:
        key = "contact.found"
    talk.say(key, cards=cards, buttons=("counselling", "clinic"))


def shown_places(talk: Talk) -> list[Institution]:
    """The institutions on the cards that were shown last; of a programme the one that runs it."""
    found = [talk.catalogue.find(Institution, id_) for kind, id_ in talk.shown if kind in KINDS]
    for kind, id_ in talk.shown:
        programme = talk.catalogue.find(Programme, id_) if kind == "programme" else None
        found.append(talk.catalogue.find(Institution, programme.institution) if programme else None)
    return list({place.id: place for place in found if place}.values())


def _of_industry(talk: Talk) -> list[Institution]:
    professions = (talk.catalogue.find(Profession, id_) for id_ in talk.entities("profession"))
    industries = {i for profession in professions if profession for i in profession.industries}
    industries |= set(talk.entities("industry"))
    return [
        place
        for place in talk.catalogue.all(Institution)
        if industries & set(place.industries) and (place.website or place.phone)
    ]
