"""Turns for tests of actions, without Rasa."""

from datetime import date
from typing import Any, cast

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.talk import Talk
from api.catalogue.view import Catalogue


def turn(
    typed: str,
    *ranking: tuple[str, float],
    slots: dict[str, Any] | None = None,
    entities: list[dict[str, str]] | None = None,
    form: str | None = None,
    intent: str | None = None,
    channel: str = "web",
) -> Talk:
    """A typed message with this ranking of intents, in a form and with slots as given.

    The dialogue acts on `intent`, by default the likeliest one.
    """
    guesses = [{"name": name, "confidence": confidence} for name, confidence in ranking or [("out_of_scope", 0.2)]]
    chosen = {"name": intent or guesses[0]["name"], "confidence": guesses[0]["confidence"]}
    message = {"text": typed, "intent": chosen, "intent_ranking": guesses, "entities": entities or []}
    loop = {"name": form} if form else {}
    events = [{"event": "user", "text": typed, "input_channel": channel}]
    tracker = Tracker("someone", slots or {}, message, events, False, None, loop, "action_listen")
    # Nothing that is tested with these reads the catalogue.
    return Talk(CollectingDispatcher(), tracker, cast(Catalogue, None), date(2026, 11, 22))


def slots_after(talk: Talk) -> dict[str, Any]:
    """The slots that the turn sets."""
    return {event["name"]: event["value"] for event in talk.events if event["event"] == "slot"}


def said(talk: Talk) -> str:
    """All that the turn says."""
    return "\n".join(message["text"] for message in talk.dispatcher.messages)
