"""Every query of the table of reviewed lines."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.review.models import ReviewItem


def settled() -> Select[str, int]:
    """The lines that have been reviewed, as conversation_id and seq."""
    return select(ReviewItem.conversation_id, ReviewItem.seq)


async def of_line(session: AsyncSession, conversation_id: str, seq: int) -> ReviewItem | None:
    """The review of a line."""
    query = select(ReviewItem).where(ReviewItem.conversation_id == conversation_id, ReviewItem.seq == seq)
    return await session.scalar(query)


async def of_talk(session: AsyncSession, conversation_id: str) -> dict[int, ReviewItem]:
    """The reviewed lines of a talk, by number."""
    query = select(ReviewItem).where(ReviewItem.conversation_id == conversation_id)
    return {item.seq: item for item in await session.scalars(query)}


async def unconfirmed(session: AsyncSession) -> Sequence[ReviewItem]:
    """What waits for somebody to confirm that it holds no personal data, the oldest first."""
    query = select(ReviewItem).where(ReviewItem.confirmed_at.is_(None)).order_by(ReviewItem.id).limit(100)
    return (await session.scalars(query)).all()


async def suggestions(session: AsyncSession) -> Sequence[ReviewItem]:
    """The latest lines for which somebody has suggested an answer."""
    query = select(ReviewItem).where(ReviewItem.suggestion != "").order_by(ReviewItem.id.desc()).limit(50)
    return (await session.scalars(query)).all()


async def to_export(session: AsyncSession) -> Sequence[ReviewItem]:
    """What is confirmed and not yet among the training sentences, in the order in which it was reviewed."""
    query = select(ReviewItem).where(ReviewItem.confirmed_at.is_not(None), ReviewItem.exported_at.is_(None))
    return (await session.scalars(query.order_by(ReviewItem.id))).all()


async def count_to_export(session: AsyncSession) -> int:
    """How many there are of these."""
    query = select(func.count()).where(ReviewItem.confirmed_at.is_not(None), ReviewItem.exported_at.is_(None))
    return await session.scalar(query) or 0


async def mark_exported(session: AsyncSession, ids: Iterable[int], at: datetime) -> None:
    """Note that these are among the training sentences."""
    await session.execute(update(ReviewItem).where(ReviewItem.id.in_(list(ids))).values(exported_at=at))


async def clear(session: AsyncSession, before: datetime) -> None:
    """Forget what was reviewed before this moment; what has become a training sentence stays one."""
    await session.execute(delete(ReviewItem).where(ReviewItem.reviewed_at < before))
