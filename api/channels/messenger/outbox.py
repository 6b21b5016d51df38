"""From events to lines: reads what is new in a conversation and puts what the pupil must see into the outbox.

The lines and the number of the last event that was read are written together, so that each event gets its lines once.
"""

import re
from datetime import timedelta
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from api.channels.messenger import repository
from api.channels.messenger.fit import fit
from api.channels.messenger.models import Line, Thread
from api.conversations import repository as conversations
from api.conversations.models import Event, EventType, Owner
from api.database import Database
from api.texts import Language, text

# What our lines carry as metadata, so that their echoes are told from those of others.
OURS = re.compile(r"[0-9a-f-]{36}:u?\d+:\d+|aside::")
BOT, COUNSELLOR, PUPIL, SYSTEM = "bot", "counsellor", "pupil", "system"


async def fill(database: Database, conversation_id: str, long_gap: timedelta) -> bool:
    """Take the conversation's new events; whether a counsellor is typing right now."""
    async with database.transaction() as session:
        thread = await repository.thread_of(session, conversation_id)
        return thread is not None and await _read_on(session, thread, long_gap)


async def notice(session: AsyncSession, thread: Thread, key: str, message: dict[str, Any], long_gap: timedelta) -> None:
    """Put a line of the channel itself behind all that was said so far; `key` tells it from others of the talk."""
    await _read_on(session, thread, long_gap)
    _put(session, thread, [message], key=key, seq=None, sender=SYSTEM)


async def _read_on(session: AsyncSession, thread: Thread, long_gap: timedelta) -> bool:
    """Take the thread's new events; whether the last of them is that a counsellor types."""
    events = await conversations.events_after(session, thread.conversation_id, thread.read_seq)
    for event in events:
        _take(session, thread, event, long_gap)
        thread.read_seq = event.seq
    return bool(events) and events[-1].type == EventType.TYPING


def _take(session: AsyncSession, thread: Thread, event: Event, long_gap: timedelta) -> None:
    if event.type == EventType.OWNER:
        _change_owner(thread, event)
    if event.type != EventType.MESSAGE:
        return
    silent_for, thread.last_line_at = event.created_at - thread.last_line_at, event.created_at
    if event.sender == PUPIL:
        # Whose turn it is to say who speaks is seen when the bot answers, and the gap is before the pupil's line.
        thread.introduce = thread.introduce or silent_for > long_gap
        return
    messages = [event.body]
    if event.sender == BOT and (thread.introduce or silent_for > long_gap):
        messages.insert(0, _said("again", _language(event)))
        thread.introduce = False
    persona = None
    if event.sender == COUNSELLOR and (name := event.body.get("name") or thread.counsellor):
        persona = text("messenger.persona", _language(event), name=name)[:100]
    _put(session, thread, messages, key=str(event.seq), seq=event.seq, sender=str(event.sender), persona=persona)


def _change_owner(thread: Thread, event: Event) -> None:
    """Remember who speaks. That the bot is back after a counsellor is said by the heart's own notice.

    After the page's staff it says so when it next speaks (`threads.give_back`).
    """
    owner = event.body.get("owner")
    thread.counsellor = str(event.body.get("name") or "")[:80] if owner == Owner.COUNSELLOR else None


def _put(
    session: AsyncSession,
    thread: Thread,
    messages: list[dict[str, Any]],
    *,
    key: str,
    seq: int | None,
    sender: str,
    persona: str | None = None,
) -> None:
    for number, send in enumerate(fit(messages)):
        session.add(
            Line(
                ref=f"{thread.conversation_id}:{key}:{number}",
                conversation_id=thread.conversation_id,
                page_id=thread.page_id,
                psid=thread.psid,
                seq=seq,
                sender=sender,
                persona=persona,
                message=send.message,
            )
        )


def _said(key: str, language: Language) -> dict[str, Any]:
    return {"text": text(f"messenger.{key}", language), "language": language}


def _language(event: Event) -> Language:
    return cast(Language, event.body.get("language") or "pl")
