"""Takes lines to Graph: each conversation's in order, one at a time, many conversations at once.

A line is marked unknown before it is handed over, so that a crash on the way leaves it unknown and not queued: it is
settled by its echo, or, where none comes, by a look into the thread. No line is ever sent on a guess.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from api.channels.messenger import delivery, outbox, repository
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.graph import Graph, GraphAway, GraphRefused
from api.channels.messenger.models import Line, State
from api.channels.messenger.verdicts import STOPS, Verdict
from api.conversations import repository as conversations
from api.conversations.service import Heart
from api.database import now

log = structlog.get_logger()

CONVERSATIONS_AT_ONCE = 16
LOOK_AGAIN_SECONDS = 1.0
MOST_EXPECTED = 300
MOST_ASIDES = 64
SHOWN_FOR = timedelta(seconds=5)


class Courier:
    """Runs as one task of the API process. `clock` is for tests."""

    def __init__(
        self, heart: Heart, graph: Graph, configuration: Configuration, clock: Callable[[], datetime] = now
    ) -> None:
        self._heart = heart
        self._graph = graph
        self._configuration = configuration
        self._clock = clock
        self._desk = delivery.Desk(heart.database, graph, configuration, clock)
        self._expected: OrderedDict[str, None] = OrderedDict()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._shown: dict[str, datetime] = {}
        self._slow_until: dict[str, datetime] = {}
        self._asides: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run(), name="messenger courier")

    async def stop(self) -> None:
        """Stop looking for lines and let those on their way arrive."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*self._busy.values(), *self._asides, return_exceptions=True)

    def expect(self, conversation_id: str) -> None:
        """Something will soon be said in this conversation: be there when it is."""
        self._expected[conversation_id] = None
        self._expected.move_to_end(conversation_id)
        if len(self._expected) > MOST_EXPECTED:
            self._expected.popitem(last=False)
        self._awake.set()

    def show_reading(self, page_id: str, psid: str) -> None:
        """Show the pupil that the line was seen and an answer is on its way."""
        moment = self._clock()
        if moment - self._shown.get(psid, moment - SHOWN_FOR) < SHOWN_FOR:
            return
        self._shown = {key: at for key, at in self._shown.items() if moment - at < SHOWN_FOR} | {psid: moment}
        self._aside(self._show(page_id, psid, ("mark_seen", "typing_on")))

    def tell(self, page_id: str, psid: str, line: str) -> None:
        """Say something outside of any conversation, once, without a second try."""
        message = {"text": line, "metadata": "aside::"}
        body = {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": message}
        self._aside(self._graph.send(page_id, body))

    async def settle(self, echoes: Mapping[str, str | None]) -> None:
        """Echoes of lines have come (`ref` with Meta's id): they surely went out. Mostly that is known already."""
        async with self._heart.database.transaction(read_only=True) as session:
            refs = await repository.unsettled(session, echoes)
        for ref in refs:
            async with self._heart.database.transaction() as session:
                line = await repository.line(session, ref)
                if line is not None and line.state != State.SENT:
                    line.state, line.mid, line.message, line.error = State.SENT, echoes[ref], None, None
                    self.expect(line.conversation_id)

    async def stop_page(self, page_id: str, reason: str | None) -> None:
        """Send nothing more through the page, and alarm; or send again, where there is no reason."""
        async with self._heart.database.transaction() as session:
            page = await repository.page(session, page_id)
            page.stopped, page.stopped_at = reason, self._clock() if reason else None
        if reason:
            log.critical("messenger_page_stopped", page=page_id, reason=reason)

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            news = [(one, self._heart.notifier.register(one)) for one in self._expected]
            try:
                await self.round()
            except Exception:
                log.exception("messenger_courier_failed")
            awake = asyncio.create_task(self._awake.wait())
            waiting: list[asyncio.Future[Any]] = [awake, *(waiter for _, waiter in news), *self._busy.values()]
            await asyncio.wait(waiting, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            awake.cancel()
            for topic, waiter in news:
                self._heart.notifier.forget(topic, waiter)

    async def round(self) -> None:
        """Read what is new into the outbox, then start whatever may be sent or settled now."""
        database = self._heart.database
        async with database.transaction(read_only=True) as session:
            behind = await conversations.with_news(session, repository.cursors(), MOST_EXPECTED)
        for conversation_id in behind:
            if await outbox.fill(database, conversation_id, self._configuration.long_gap):
                await self._type(conversation_id)
        async with database.transaction(read_only=True) as session:
            heads = await repository.heads(session, self._clock())
            stopped = await repository.stopped_pages(session)
        self._busy = {key: task for key, task in self._busy.items() if not task.done()}
        for line in heads:
            if len(self._busy) < CONVERSATIONS_AT_ONCE and self._may_go(line, stopped):
                self._busy[line.conversation_id] = asyncio.create_task(self._serve(line))

    async def idle(self) -> None:
        """Wait until everything that was started is done (for tests)."""
        while self._busy or self._asides:
            await asyncio.gather(*self._busy.values(), *self._asides, return_exceptions=True)
            self._busy = {key: task for key, task in self._busy.items() if not task.done()}

    def _may_go(self, line: Line, stopped: set[str]) -> bool:
        moment = self._clock()
        if line.conversation_id in self._busy or line.page_id in stopped:
            return False
        return line.page_id in self._configuration.pages and self._slow_until.get(line.page_id, moment) <= moment

    async def _serve(self, line: Line) -> None:
        """Send the conversation's lines until one does not get through, or settle the one that is unknown."""
        try:
            if line.state == State.UNKNOWN:
                await self._desk.look_up(line)
                return
            verdict, wait = await self._desk.send(line.conversation_id)
            if verdict in (Verdict.SLOWER, Verdict.AGAIN):
                self._slow_until[line.page_id] = self._clock() + wait
            elif verdict in STOPS:
                await self.stop_page(line.page_id, str(verdict))
        except Exception:
            log.exception("messenger_line_interrupted", conversation=line.conversation_id)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _type(self, conversation_id: str) -> None:
        """A counsellor is typing."""
        async with self._heart.database.transaction(read_only=True) as session:
            thread = await repository.thread_of(session, conversation_id)
        if thread is not None:
            self._aside(self._show(thread.page_id, thread.psid, ("typing_on",)))

    async def _show(self, page_id: str, psid: str, actions: tuple[str, ...]) -> None:
        for action in actions:
            await self._graph.show(page_id, psid, action)

    def _aside(self, call: Coroutine[Any, Any, Any]) -> None:
        """Make a call whose failure nobody misses; not when many are under way already."""
        if len(self._asides) >= MOST_ASIDES:
            call.close()
            return

        async def run() -> None:
            try:
                await call
            except (GraphAway, GraphRefused) as reason:
                log.debug("messenger_aside_failed", reason=str(reason))

        task = asyncio.create_task(run())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
