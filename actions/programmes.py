"""Programmes for adults and for people who come back from abroad."""

from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import programme_card
from api.catalogue.kinds import Programme

ADULT = ("pociag-do-kariery-s1", "bilans-kariery", "bon-szkoleniowy", "kierunek-kariera")
RETURNEE = ("nowy-start-w-malopolsce",)


@action("action_adult_programme")
def adult_programme(talk: Talk) -> None:
    """The programmes of the labour office, each with its state."""
    _show(talk, "programmes.adult", ADULT)


@action("action_returnee_programme")
def returnee_programme(talk: Talk) -> None:
    """What the catalogue has for returnees, and who knows what runs today."""
    _show(talk, "programmes.returnee", RETURNEE)


def _show(talk: Talk, key: str, ids: tuple[str, ...]) -> None:
    found = (talk.catalogue.find(Programme, id_) for id_ in ids)
    cards = [programme_card(talk.catalogue, programme, talk.language) for programme in found if programme]
    talk.say(key, cards=cards, buttons=("counselling", "help"))
