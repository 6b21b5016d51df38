"""Plays the waiting turns: one at a time per conversation, many conversations at once (design §3, step 3).

A worker claims a conversation by a lease in the database, which it renews while the turn is played: several processes
share the work, and the turn of one that died is taken over when its lease runs out.
"""

import asyncio
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import structlog

from api import metrics, traces
from api.conversations import forgetting, handoff, reader, repository
from api.conversations.jobs import every
from api.conversations.models import InboxMessage
from api.conversations.rasa import Erased, RasaAway, RasaClient, TurnFailed
from api.conversations.service import INBOX, Heart, tell_to_wait, write_answer, write_failure
from api.database import DATABASE_AWAY, now

log = structlog.get_logger()

AT_ONCE = 32
TOLD_AT_ONCE = 100
MOST_FAILURES = 2


@dataclass(frozen=True)
class Pace:
    """Seconds between the looks, how long a lease holds, and after how long a pupil is told that it takes a while.

    `look_woken` is between the looks for what other processes wrote, where these wake us anyway.
    """

    look: float = 1.0
    look_woken: float = 5.0
    lease: float = 12.0
    renew: float = 3.0
    tell: float = 5.0


class Claim(NamedTuple):
    """A message that this worker may play now, what its conversation is like, and what the bot should know: the lines
    that a counsellor wrote before, the version of the catalogue.
    """

    message: InboxMessage
    channel: str
    language: str | None
    said: list[str]
    catalogue: int | None


class Worker:
    """Runs as a few tasks of the API process; `stop` lets the turns in flight end."""

    def __init__(self, heart: Heart, rasa: RasaClient, pace: Pace | None = None) -> None:
        self._heart = heart
        self._rasa = rasa
        self._pace = pace or Pace()
        self._id = str(uuid.uuid4())
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._away = False
        self._looked_out = float("-inf")

    def start(self) -> None:
        """Begin to play turns, to keep the leases of those in play, and what else has to be done now and then."""
        pace = self._pace
        self._tasks = [
            asyncio.create_task(self._take_turns()),
            asyncio.create_task(every(pace.renew, self._renew, share=1)),
            asyncio.create_task(every(pace.look, self.tell)),
            asyncio.create_task(every(pace.look, self._forget)),
            asyncio.create_task(every(pace.look, self._look_out)),
        ]

    async def stop(self) -> None:
        """Stop taking turns and wait for those in flight."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.gather(*self._serving.values(), return_exceptions=True)

    # --- turns --------------------------------------------------------------------------------------------------------

    async def _take_turns(self) -> None:
        while True:
            try:
                await self._look_around()
            except Exception:
                log.exception("worker_look_failed")
            if self._away:
                await asyncio.sleep(self._pace.look)
            else:
                await self._take_arrivals()

    async def _look_around(self) -> None:
        """Begin to serve the conversations that wait; while Rasa is away, only look whether it is back."""
        self._serving = {key: task for key, task in self._serving.items() if not task.done()}
        if self._away:
            self._away = bool(await self._rasa.missing())
        room = AT_ONCE - len(self._serving)
        if self._away or not room:
            return
        # All of them are found below: what has arrived is in the database.
        self._heart.arrived.clear()
        async with self._heart.database.transaction(read_only=True, quick=True) as session:
            limit = room + len(self._serving)
            found = await repository.waiting_conversations(session, now(), self._id, limit)
        self._begin(found)

    async def _take_arrivals(self) -> None:
        """Serve at once what arrives in this process, until it is time to look around again.

        That is so after a while, and as soon as there is room again after there was none.
        """
        clock, arrived = asyncio.get_running_loop().time, self._heart.arrived
        end = clock() + self._pace.look
        while (left := end - clock()) > 0:
            awake = self._heart.notifier.register(INBOX)
            self._begin([one for one in arrived if one not in self._serving])
            is_full = len(self._serving) >= AT_ONCE
            # Who is being served may have been found to wait for nothing more: then its task must end first.
            in_the_way = self._serving.values() if arrived or is_full else ()
            await asyncio.wait([awake, *in_the_way], timeout=left, return_when=asyncio.FIRST_COMPLETED)
            self._heart.notifier.forget(INBOX, awake)
            self._serving = {key: task for key, task in self._serving.items() if not task.done()}
            if is_full or self._away:
                return

    def _begin(self, conversations: Iterable[str]) -> None:
        """Serve those that are not served yet, as far as there is room."""
        for conversation_id in conversations:
            if conversation_id not in self._serving and len(self._serving) < AT_ONCE:
                self._heart.arrived.pop(conversation_id, None)
                self._serving[conversation_id] = asyncio.create_task(self.serve(conversation_id))

    async def serve(self, conversation_id: str) -> None:
        """Answer the conversation's waiting messages, oldest first, until none is due."""
        try:
            while claim := await self._claim(conversation_id):
                if not await self._play(conversation_id, claim):
                    break
        except DATABASE_AWAY as reason:
            metrics.AWAY.labels("database").inc()
            log.warning("turn_waits_for_database", conversation=conversation_id, reason=type(reason).__name__)
            await asyncio.sleep(self._pace.look)

    async def _claim(self, conversation_id: str) -> Claim | None:
        """The next message that is due; when there is none, the lease is given back at once."""
        async with self._heart.database.transaction(quick=True) as session:
            leased = await repository.take_lease(session, conversation_id, self._id, self._pace.lease)
            if leased is None:
                return None
            waiting = await repository.waiting(session, conversation_id)
            if not waiting or not repository.is_due(waiting[0], now()):
                await repository.give_lease_back(session, conversation_id, self._id)
                return None
            if not waiting[0].attempts:
                metrics.PART_SECONDS.labels("waiting").observe((now() - waiting[0].due_at).total_seconds())
                traces.past("waiting", conversation_id, waiting[0].seq, waiting[0].due_at)
            # Without a change of the owner nobody but the bot has answered.
            said = (
                await handoff.said_meanwhile(session, conversation_id, waiting[0].seq) if leased.owner_version else []
            )
            catalogue = await self._heart.version(session) if self._heart.version is not None else None
            return Claim(waiting[0], leased.channel, leased.language, said, catalogue)

    async def _play(self, conversation_id: str, claim: Claim) -> bool:
        """Play one turn; whether to go on with the conversation's next message. If not, the lease is given back."""
        message = claim.message
        try:
            mark = traces.part("rasa", conversation_id, message.seq)
            with metrics.PART_SECONDS.labels("rasa").time(), mark as headers:
                answer = await self._rasa.turn(
                    conversation_id,
                    str(message.seq),
                    channel=claim.channel,
                    text=message.text,
                    payload=message.payload,
                    language=claim.language,
                    calm=message.calm,
                    said=claim.said,
                    catalogue=claim.catalogue,
                    headers=headers,
                )
            writing = traces.part("writing", conversation_id, message.seq)
            with metrics.PART_SECONDS.labels("writing").time(), writing:
                return await write_answer(self._heart, conversation_id, message.seq, answer, worker=self._id)
        except RasaAway as reason:
            self._away = True
            metrics.AWAY.labels("rasa").inc()
            await self._put_off(conversation_id, message.seq, failed=False)
            log.warning("rasa_away", conversation=conversation_id, attempts=message.attempts + 1, reason=str(reason))
            return False
        except Erased:
            return False
        except DATABASE_AWAY:
            raise
        except TurnFailed as reason:
            return await self._fail(conversation_id, message, str(reason))
        except Exception as bug:
            log.exception("turn_interrupted", conversation=conversation_id, seq=message.seq)
            return await self._fail(conversation_id, message, type(bug).__name__)

    async def _fail(self, conversation_id: str, message: InboxMessage, reason: str) -> bool:
        failures = await self._put_off(conversation_id, message.seq, failed=True)
        log.error("turn_failed", conversation=conversation_id, seq=message.seq, failures=failures, reason=reason)
        if failures < MOST_FAILURES:
            return False
        await write_failure(self._heart, conversation_id, message.seq)
        return True

    async def _put_off(self, conversation_id: str, seq: int, *, failed: bool) -> int:
        """Let the message wait, and others take the conversation, unless it has failed too often; how often so far."""
        async with self._heart.database.transaction(quick=True) as session:
            message = await repository.put_off(session, conversation_id, seq, failed=failed)
            failures = message.failures if message is not None else 0
            if not failed or failures < MOST_FAILURES:
                await repository.give_lease_back(session, conversation_id, self._id)
            return failures

    # --- now and then -------------------------------------------------------------------------------------------------

    async def _renew(self) -> None:
        held = [conversation_id for conversation_id, task in self._serving.items() if not task.done()]
        if held:
            async with self._heart.database.transaction(quick=True) as session:
                await repository.renew_leases(session, held, self._id, self._pace.lease)

    async def tell(self) -> None:
        """Tell the pupils who have waited for a while that nothing is lost."""
        async with self._heart.database.transaction(read_only=True, quick=True) as session:
            since = now() - timedelta(seconds=self._pace.tell)
            found = await repository.waiting_in_the_dark(session, since, TOLD_AT_ONCE)
        for conversation_id in found:
            await tell_to_wait(self._heart, conversation_id)

    async def _forget(self) -> None:
        async with self._heart.database.transaction(read_only=True, quick=True) as session:
            found = await forgetting.pending(session)
        for conversation_id in found:
            await forgetting.carry_out(self._heart.database, self._rasa, conversation_id)

    async def _look_out(self) -> None:
        moment = asyncio.get_running_loop().time()
        if self._heart.notifier.outward is not None and moment - self._looked_out < self._pace.look_woken:
            return
        self._looked_out = moment
        await reader.look_out(self._heart)
