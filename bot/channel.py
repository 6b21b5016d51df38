"""Our Rasa channel: the heart of the API asks it for one turn at a time, over loopback."""

from __future__ import annotations

import hmac
import logging
import os
from typing import Any, Awaitable, Callable, Dict, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import remote_actions
from bot.tracker_store import SnapshotTrackerStore
from bot.turn import CHANNEL, ActionsAway, BadPayload, Turn, TurnFailed, play

logger = logging.getLogger(__name__)


def own_tracker_store(agent: Agent) -> SnapshotTrackerStore:
    """Our tracker store, without the wrapper that Rasa puts around it.

    The wrapper goes on in memory when the database fails, and answers as if nothing had happened; a turn that cannot be
    kept must fail instead, so that it is played again.
    """
    if isinstance(agent.tracker_store, FailSafeTrackerStore):
        agent.tracker_store = agent.processor.tracker_store = agent.tracker_store._tracker_store
    return agent.tracker_store


class TurnChannel(InputChannel):
    """`POST /webhooks/turn/play` plays a turn, `DELETE /webhooks/turn/trackers/<conversation>` forgets a conversation.

    All ask for the token of `RASA_TOKEN` as a bearer token. Answers: 200 with the bot's messages, 401 without the
    token, 422 for a payload that means nothing, 500 for a turn that fails for good, 503 for one to be tried again.
    """

    @classmethod
    def name(cls) -> Text:
        return CHANNEL

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes; Rasa mounts them under `/webhooks/turn`."""
        remote_actions.check_schema_once()
        routes = Blueprint("turn")

        @routes.middleware("request")
        async def check_token(request: Request) -> Any:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {os.environ.get('RASA_TOKEN', '')}".encode()):
                return response.json({"error": "unauthorized"}, status=401)
            return None

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            loaded = bool(agent and agent.is_ready())
            return response.json({"ready": loaded}, status=200 if loaded else 503)

        @routes.post("/play")
        async def turn(request: Request) -> HTTPResponse:
            body: Dict[str, Any] = request.json
            own_tracker_store(request.app.ctx.agent)
            try:
                return response.json(await play(request.app.ctx.agent.processor, Turn(**body)))
            except BadPayload:
                return response.json({"error": "bad_payload"}, status=422)
            except ActionsAway as away:
                return response.json({"error": "actions_away", "action": str(away)}, status=503)
            except TurnFailed as failure:
                logger.error("turn failed in conversation %s: %s", body.get("conversation"), failure)
                return response.json({"error": "turn_failed", "action": str(failure)}, status=500)

        @routes.delete("/trackers/<conversation>")
        async def forget(request: Request, conversation: str) -> HTTPResponse:
            await own_tracker_store(request.app.ctx.agent).delete(conversation)
            return response.empty()

        return routes
