"""Wakes the readers and workers of the other API processes, through Redis.

Redis only saves time: what it does not carry is found by the looks into the database, which are rarer while it does.
Nothing is kept in it, so it may be emptied or restarted at any moment.
"""

import asyncio
import json
import uuid
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.conversations.notifier import Notifier

log = structlog.get_logger()

CHANNEL = "drogowskaz:wake"
MOST_UNTOLD = 10_000
TRY_AGAIN_SECONDS = 1.0
SILENCE_SECONDS = 5.0


class Wakeups:
    """Two tasks of the API process: one tells the others what happened here, one hears what happened there."""

    def __init__(self, notifier: Notifier, redis: Redis) -> None:
        self._notifier = notifier
        self._redis = redis
        self._id = uuid.uuid4().hex
        self._untold: dict[str, None] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._connected: bool | None = None

    def start(self) -> None:
        """Begin to tell and to hear."""
        self._tasks = [asyncio.create_task(self._tell()), asyncio.create_task(self._hear())]

    async def stop(self) -> None:
        """Stop both."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    def _note(self, topic: str) -> None:
        if len(self._untold) < MOST_UNTOLD:
            self._untold[topic] = None
            self._news.set()

    async def _tell(self) -> None:
        """Publish the topics that have come together since the last time, in one message."""
        while True:
            await self._news.wait()
            self._news.clear()
            topics, self._untold = list(self._untold), {}
            try:
                await self._redis.publish(CHANNEL, json.dumps([self._id, topics]))
            except (RedisError, OSError) as reason:
                self._lost(reason)

    async def _hear(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as reason:
                self._lost(reason)
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def _listen(self) -> None:
        """Wake whom the others name, until the connection breaks or is silent although asked."""
        async with self._redis.pubsub() as ear:
            await ear.subscribe(CHANNEL)
            asked = False
            while True:
                message = await ear.get_message(timeout=SILENCE_SECONDS)
                if message is None:
                    if asked:
                        raise TimeoutError("Redis is silent.")
                    await ear.ping()
                    asked = True
                    continue
                asked = False
                self._found()
                if message["type"] == "message":
                    sender, topics = json.loads(message["data"])
                    for topic in topics if sender != self._id else ():
                        self._notifier.wake(topic)

    def _found(self) -> None:
        if not self._connected:
            if self._connected is False:
                log.info("redis_is_back")
            self._connected = True
            self._notifier.outward = self._note

    def _lost(self, reason: Exception) -> None:
        """From now on the looks into the database must do; said once."""
        if self._connected is not False:
            log.warning("redis_away", reason=type(reason).__name__)
        self._connected = False
        self._notifier.outward = None
        self._untold.clear()
