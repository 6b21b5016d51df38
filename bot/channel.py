"""Our Rasa channel: the heart of the API asks it for one turn at a time, over loopback."""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
from pathlib import Path
from typing import Any, Awaitable, Callable, Coroutine, Dict, List, Set, Text

import aiohttp
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import DBAPIError

from bot import carried, lean, models
from bot.names import Names
from bot.tracker_store import Forgotten, Overtaken, StillRead
from bot.turn import CHANNEL, ActionsAway, BadPayload, Turn, TurnFailed, play

logger = logging.getLogger(__name__)

# Longer than a turn can take, so that a lock ends by itself only when its holder died.
LOCK_SECONDS = 180.0
LOOK_AT_LOCK_SECONDS = 0.05
# How often a turn is begun anew when another Rasa has stored one of the same conversation meanwhile.
MOST_BEGINNINGS = 3


def own_tracker_store(agent: Agent) -> TrackerStore:
    """The tracker store, without the wrapper that Rasa puts around it.

    The wrapper goes on in memory when the database fails, and answers as if nothing had happened; a turn that cannot be
    kept must fail instead, so that it is played again.
    """
    if isinstance(agent.tracker_store, FailSafeTrackerStore):
        agent.tracker_store = agent.processor.tracker_store = agent.tracker_store._tracker_store
    return agent.tracker_store


async def missing(agent: Agent) -> List[Text]:
    """What a turn needs and does not find: the model, the action server."""
    if not agent or not agent.is_ready():
        return ["rasa"]
    health = os.environ["ACTIONS_URL"].rpartition("/")[0] + "/health"
    try:
        async with aiohttp.request("GET", health, timeout=aiohttp.ClientTimeout(total=1)) as answer:
            return [] if answer.status == 200 else ["actions"]
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return ["actions"]


async def play_alone(agent: Agent, turn: Turn, names: Names) -> HTTPResponse:
    """Play the turn while no other one of its conversation is played, and answer as the class below says."""
    store = own_tracker_store(agent)
    try:
        async with agent.lock_store.lock(turn.conversation, LOCK_SECONDS, LOOK_AT_LOCK_SECONDS):
            await names.refresh(turn.catalogue)
            return response.json(await _play_over(agent, turn))
    except BadPayload:
        return response.json({"error": "bad_payload"}, status=422)
    except Forgotten:
        return response.json({"error": "forgotten"}, status=410)
    except ActionsAway as away:
        return response.json({"error": "actions_away", "action": str(away)}, status=503)
    except (DBAPIError, LockError, Overtaken) as away:
        logger.warning("tracker store of kind %s is away: %s", type(store).__name__, type(away).__name__)
        return response.json({"error": "tracker_store_away"}, status=503)
    except TurnFailed as failure:
        logger.error("turn failed in conversation %s: %s", turn.conversation, failure)
        return response.json({"error": "turn_failed", "action": str(failure)}, status=500)


async def _play_over(agent: Agent, turn: Turn) -> Dict[Text, Any]:
    """The answer to the turn; over what another Rasa has stored meanwhile it is played anew, or found to be played."""
    for _ in range(MOST_BEGINNINGS - 1):
        try:
            return await play(agent.processor, turn)
        except Overtaken:
            logger.warning("another Rasa has played in conversation %s", turn.conversation)
    return await play(agent.processor, turn)


async def forget_alone(agent: Agent, conversation: Text, for_good: bool) -> HTTPResponse:
    """Erase the tracker once no turn of the conversation is played any more."""
    store = own_tracker_store(agent)
    try:
        async with agent.lock_store.lock(conversation, LOCK_SECONDS, LOOK_AT_LOCK_SECONDS):
            await (store.delete(conversation) if for_good else store.clear(conversation))
    except (DBAPIError, LockError, StillRead):
        return response.json({"error": "tracker_store_away"}, status=503)
    return response.empty()


async def remembered(agent: Agent, conversation: Text) -> HTTPResponse:
    """The slots of a conversation, and what was said in the turns that are kept with them."""
    try:
        tracker = await own_tracker_store(agent).retrieve(conversation)
    except DBAPIError:
        return response.json({"error": "tracker_store_away"}, status=503)
    events = list(tracker.events) if tracker else []
    slots = tracker.current_slot_values() if tracker else {}
    said = [event.text for event in events if isinstance(event, (UserUttered, BotUttered)) and event.text]
    return response.json({"slots": {name: value for name, value in slots.items() if value is not None}, "said": said})


class TurnChannel(InputChannel):
    """`POST /webhooks/turn/play` plays a turn. `DELETE /webhooks/turn/trackers/<conversation>` forgets a conversation,
    with `?again=yes` in such a way that it may go on; `GET` tells what is remembered of it.
    `POST /webhooks/turn/model` changes the model, `GET /webhooks/turn/ready` tells which one is served.

    All ask for the token of `RASA_TOKEN` as a bearer token. Answers: 200 with the bot's messages, 401 without the
    token, 410 for a conversation that was erased, 422 for a payload that means nothing, 500 for a turn that fails for
    good, 503 for one to be tried again.
    """

    def __init__(self) -> None:
        self._going_on: Set["asyncio.Future[HTTPResponse]"] = set()

    @classmethod
    def name(cls) -> Text:
        return CHANNEL

    async def _to_its_end(self, work: Coroutine[Any, Any, HTTPResponse]) -> HTTPResponse:
        """The answer of the work, which goes on when the caller is gone.

        Otherwise the same turn, asked for again, could begin while a thread still stores the first one.
        """
        task = asyncio.ensure_future(work)
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        return await asyncio.shield(task)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes; Rasa mounts them under `/webhooks/turn`."""
        lean.install()
        routes = Blueprint("turn")
        names = Names()

        @routes.middleware("request")
        async def check_token(request: Request) -> Any:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {os.environ.get('RASA_TOKEN', '')}".encode()):
                return response.json({"error": "unauthorized"}, status=401)
            return None

        @routes.listener("after_server_start")
        async def settle(app: Sanic, *_: Any) -> None:
            # What understanding loads with its first message is to be there before the first pupil.
            if app.ctx.agent and app.ctx.agent.is_ready():
                await app.ctx.agent.processor.parse_message(UserMessage(models.TRIED))
            lean.settle()

        @routes.listener("after_server_stop")
        async def close(*_: Any) -> None:
            await names.close()

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            lacking = await missing(request.app.ctx.agent)
            if not lacking:
                # So that also `/model/parse`, which asks nobody, knows after a start what staff have saved.
                await names.read_once()
            body = {"missing": lacking, "model": models.name_of(request.app.ctx.agent)}
            return response.json(body, status=503 if lacking else 200)

        @routes.post("/play")
        async def turn(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            if not agent or not agent.is_ready():
                return response.json({"error": "no_model"}, status=503)
            # A newer API may tell more than this Rasa knows of, while one after the other is renewed.
            body: Dict[str, Any] = {name: value for name, value in request.json.items() if name in Turn._fields}
            carried.note(request.headers.get(carried.TRACE), body.get("catalogue"))
            return await self._to_its_end(play_alone(agent, Turn(**body), names))

        @routes.post("/model")
        async def model(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            try:
                return response.json({"model": await models.change(agent, Path(request.json["file"]))})
            except models.BadModel as problem:
                return response.json({"error": "bad_model", "model": str(problem)}, status=422)

        @routes.delete("/trackers/<conversation>")
        async def forget(request: Request, conversation: str) -> HTTPResponse:
            agent = request.app.ctx.agent
            if not agent or not agent.is_ready():
                return response.json({"error": "no_model"}, status=503)
            return await self._to_its_end(forget_alone(agent, conversation, request.args.get("again") != "yes"))

        @routes.get("/trackers/<conversation>")
        async def remember(request: Request, conversation: str) -> HTTPResponse:
            agent = request.app.ctx.agent
            if not agent or not agent.is_ready():
                return response.json({"error": "no_model"}, status=503)
            return await remembered(agent, conversation)

        return routes
