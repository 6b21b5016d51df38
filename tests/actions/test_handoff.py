"""Asking for a person hands over, and says why."""

from datetime import date
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import human
from actions.talk import Talk
from api.catalogue.view import Catalogue


def talk(*actions: str) -> Talk:
    """A turn after these actions."""
    events = [{"event": "action", "name": name} for name in actions]
    tracker = Tracker("someone", {}, {"intent": {"name": "x"}}, events, False, None, {}, "action_listen")
    # Nothing here reads the catalogue.
    return Talk(CollectingDispatcher(), tracker, cast(Catalogue, None), date(2026, 11, 22))


def said(turn: Talk) -> dict[str, Any]:
    """The one message of the turn."""
    (message,) = turn.dispatcher.messages
    return dict(message)


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ((), "asked"),
        (("action_suggest_courses", "action_listen"), "asked"),
        (("action_fallback", "action_listen", "action_extract_slots"), "unsure"),
        (("action_distress", "action_listen"), "safety"),
    ],
)
def test_asking_for_a_person_hands_over_with_the_reason(before: tuple[str, ...], reason: str) -> None:
    turn = talk(*before)
    human(turn)
    assert said(turn)["custom"]["handoff"] == reason
