"""How the gauges get their numbers, and how requests are timed. Puts rooms together, as `main` does."""

import asyncio
from contextlib import suppress
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import metrics
from api.channels.messenger import repository as messenger
from api.conversations import desk, repository
from api.conversations.jobs import every
from api.conversations.service import Heart
from api.database import DATABASE_AWAY, now

EVERY_SECONDS = 5.0


class Observer:
    """One task of the API process that reads the gauges from the database."""

    def __init__(self, heart: Heart, *, messenger_is_on: bool) -> None:
        self._heart = heart
        self._messenger_is_on = messenger_is_on
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(every(EVERY_SECONDS, self.look))

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Read all gauges once. Without a database they keep what they were."""
        metrics.READERS.set(len(self._heart.notifier))
        metrics.REDIS.set(self._heart.notifier.outward is not None)
        with suppress(*DATABASE_AWAY):
            async with self._heart.database.transaction(read_only=True) as session:
                waiting, oldest = await repository.backlog(session)
                people, unseen = await desk.backlog(session)
                states = await messenger.line_counts(session) if self._messenger_is_on else {}
                deletions = await messenger.open_deletions(session) if self._messenger_is_on else []
                stopped = await messenger.stopped_pages(session) if self._messenger_is_on else ()
            metrics.WAITING.set(waiting)
            metrics.OLDEST.set((now() - oldest).total_seconds() if oldest else 0)
            metrics.PEOPLE.set(people)
            metrics.UNSEEN.set(unseen)
            metrics.FORGETTINGS.set(len(deletions))
            metrics.STOPPED_PAGES.set(len(stopped))
            for state, count in states.items():
                metrics.DELIVERIES.labels(state).set(count)


class Timing:
    """Times each request until its answer begins. The route's pattern is noted, not its path: paths hold ids."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                metrics.REQUEST_SECONDS.labels(scope["method"], route, message["status"]).observe(
                    perf_counter() - began
                )
            await send(message)

        await self._app(scope, receive, timed)
