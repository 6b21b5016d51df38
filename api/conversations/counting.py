"""What the statistics read of the talks, a piece at a time."""

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.handoff import OwnerChange
from api.conversations.models import Conversation, Event
from api.conversations.understanding import Understanding


async def news(session: AsyncSession, counted: Select[str, int, int | None], limit: int) -> list[str]:
    """Conversations in which something has happened beyond `counted` (conversation_id, seq, score), of a caller's own.

    A score is given without an event.
    """
    known = counted.subquery()
    newer = or_(
        known.c.seq.is_(None),
        Conversation.last_seq > known.c.seq,
        Conversation.feedback_score.is_distinct_from(known.c.score),
    )
    said = select(Event.seq).where(Event.conversation_id == Conversation.id, Event.sender == "pupil").exists()
    query = (
        select(Conversation.id)
        .outerjoin(known, known.c.conversation_id == Conversation.id)
        .where(newer, said)
        .order_by(Conversation.created_at)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def events(session: AsyncSession, conversation_id: str, after: int) -> list[tuple[Event, Understanding | None]]:
    """The events with a higher number, the end of a turn with what the bot understood of its message."""
    heard = and_(Understanding.conversation_id == Event.conversation_id, Understanding.seq == Event.reply_to)
    query = (
        select(Event, Understanding)
        .outerjoin(Understanding, and_(heard, Event.type == "turn_end"))
        .where(Event.conversation_id == conversation_id, Event.seq > after)
        .order_by(Event.seq)
    )
    return [(event, understood) for event, understood in await session.execute(query)]


async def owner_changes(session: AsyncSession, conversation_id: str) -> list[OwnerChange]:
    """Who owned the talk, in order."""
    query = select(OwnerChange).where(OwnerChange.conversation_id == conversation_id).order_by(OwnerChange.version)
    return list(await session.scalars(query))
