"""Takes stored updates to the heart: in the order of Meta's clock for each sender, several senders at once.

Where updates come late, as when Meta catches up after a failure, a sender is served once it is quiet for a while. So it
is after a start, too: what Meta could not deliver meanwhile may belong before what is here already.

An update's row says that it waits until its work is done; a crash between the two repeats the work, which is harmless.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from api.channels.messenger import handlers, repository
from api.channels.messenger.handlers import Means
from api.channels.messenger.threads import Erased
from api.channels.messenger.updates import LONGEST_HOLD
from api.database import now

log = structlog.get_logger()

UPDATES = "messenger updates"
NEVER = datetime.min.replace(tzinfo=UTC)
SENDERS_AT_ONCE = 8
LOOK_AGAIN_SECONDS = 0.5
MOST_ATTEMPTS = 6
FORGET_EVERY_SECONDS = 3600.0
# However restless a sender is, the first update waits no longer than this for others that may belong before it.
LONGEST_WAIT = timedelta(minutes=3)


class Processor:
    """Runs as one task of the API process."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._running_since = now()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take updates."""
        self._task = asyncio.create_task(self._run(), name="messenger processor")

    async def stop(self) -> None:
        """Stop at once; what was not finished is taken again at the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        forget_at, held = 0.0, False
        while True:
            busy = False
            try:
                if not held:
                    async with self._means.heart.database.transaction() as session:
                        await repository.hold_all(session, now() + LONGEST_HOLD)
                    held = True
                busy = await self.round()
                if (moment := asyncio.get_running_loop().time()) >= forget_at:
                    forget_at = moment + FORGET_EVERY_SECONDS
                    async with self._means.heart.database.transaction() as session:
                        await repository.forget_old(session, now())
            except Exception:
                log.exception("messenger_round_failed")
            if not busy:
                await self._rest()

    async def _rest(self) -> None:
        news = self._means.heart.notifier.register(UPDATES)
        try:
            # Fresh updates are held for a moment anyway: no need to look at once.
            await asyncio.wait([news], timeout=LOOK_AGAIN_SECONDS)
            await asyncio.sleep(0.1)
        finally:
            self._means.heart.notifier.forget(UPDATES, news)

    async def round(self) -> bool:
        """Deal with what needs no order, then serve the senders whose updates are due; whether there were any."""
        await self._deal_with_unordered()
        moment = now()
        overdue = moment - LONGEST_WAIT if moment - LONGEST_WAIT >= self._running_since else NEVER
        async with self._means.heart.database.transaction(read_only=True) as session:
            senders = await repository.due_senders(session, moment, overdue, SENDERS_AT_ONCE)
        await asyncio.gather(*(self._serve(page_id, psid) for page_id, psid in senders))
        return bool(senders)

    async def _deal_with_unordered(self) -> None:
        """What fails here is tried with the other updates of its sender, and put aside there."""
        database = self._means.heart.database
        try:
            async with database.transaction(read_only=True) as session:
                updates = await repository.unordered(session, handlers.HANDLERS)
            if done := await handlers.handle_unordered(self._means, updates):
                async with database.transaction() as session:
                    await repository.finish(session, done)
        except Exception:
            log.exception("messenger_unordered_failed")

    async def _serve(self, page_id: str, psid: str) -> None:
        """Take the sender's updates in order, up to the first that fails."""
        database = self._means.heart.database
        async with database.transaction(read_only=True) as session:
            updates = await repository.waiting(session, page_id, psid)
        done = []
        for update in updates:
            try:
                await handlers.handle(self._means, update)
            except Erased:
                continue
            except Exception:
                async with database.transaction() as session:
                    again = await repository.put_off(session, update.id, now(), MOST_ATTEMPTS)
                log.exception("messenger_update_failed", update=update.id, kind=update.kind, again=again)
                break
            done.append(update.id)
        if done:
            async with database.transaction() as session:
                await repository.finish(session, done)
