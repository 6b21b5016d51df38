"""Turns a plain function into a Rasa action: reads the catalogue, calls the function, hands back its events.

An action that writes is `async` and opens `database().transaction()` itself. A turn may be played again after a crash,
so what it calls must do no harm when it is called twice.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.talk import Talk, marked
from api.catalogue.service import kept, snapshot, today
from api.database import Database
from api.settings import settings

type Answer = Callable[[Talk], Awaitable[None] | None]

# Actions that ask a form's question. The form waits where a question would be out of place: whoever says goodbye is
# not asked again, nor is anything asked in the same breath as a cry for help is answered or the talk goes to a person.
ASKS = "action_ask_"
GOODBYE = "action_goodbye"
# All actions by name, so that one can hand on to another.
answers: dict[str, Answer] = {}
# Which version of the catalogue there was when the API took the turn, if it has said so.
told_version: ContextVar[int | None] = ContextVar("told_version", default=None)
# rasa-sdk finds actions as living subclasses, and a class that nobody holds may be collected before it looks.
_classes: list[type] = []


@lru_cache(maxsize=1)
def database() -> Database:
    """The connection pool of the action server's process."""
    return Database(settings().database)


def action[A: Answer](name: str) -> Callable[[A], A]:
    """Register the decorated function as the action of this name (rasa-sdk finds it as a subclass of Action)."""

    def register(answer: A) -> A:
        answers[name] = answer
        members = {"__module__": answer.__module__, "action_name": name, "answer": answer}
        _classes.append(type(answer.__name__, (_TopicAction,), members))
        return answer

    return register


async def perform(answer: Answer, talk: Talk) -> None:
    """Call an action's function, whether it is async or not."""
    result = answer(talk)
    if result is not None:
        await result


class _TopicAction(Action):
    """Base of the registered actions; `action_name` and `answer` come from the decorator."""

    action_name = ""
    answer: Any

    def name(self) -> str:
        return self.action_name

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Awaitable[list[EventType]]:
        return self._run(dispatcher, tracker)

    async def _run(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        version = told_version.get()
        catalogue = kept(database(), version) if version is not None else None
        if catalogue is None:
            async with database().transaction(read_only=True, quick=True) as session:
                catalogue = await snapshot(session)
        talk = Talk(dispatcher, tracker, catalogue, today())
        if self.action_name.startswith(ASKS):
            # The guess alone says nothing: "3b" may sound like a goodbye and be what the form asked for.
            turn = talk.turn()
            done = {event.get("name") for event in turn if event.get("event") == "action"}
            if GOODBYE in done or marked(turn, "safety", "handoff"):
                return []
            talk.asks = self.action_name.removeprefix(ASKS)
        await perform(type(self).answer, talk)
        return talk.events
