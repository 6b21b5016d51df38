"""Programmes for adults and for people who come back from abroad."""

from functools import lru_cache
from re import Pattern

from actions.lexicon import both, pattern, words_of
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import institution_card, programme_card
from api.catalogue.kinds import Institution, Programme
from api.catalogue.terms import ProgrammeState
from api.texts import plain

# What is open or may be comes first, then what people still ask for although it has ended.
ADULT = ("pociag-do-kariery-s1", "bilans-kariery", "bon-szkoleniowy", "kierunek-kariera")
RETURNEE = ("nowy-start-w-malopolsce",)
OFFICE = "wup-krakow"
# Which field of a programme answers which question. What has no entry is not known.
FIELDS = {"price": "amounts", "conditions": "who", "age": "who", "email": "email"}


@action("action_adult_programme")
def adult_programme(talk: Talk) -> None:
    """The programme that the message names, else those of the labour office, each with its state."""
    named = named_programmes(talk)
    programmes = named or [programme for id_ in ADULT if (programme := talk.catalogue.find(Programme, id_))]
    has_ended = bool(named) and all(programme.state is ProgrammeState.ENDED for programme in named)
    key = "programmes.ended" if has_ended else "programmes.named" if named else "programmes.adult"
    talk.say(key, cards=_cards(talk, programmes), buttons=("eligible", "office", "counselling"))


@action("action_returnee_programme")
def returnee_programme(talk: Talk) -> None:
    """What the catalogue has for returnees, and who knows what runs today."""
    programmes = [programme for id_ in RETURNEE if (programme := talk.catalogue.find(Programme, id_))]
    cards = _cards(talk, programmes) + office_cards(talk)
    talk.say("programmes.returnee", cards=cards, buttons=("eligible", "counselling"))


def answer_about_programmes(talk: Talk, asked: list[str]) -> None:
    """The cards of the programmes that were shown again, or of their offices, with whether the answer is among it."""
    ids = [id_ for kind, id_ in talk.shown if kind == "programme"] or ADULT[:1]
    shown = [programme for id_ in ids if (programme := talk.catalogue.find(Programme, id_))]
    if {"place", "phone"} & set(asked):
        talk.say("details.programme_known", cards=office_cards(talk, shown), buttons=("eligible",))
        return
    known = [p for p in shown if any(p.text(FIELDS[aspect], talk.language) for aspect in asked if aspect in FIELDS)]
    if known:
        talk.say("details.programme_known", cards=_cards(talk, known), buttons=("eligible", "office"))
    else:
        talk.say("details.programme_unknown", cards=office_cards(talk, shown), buttons=("eligible",))


def named_programmes(talk: Talk) -> list[Programme]:
    """The programmes that the message names; a longer name wins over a shorter one inside it."""
    words = plain(talk.words)
    spans = [(match.span(), id_) for id_, names in _names().items() for match in names.finditer(words)]
    ids = [
        id_
        for (start, end), id_ in spans
        if not any(first <= start and end <= last and last - first > end - start for (first, last), _ in spans)
    ]
    return [programme for id_ in dict.fromkeys(ids) if (programme := talk.catalogue.find(Programme, id_))]


def office_cards(talk: Talk, programmes: list[Programme] | None = None) -> list[dict[str, object]]:
    """The offices that run these programmes; the regional labour office where that is not known."""
    ids = [programme.institution for programme in programmes or [] if programme.institution] or [OFFICE]
    found = (talk.catalogue.find(Institution, id_) for id_ in dict.fromkeys(ids))
    return [institution_card(talk.catalogue, office, talk.language) for office in found if office]


@lru_cache(maxsize=1)
def _names() -> dict[str, Pattern[str]]:
    return {id_: pattern(both(names)) for id_, names in words_of("programmes").items()}


def _cards(talk: Talk, programmes: list[Programme]) -> list[dict[str, object]]:
    return [programme_card(talk.catalogue, programme, talk.language) for programme in programmes]
