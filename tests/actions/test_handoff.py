"""Asking for a person hands over, and says why; failing to understand offers a person, and forces nobody."""

from datetime import date
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import manners
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
        (("action_complain", "action_listen"), "complaint"),
        (("action_distress", "action_listen"), "safety"),
    ],
)
def test_asking_for_a_person_hands_over_with_the_reason(before: tuple[str, ...], reason: str) -> None:
    turn = talk(*before)
    human(turn)
    assert said(turn)["custom"]["handoff"] == reason


@pytest.mark.parametrize("action", ["action_fallback", "action_complain"])
def test_the_second_failure_in_a_row_offers_a_person_and_forces_nobody(action: str) -> None:
    turn = talk(action, "action_listen")
    (manners.fallback if action == "action_fallback" else manners.answers["action_complain"])(turn)
    message = said(turn)
    assert "/ask_human" in {button["payload"] for button in message["buttons"]}
    assert "handoff" not in message["custom"]
