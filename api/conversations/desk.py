"""What the counsellors' desk shows: the queue, the talks of a counsellor, and numbered news that wake its readers.

A news' number comes from a row that the writing transaction locks, so numbers appear in their order: a reader that has
seen number 7 will never miss a 6.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.conversations.models import Conversation, Event, EventType, Owner
from api.database import Base, now

DESK = "desk"
NEWS_KEPT = 2000
MOST_RECENT = 20
RECENT = timedelta(hours=24)


class NewsKind(StrEnum):
    """What has happened."""

    OWNER = "owner"
    WAITING = "waiting"
    SAFETY = "safety"
    MESSAGE = "message"


class DeskCounter(Base):
    """The number of the latest news; one row."""

    __tablename__ = "desk_counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class DeskNews(Base):
    """Something that counsellors should hear of, without its content."""

    __tablename__ = "desk_news"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(default=now)


async def tell(session: AsyncSession, conversation_id: str, kind: NewsKind) -> None:
    """Add a piece of news; old ones go."""
    counted = await session.execute(update(DeskCounter).values(last=DeskCounter.last + 1).returning(DeskCounter.last))
    number = counted.scalar_one()
    session.add(DeskNews(number=number, conversation_id=conversation_id, kind=kind))
    await session.flush()
    await session.execute(delete(DeskNews).where(DeskNews.number <= number - NEWS_KEPT))


async def latest_number(session: AsyncSession) -> int:
    """The number of the latest news."""
    return await session.scalar(select(DeskCounter.last)) or 0


async def news_after(session: AsyncSession, number: int) -> list[DeskNews]:
    """The news with a higher number, in order; old ones may be gone, so a reader looks at the whole queue, too."""
    query = select(DeskNews).where(DeskNews.number > number).order_by(DeskNews.number).limit(200)
    return list(await session.scalars(query))


def needs_eyes(talk: Conversation) -> bool:
    """Whether the talk was flagged for safety and nobody has dealt with it yet."""
    return talk.safety_at is not None and (talk.safety_handled_at is None or talk.safety_handled_at < talk.safety_at)


async def queue(session: AsyncSession) -> list[Conversation]:
    """Talks that somebody should take: those flagged for safety first, then by waiting time."""
    flagged = and_(
        Conversation.safety_at.is_not(None),
        or_(Conversation.safety_handled_at.is_(None), Conversation.safety_handled_at < Conversation.safety_at),
        Conversation.owner != Owner.COUNSELLOR,
    )
    found = await session.scalars(select(Conversation).where(or_(Conversation.owner == Owner.WAITING, flagged)))
    return sorted(found, key=lambda talk: (not needs_eyes(talk), _since(talk)))


async def backlog(session: AsyncSession) -> tuple[int, int]:
    """How many pupils wait for a person, and how many talks are flagged for safety and not dealt with."""
    talks = await queue(session)
    return sum(talk.owner == Owner.WAITING for talk in talks), sum(needs_eyes(talk) for talk in talks)


async def with_counsellors(session: AsyncSession) -> list[Conversation]:
    """Talks that a counsellor leads now, the longest first."""
    query = select(Conversation).where(Conversation.owner == Owner.COUNSELLOR)
    return list(await session.scalars(query.order_by(Conversation.owner_since)))


async def recent(session: AsyncSession) -> list[Conversation]:
    """Talks with the bot in which the pupil wrote lately, the latest first."""
    said = (
        select(Event.conversation_id, func.max(Event.created_at).label("at"))
        .where(Event.sender == "pupil", Event.created_at > now() - RECENT)
        .group_by(Event.conversation_id)
        .subquery()
    )
    query = (
        select(Conversation)
        .join(said, said.c.conversation_id == Conversation.id)
        .where(Conversation.owner.in_((Owner.BOT, Owner.CLOSED)))
        .order_by(said.c.at.desc())
        .limit(MOST_RECENT)
    )
    return list(await session.scalars(query))


async def waiting_before(session: AsyncSession, talk: Conversation) -> int:
    """How many others who wait for a person stand before it in the queue."""
    return [one.id for one in await queue(session) if one.owner == Owner.WAITING].index(talk.id)


async def unread(session: AsyncSession, seen: dict[str, int]) -> dict[str, int]:
    """How many lines of the pupil each talk has beyond the number that was seen."""
    counts = dict.fromkeys(seen, 0)
    query = select(Event.conversation_id, Event.seq).where(
        Event.conversation_id.in_(seen), Event.type == EventType.MESSAGE, Event.sender == "pupil"
    )
    for conversation_id, seq in await session.execute(query):
        counts[conversation_id] += seq > seen[conversation_id]
    return counts


async def find(session: AsyncSession, conversation_ids: Iterable[str]) -> list[Conversation]:
    """The conversations with these ids that still exist."""
    return list(await session.scalars(select(Conversation).where(Conversation.id.in_(list(conversation_ids)))))


def _since(talk: Conversation) -> datetime:
    """Since when the talk waits for somebody."""
    moments = [talk.safety_at] if needs_eyes(talk) else []
    moments += [talk.owner_since] if talk.owner == Owner.WAITING else []
    return min((moment for moment in moments if moment), default=talk.created_at)


def waiting_since(talk: Conversation) -> datetime:
    """Since when the talk waits for a person or for eyes on it."""
    return _since(talk)
