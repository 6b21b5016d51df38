"""Taking the words out of talks whose time is over. What remains counts, but tells nothing that anybody wrote.

Of each message its number, its sender and its time stay; of what the bot understood the intent and what the catalogue
knows by name. Readers no longer meet the messages.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import forgetting, repository
from api.conversations.models import Conversation, Event, EventType, InboxMessage, Receipt, SentPayload
from api.conversations.understanding import Understanding

# What the catalogue knows by name: it is counted, and tells nobody who asked.
COUNTED = frozenset({"interest", "profession", "industry", "course_type", "qualification", "institution", "programme"})
# What a cleared message says.
NOTHING: dict[str, Any] = {"text": "", "buttons": [], "cards": []}
# Rasa keeps as many turns (`bot/tracker_store.py`): with fewer new ones it still holds old words.
REMEMBERED_TURNS = 6


@dataclass(frozen=True)
class Cleared:
    """Which messages have lost their words: up to number `last`, from before a moment. `quiet`: none has any left."""

    messages: int
    last: int
    before: datetime
    quiet: bool


async def due(session: AsyncSession, before: datetime, safety_before: datetime, after_id: str, limit: int) -> list[str]:
    """Conversations with words from before these moments, in the order of their ids, those after `after_id`."""
    oldest = and_(Event.conversation_id == Conversation.id, Event.seq == Conversation.cleared_seq + 1)
    query = (
        select(Conversation.id)
        .join(Event, oldest)
        .where(Conversation.id > after_id, or_(_is_over(False, before), _is_over(True, safety_before)))
        .order_by(Conversation.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


def _is_over(safety: bool, before: datetime) -> Any:
    flagged = Conversation.safety_at.is_not(None) if safety else Conversation.safety_at.is_(None)
    return and_(flagged, Event.created_at < before)


async def clear(
    session: AsyncSession, conversation_id: str, before: datetime, safety_before: datetime
) -> Cleared | None:
    """Take the words out that are older than the moment which holds for this talk; None when there are none."""
    talk = await repository.lock(session, conversation_id)
    if talk is None:
        return None
    moment = before if talk.safety_at is None else safety_before
    last = await session.scalar(
        select(func.max(Event.seq)).where(Event.conversation_id == talk.id, Event.created_at < moment)
    )
    if last is None or last <= talk.cleared_seq:
        return None
    words = (Event.conversation_id == talk.id, Event.seq > talk.cleared_seq, Event.seq <= last)
    messages = (*words, Event.type == EventType.MESSAGE)
    count = await session.scalar(select(func.count()).select_from(Event).where(*messages)) or 0
    await session.execute(
        update(Event).where(*messages).values(body=NOTHING).execution_options(synchronize_session=False)
    )
    await _clear_understanding(session, talk.id, last)
    for table in (Receipt, InboxMessage):
        await session.execute(delete(table).where(table.conversation_id == talk.id, table.seq <= last))
    talk.cleared_seq = last
    if talk.contact_seq is not None and talk.contact_seq <= last:
        talk.contact = talk.contact_seq = None
    quiet = last == talk.last_seq
    if quiet:
        await session.execute(delete(SentPayload).where(SentPayload.conversation_id == talk.id))
        talk.feedback_comment = None
    if quiet or await _new_turns(session, talk.id, last) < REMEMBERED_TURNS:
        await forgetting.ask(session, talk.id, for_good=False)
    await session.flush()
    return Cleared(count, last, moment, quiet)


async def quiet_with_way_in(session: AsyncSession, after_id: str, limit: int) -> list[str]:
    """Conversations without words that a pupil could still open, those after `after_id`."""
    query = select(Conversation.id).where(
        Conversation.id > after_id, Conversation.token_hash.is_not(None), Conversation.cleared_seq > 0,
        Conversation.cleared_seq == Conversation.last_seq,
    )  # fmt: skip
    return list(await session.scalars(query.order_by(Conversation.id).limit(limit)))


async def cut_off(session: AsyncSession, conversation_id: str) -> None:
    """Nobody opens the talk any more: what is left of it counts only. A talk that goes on meanwhile stays open."""
    talk = await repository.lock(session, conversation_id)
    if talk is not None and talk.cleared_seq == talk.last_seq:
        talk.token_hash = None


async def _clear_understanding(session: AsyncSession, conversation_id: str, last: int) -> None:
    query = select(Understanding).where(Understanding.conversation_id == conversation_id, Understanding.seq <= last)
    for understood in await session.scalars(query):
        kept = [entity for entity in understood.entities if entity.get("entity") in COUNTED]
        if kept != understood.entities:
            understood.entities = kept


async def _new_turns(session: AsyncSession, conversation_id: str, last: int) -> int:
    query = select(func.count()).where(
        Event.conversation_id == conversation_id, Event.seq > last, Event.type == EventType.TURN_END
    )
    return await session.scalar(query) or 0
