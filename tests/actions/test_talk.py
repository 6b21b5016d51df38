"""How the bot words its answers: in turn, and never the same sentence twice in a row."""

from datetime import date
from itertools import pairwise
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.talk import Talk
from api.catalogue.view import Catalogue
from api.texts import LANGUAGES, Language


def talk(language: Language, *said: str) -> Talk:
    """A talk in which the bot has said these sentences."""
    events: list[dict[str, Any]] = [{"event": "bot", "text": sentence} for sentence in said]
    tracker = Tracker("1", {"language": language}, {}, events, False, None, {}, None)
    return Talk(CollectingDispatcher(), tracker, cast(Catalogue, None), date(2026, 11, 22))


def answer(before: Talk, key: str) -> str:
    before.say(key)
    return str(before.dispatcher.messages[-1]["text"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["talk.goodbye", "clinics.about"])
def test_the_same_sentence_is_never_said_twice_in_a_row(language: Language, key: str) -> None:
    said: list[str] = []
    for _ in range(4):
        said.append(answer(talk(language, *said), key))
    assert all(one != following for one, following in pairwise(said))


def test_a_repeated_sentence_is_announced_as_repeated() -> None:
    first = answer(talk("pl"), "clinics.about")
    assert answer(talk("pl", first), "clinics.about") == f"Powtórzę: {first}"
    assert answer(talk("pl", first, "Cześć!"), "clinics.about") == first
