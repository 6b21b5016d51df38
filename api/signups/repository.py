"""Every query of the table of sign-ups."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import now
from api.signups.models import ACTIVE, HOLDS_SEAT, Kind, Signup, Status


async def of_target(session: AsyncSession, conversation_id: str, kind: Kind, target: str) -> Signup | None:
    """The conversation's sign-up for a target."""
    query = select(Signup).where(
        Signup.conversation_id == conversation_id, Signup.kind == kind, Signup.target == target
    )
    return await session.scalar(query)


async def with_code(session: AsyncSession, code: str) -> Signup | None:
    """The sign-up with this code."""
    return await session.scalar(select(Signup).where(Signup.code == code))


async def active_of(session: AsyncSession, conversation_id: str) -> Sequence[Signup]:
    """The conversation's sign-ups that count, oldest first."""
    query = select(Signup).where(
        Signup.conversation_id == conversation_id, Signup.status.in_(ACTIVE), Signup.cleared_at.is_(None)
    )
    return (await session.scalars(query.order_by(Signup.id))).all()


async def filtered(
    session: AsyncSession, kind: Kind | None, target: str | None, status: Status | None
) -> Sequence[Signup]:
    """All sign-ups of this kind, target and status, in the order in which they came; None means any."""
    query = select(Signup).where(Signup.cleared_at.is_(None)).order_by(Signup.queued_at, Signup.id)
    for column, value in ((Signup.kind, kind), (Signup.target, target), (Signup.status, status)):
        if value is not None:
            query = query.where(column == value)
    return (await session.scalars(query)).all()


async def seats_taken(session: AsyncSession, edition_id: int) -> int:
    """How many seats of an edition are held."""
    query = select(func.count()).where(
        Signup.kind == Kind.EDITION, Signup.target == str(edition_id), Signup.status.in_(HOLDS_SEAT)
    )
    return await session.scalar(query) or 0


async def of_conversation(session: AsyncSession, conversation_id: str) -> Sequence[Signup]:
    """All sign-ups of a conversation that still say who it was, whatever their status."""
    query = select(Signup).where(Signup.conversation_id == conversation_id, Signup.cleared_at.is_(None))
    return (await session.scalars(query.order_by(Signup.id))).all()


async def talks_of(session: AsyncSession, code: str, contact: str | None) -> set[str]:
    """The conversations with a sign-up of this code or contact. Contacts are opened one by one."""
    query = select(Signup.conversation_id, Signup.code, Signup.contact).where(Signup.cleared_at.is_(None))
    rows = await session.execute(query)
    return {row.conversation_id for row in rows if row.code == code or (contact and row.contact == contact)}


async def clear(session: AsyncSession, before: datetime) -> int:
    """Take name, contact, school and class out of sign-ups from before this moment; how many there were."""
    old = (Signup.consented_at < before, Signup.cleared_at.is_(None))
    count = await session.scalar(select(func.count()).select_from(Signup).where(*old)) or 0
    blank = {"first_name": "", "contact": "", "school": "", "grade": "", "cleared_at": now()}
    await session.execute(update(Signup).where(*old).values(**blank).execution_options(synchronize_session=False))
    return count


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete all sign-ups of a conversation."""
    await session.execute(delete(Signup).where(Signup.conversation_id == conversation_id))
