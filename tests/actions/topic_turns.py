"""A turn as an action meets it, without Rasa: what was typed, how it was understood, what is remembered."""

import asyncio
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.registry import answers, perform
from actions.talk import Talk
from api.catalogue.view import Catalogue
from tests.catalogue.samples import TODAY


def turn(
    catalogue: Catalogue,
    typed: str = "",
    *,
    intent: str = "nlu_fallback",
    confidence: float = 0.3,
    entities: dict[str, Any] | None = None,
    slots: dict[str, Any] | None = None,
    form: str | None = None,
    before: str | None = None,
    handoff: str | None = None,
) -> Talk:
    """A turn; without typed words a button. `before` is the action of the turn before, which handed the talk over if it
    was for a reason (`handoff`).
    """
    found = [
        {"entity": kind, "value": value}
        for kind, given in (entities or {}).items()
        for value in (given if isinstance(given, list) else [given])
    ]
    message: dict[str, Any] = {"text": typed, "intent": {"name": intent}, "entities": found}
    if typed:
        message["intent_ranking"] = [{"name": intent, "confidence": confidence}]
    said = {"event": "bot", "text": "…", "data": {"custom": {"handoff": handoff} if handoff else {}}}
    earlier = [{"event": "user"}, {"event": "action", "name": before}, said] if before else []
    events = [*earlier, {"event": "user"}]
    loop = {"name": form} if form else {}
    tracker = Tracker(
        "someone", {"language": "pl", **(slots or {})}, message, events, False, None, loop, "action_listen"
    )
    return Talk(CollectingDispatcher(), tracker, catalogue, TODAY)


def play(talk: Talk, action: str) -> dict[str, Any]:
    """Run the action; the slots that it sets."""
    asyncio.run(perform(answers[action], talk))
    return {event["name"]: event["value"] for event in talk.events}


def said(talk: Talk) -> str:
    """All that the bot says in the turn."""
    return "\n".join(str(message["text"]) for message in talk.dispatcher.messages)


def cards(talk: Talk) -> list[dict[str, Any]]:
    """All cards of the turn."""
    return [card for message in talk.dispatcher.messages for card in message["custom"]["cards"]]


def facts(card: dict[str, Any]) -> dict[str, str]:
    """The facts of a card by their labels; of several with one label the last."""
    return {fact["label"]: fact["value"] for fact in card["facts"]}


def payloads(talk: Talk) -> list[str]:
    """The payloads of all buttons, those on cards too."""
    shown = [button for message in talk.dispatcher.messages for button in message["buttons"]]
    return [button["payload"] for button in [*shown, *(b for card in cards(talk) for b in card["buttons"])]]


def with_editions(catalogue: Catalogue, **editions: Any) -> Catalogue:
    """The same catalogue with other editions, by course."""
    return replace(catalogue, _editions=editions)
