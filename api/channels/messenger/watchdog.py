"""Looks now and then whether each page's token still works and whether Meta still delivers to us.

Meta stops delivering after an hour of failures. That is an alarm, and delivery is asked for again at once. Wishes to
be forgotten that could not be carried out are tried again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from api.channels.messenger import deletion, repository
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.graph import Graph, GraphAway, GraphRefused
from api.channels.messenger.verdicts import STOPS, Verdict, judge
from api.conversations.rasa import RasaClient
from api.database import Database, now

log = structlog.get_logger()

EVERY_SECONDS = 300.0
# After so long a page that Meta had barred is tried again.
TRY_BARRED_AFTER = timedelta(hours=1)


class Watchdog:
    """Runs as one task of the API process."""

    def __init__(
        self,
        database: Database,
        rasa: RasaClient,
        graph: Graph,
        configuration: Configuration,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._rasa = rasa
        self._graph = graph
        self._configuration = configuration
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="messenger watchdog")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            for page_id in self._configuration.pages:
                try:
                    await self.look(page_id)
                except Exception:
                    log.exception("messenger_watchdog_failed", page=page_id)
            try:
                await deletion.settle_open(self._database, self._rasa, self._graph, self._clock)
            except Exception:
                log.exception("messenger_deletions_failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self, page_id: str) -> None:
        """Look at one page; note what was seen, raise the alarm, mend what can be mended."""
        try:
            subscribed = await self._graph.subscribed(page_id)
            if not subscribed:
                log.critical("messenger_not_subscribed", page=page_id)
                await self._graph.subscribe(page_id)
        except GraphAway as reason:
            log.warning("messenger_watchdog_blind", page=page_id, reason=str(reason))
            return
        except GraphRefused as reason:
            verdict = judge(reason)
            log.critical("messenger_watchdog_refused", page=page_id, reason=str(reason))
            if verdict in STOPS:
                await self._note(page_id, stopped=str(verdict))
            return
        await self._note(page_id, subscribed=subscribed)

    async def _note(self, page_id: str, *, stopped: str | None = None, subscribed: bool | None = None) -> None:
        async with self._database.transaction() as session:
            page = await repository.page(session, page_id)
            page.checked_at = moment = self._clock()
            if stopped is not None:
                page.stopped, page.stopped_at = stopped, page.stopped_at or moment
                return
            page.subscribed = subscribed
            # The token works: what had stopped the page for its sake is over.
            since = page.stopped_at or moment
            if page.stopped == Verdict.STOP_TOKEN or moment - since >= TRY_BARRED_AFTER:
                page.stopped = page.stopped_at = None
