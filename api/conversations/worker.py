"""Plays the waiting turns: one at a time per conversation, many conversations at once (design §3, step 3).

A worker claims a conversation by a lease in the database, so that several processes share the work and the turn of one
that died is taken over when its lease runs out.
"""

import asyncio
import uuid
from contextlib import suppress

import structlog

from api.conversations import forgetting, repository
from api.conversations.models import Conversation, InboxMessage
from api.conversations.rasa import RasaAway, RasaClient, TurnFailed
from api.conversations.service import INBOX, Heart, postpone, write_answer, write_failure
from api.database import now

log = structlog.get_logger()

AT_ONCE = 32
LOOK_AGAIN_SECONDS = 1.0
LEASE_SECONDS = 90.0
MOST_FAILURES = 2


class Worker:
    """Runs as one task of the API process; `stop` lets the turns in flight end."""

    def __init__(self, heart: Heart, rasa: RasaClient) -> None:
        self._heart = heart
        self._rasa = rasa
        self._id = str(uuid.uuid4())
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to play turns."""
        self._task = asyncio.create_task(self._run(), name="worker")

    async def stop(self) -> None:
        """Stop taking turns and wait for those in flight."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*self._serving.values(), return_exceptions=True)

    async def _run(self) -> None:
        while True:
            awake = self._heart.notifier.register(INBOX)
            try:
                await self._look_around()
            except Exception:
                log.exception("worker_look_failed")
            await asyncio.wait(
                [awake, *self._serving.values()], timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            self._heart.notifier.forget(INBOX, awake)

    async def _look_around(self) -> None:
        self._serving = {key: task for key, task in self._serving.items() if not task.done()}
        room = AT_ONCE - len(self._serving)
        async with self._heart.database.transaction(read_only=True) as session:
            found = await repository.waiting_conversations(session, now(), room + len(self._serving)) if room else []
            forgotten = await forgetting.pending(session)
        for conversation_id in found:
            if conversation_id not in self._serving and len(self._serving) < AT_ONCE:
                self._serving[conversation_id] = asyncio.create_task(self._serve(conversation_id))
        for conversation_id in forgotten:
            await forgetting.carry_out(self._heart.database, self._rasa, conversation_id)

    async def _serve(self, conversation_id: str) -> None:
        """Answer the conversation's waiting messages, oldest first, until none is due."""
        try:
            while message := await self._claim(conversation_id):
                if not await self._play(conversation_id, message):
                    break
        except Exception:
            log.exception("turn_interrupted", conversation=conversation_id)
        finally:
            async with self._heart.database.transaction() as session:
                await repository.give_lease_back(session, conversation_id, self._id)

    async def _claim(self, conversation_id: str) -> InboxMessage | None:
        async with self._heart.database.transaction() as session:
            if not await repository.take_lease(session, conversation_id, self._id, LEASE_SECONDS):
                return None
            message = await repository.oldest_waiting(session, conversation_id)
            return message if message is not None and message.due_at <= now() else None

    async def _play(self, conversation_id: str, message: InboxMessage) -> bool:
        """Play one turn; whether to go on with the conversation's next message."""
        async with self._heart.database.transaction(read_only=True) as session:
            conversation = await session.get(Conversation, conversation_id)
            language = conversation.language if conversation else None
        try:
            answer = await self._rasa.turn(
                conversation_id, str(message.seq), text=message.text, payload=message.payload, language=language
            )
        except RasaAway as reason:
            attempts = await postpone(self._heart, conversation_id, message.seq)
            log.warning("rasa_away", conversation=conversation_id, attempts=attempts, reason=str(reason))
            return False
        except TurnFailed as reason:
            return await self._fail(conversation_id, message, str(reason))
        if not await write_answer(self._heart, conversation_id, message.seq, answer):
            await self._forget_again(conversation_id)
            return False
        return True

    async def _forget_again(self, conversation_id: str) -> None:
        """The conversation was erased while its turn was in flight, and the turn has written a tracker since."""
        async with self._heart.database.transaction() as session:
            await forgetting.ask(session, conversation_id)

    async def _fail(self, conversation_id: str, message: InboxMessage, reason: str) -> bool:
        attempts = await postpone(self._heart, conversation_id, message.seq)
        log.error("turn_failed", conversation=conversation_id, seq=message.seq, attempts=attempts, reason=reason)
        if attempts < MOST_FAILURES:
            return False
        await write_failure(self._heart, conversation_id, message.seq)
        return True
