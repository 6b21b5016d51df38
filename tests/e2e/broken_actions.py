"""The action server with two actions that break: one raises with the pupil's words in its error, one says nothing.

uvicorn tests.e2e.broken_actions:app --factory
"""

from typing import Any

from fastapi import FastAPI
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.server import app as healthy


async def _raise(_dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]) -> list[Any]:
    raise RuntimeError(f"a bug after: {tracker.latest_message['text']}")


async def _say_nothing(_dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: dict[str, Any]) -> list[Any]:
    return []


def app() -> FastAPI:
    """The real actions but for two."""
    application = healthy()
    application.state.executor.actions.update(action_thank=_raise, action_goodbye=_say_nothing)
    return application
