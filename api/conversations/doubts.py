"""Lines that a person should look at: where the bot was unsure or failed, and what pupils complained about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.conversations.models import Conversation, Event, EventType, Outcome
from api.conversations.understanding import Understanding

UNSURE = "nlu_fallback"
COMPLAINT = "complain"
# Above `UNSURE_BELOW` of the bot, which then said that it does not understand: it answered, but hardly knew.
HARDLY_SURE = 0.60


@dataclass(frozen=True)
class Doubt:
    """One line of a pupil. `reason` is unsure, twice (the second in a row), hardly, complaint or failed."""

    conversation_id: str
    seq: int
    text: str
    language: str
    heard: str | None
    confidence: float | None
    reason: str
    at: datetime
    entities: list[Any] = field(default_factory=list)


async def find(session: AsyncSession, settled: Select[str, int], limit: int) -> list[Doubt]:
    """The latest such lines but those in `settled` (conversation_id, seq), a caller's own table."""
    done = settled.subquery()
    before = aliased(Understanding)
    previous = (
        select(func.max(before.seq))
        .where(before.conversation_id == Event.conversation_id, before.seq < Event.seq)
        .correlate(Event)
        .scalar_subquery()
    )
    earlier, later, failure = aliased(Understanding), aliased(Understanding), aliased(Event)
    complained = (
        select(later.seq)
        .where(
            later.conversation_id == Event.conversation_id,
            later.intent == COMPLAINT,
            later.seq == _next(later, Event.conversation_id, Event.seq),
        )
        .correlate(Event)
        .exists()
    )
    failed = (
        select(failure.seq)
        .where(
            failure.conversation_id == Event.conversation_id,
            failure.type == EventType.TURN_END,
            failure.reply_to == Event.seq,
            failure.body["outcome"].as_string() == Outcome.FAILED,
        )
        .correlate(Event)
        .exists()
    )
    unsure = or_(Understanding.intent == UNSURE, Understanding.confidence < HARDLY_SURE)
    query = (
        select(Event, Understanding, Conversation.language, earlier.intent, complained, failed)
        .join(Conversation, Conversation.id == Event.conversation_id)
        .outerjoin(Understanding, _same(Understanding, Event))
        .outerjoin(earlier, and_(earlier.conversation_id == Event.conversation_id, earlier.seq == previous))
        .outerjoin(done, and_(done.c.conversation_id == Event.conversation_id, done.c.seq == Event.seq))
        .where(Event.type == EventType.MESSAGE, Event.sender == "pupil", done.c.seq.is_(None))
        .where(or_(unsure, complained, failed))
        .order_by(Event.created_at.desc(), Event.conversation_id, Event.seq)
        .limit(limit)
    )
    return [doubt for row in await session.execute(query) for doubt in _doubts(*row)]


async def line(session: AsyncSession, conversation_id: str, seq: int) -> Doubt | None:
    """Any line of a pupil, with what the bot understood of it; None when there is none."""
    query = (
        select(Event, Understanding, Conversation.language)
        .join(Conversation, Conversation.id == Event.conversation_id)
        .outerjoin(Understanding, _same(Understanding, Event))
        .where(Event.conversation_id == conversation_id, Event.seq == seq)
        .where(Event.type == EventType.MESSAGE, Event.sender == "pupil")
    )
    row = (await session.execute(query)).one_or_none()
    return next(_doubts(*row, None, False, False), None) if row else None


def _doubts(
    event: Event, heard: Understanding | None, language: str | None, before: str | None, complained: bool, failed: bool
) -> Iterator[Doubt]:
    """The line, unless its text is gone."""
    intent = heard.intent if heard else None
    reason = "hardly"
    if intent == UNSURE:
        reason = "twice" if before == UNSURE else "unsure"
    elif complained:
        reason = "complaint"
    elif failed:
        reason = "failed"
    if text := str(event.body.get("text") or "").strip():
        confidence = heard.confidence if heard else None
        spoken = language or "pl"
        entities = heard.entities if heard else []
        at = event.created_at
        yield Doubt(event.conversation_id, event.seq, text, spoken, intent, confidence, reason, at, entities)


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.conversation_id == other.conversation_id, one.seq == other.seq)


def _next(played: Any, conversation_id: Any, seq: Any) -> Any:
    """The number of the message that was played next after this one."""
    other = aliased(Understanding)
    query = select(func.min(other.seq)).where(other.conversation_id == conversation_id, other.seq > seq)
    return query.correlate(Event, played).scalar_subquery()
