"""Lines that a person should look at: where the bot was unsure or failed, and what pupils complained about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
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
    done, doubtful = settled.subquery(), union(_unsure(), _before_complaints(), _failed()).subquery()
    earlier, later = aliased(Understanding), aliased(Understanding)
    query = (
        select(Event, Understanding, Conversation.language, earlier.intent, later.intent)
        .join(doubtful, _same(doubtful.c, Event))
        .join(Conversation, Conversation.id == Event.conversation_id)
        .outerjoin(Understanding, _same(Understanding, Event))
        .outerjoin(earlier, and_(earlier.conversation_id == Event.conversation_id, earlier.seq == _neighbour(max)))
        .outerjoin(later, and_(later.conversation_id == Event.conversation_id, later.seq == _neighbour(min)))
        .outerjoin(done, _same(done.c, Event))
        .where(Event.type == EventType.MESSAGE, Event.sender == "pupil", done.c.seq.is_(None))
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
    return next(_doubts(*row, None, None), None) if row else None


def _doubts(
    event: Event, heard: Understanding | None, language: str | None, before: str | None, after: str | None
) -> Iterator[Doubt]:
    """The line, unless its text is gone. `before` and `after` are what the bot heard in the turns beside it."""
    intent, confidence = (heard.intent, heard.confidence) if heard else (None, None)
    if intent == UNSURE:
        reason = "twice" if before == UNSURE else "unsure"
    elif after == COMPLAINT:
        reason = "complaint"
    else:
        reason = "failed" if heard is None else "hardly"
    if text := str(event.body.get("text") or "").strip():
        entities = heard.entities if heard else []
        at, spoken = event.created_at, language or "pl"
        yield Doubt(event.conversation_id, event.seq, text, spoken, intent, confidence, reason, at, entities)


def _unsure() -> Select[str, int]:
    unsure = or_(Understanding.intent == UNSURE, Understanding.confidence < HARDLY_SURE)
    return select(Understanding.conversation_id, Understanding.seq).where(unsure)


def _before_complaints() -> Select[str, int]:
    """What the bot answered before a complaint: that was wrong, not the complaint, nor one before it."""
    before = aliased(Understanding)
    same = and_(before.conversation_id == Understanding.conversation_id, before.seq < Understanding.seq)
    same = and_(same, before.intent.is_distinct_from(COMPLAINT))
    return (
        select(Understanding.conversation_id, func.max(before.seq).label("seq"))
        .join(before, same)
        .where(Understanding.intent == COMPLAINT)
        .group_by(Understanding.conversation_id, Understanding.seq)
    )


def _failed() -> Select[str, int | None]:
    failed = Event.body["outcome"].as_string() == Outcome.FAILED
    return select(Event.conversation_id, Event.reply_to).where(Event.type == EventType.TURN_END, failed)


def _neighbour(which: Callable[..., Any]) -> Any:
    """The number of the message that was played last before this one, or first after it."""
    played = aliased(Understanding)
    beside = played.seq < Event.seq if which is max else played.seq > Event.seq
    number = func.max(played.seq) if which is max else func.min(played.seq)
    return (
        select(number).where(played.conversation_id == Event.conversation_id, beside).correlate(Event).scalar_subquery()
    )


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.conversation_id == other.conversation_id, one.seq == other.seq)
