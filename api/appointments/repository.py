"""Every query of the tables of appointments."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.appointments.models import Appointment, AppointmentSlot, Status
from api.database import now


async def free(session: AsyncSession, after: datetime, limit: int) -> Sequence[AppointmentSlot]:
    """Offered slots that begin later than this and that nobody has booked, the next first."""
    booked = exists().where(Appointment.slot_id == AppointmentSlot.id, Appointment.status == Status.BOOKED)
    query = (
        select(AppointmentSlot)
        .where(AppointmentSlot.starts_at > after, ~AppointmentSlot.withdrawn, ~booked)
        .order_by(AppointmentSlot.starts_at, AppointmentSlot.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def lock_slot(session: AsyncSession, slot_id: int) -> AppointmentSlot | None:
    """The slot, locked against other bookings until the transaction ends."""
    return await session.get(AppointmentSlot, slot_id, with_for_update=True, populate_existing=True)


async def withdrawn_at(session: AsyncSession, counsellor: str, moment: datetime) -> AppointmentSlot | None:
    """The withdrawn slot of a counsellor at a moment."""
    query = select(AppointmentSlot).where(
        AppointmentSlot.counsellor == counsellor, AppointmentSlot.starts_at == moment, AppointmentSlot.withdrawn
    )
    return await session.scalar(query)


async def slots(session: AsyncSession, since: datetime) -> Sequence[AppointmentSlot]:
    """All slots that begin at this moment or later, withdrawn ones too."""
    query = select(AppointmentSlot).where(AppointmentSlot.starts_at >= since).order_by(AppointmentSlot.starts_at)
    return (await session.scalars(query)).all()


async def booked_of_slot(session: AsyncSession, slot_id: int) -> Appointment | None:
    """The booked appointment of a slot."""
    query = select(Appointment).where(Appointment.slot_id == slot_id, Appointment.status == Status.BOOKED)
    return await session.scalar(query)


async def of_slot(session: AsyncSession, conversation_id: str, slot_id: int) -> Appointment | None:
    """The conversation's appointment for a slot, whatever its status."""
    query = select(Appointment).where(Appointment.conversation_id == conversation_id, Appointment.slot_id == slot_id)
    return await session.scalar(query)


async def booked_of(session: AsyncSession, conversation_id: str, after: datetime) -> Appointment | None:
    """The conversation's booked appointment that is not over."""
    query = (
        select(Appointment)
        .join(AppointmentSlot, AppointmentSlot.id == Appointment.slot_id)
        .where(
            Appointment.conversation_id == conversation_id,
            Appointment.status == Status.BOOKED,
            AppointmentSlot.starts_at > after,
        )
        .order_by(AppointmentSlot.starts_at)
        .limit(1)
    )
    return await session.scalar(query)


async def with_token(session: AsyncSession, token: str) -> Appointment | None:
    """The appointment whose calendar file the token opens."""
    return await session.scalar(select(Appointment).where(Appointment.token == token))


async def with_code(session: AsyncSession, code: str) -> Appointment | None:
    """The appointment with this code."""
    return await session.scalar(select(Appointment).where(Appointment.code == code))


async def appointments(session: AsyncSession, since: datetime) -> Sequence[Appointment]:
    """All appointments of slots that begin at this moment or later."""
    query = (
        select(Appointment)
        .join(AppointmentSlot, AppointmentSlot.id == Appointment.slot_id)
        .where(AppointmentSlot.starts_at >= since)
        .order_by(AppointmentSlot.starts_at, Appointment.id)
    )
    return (await session.scalars(query)).all()


async def of_conversation(session: AsyncSession, conversation_id: str) -> Sequence[Appointment]:
    """All appointments of a conversation that still say who it was, whatever their status."""
    query = select(Appointment).where(Appointment.conversation_id == conversation_id, Appointment.cleared_at.is_(None))
    return (await session.scalars(query.order_by(Appointment.id))).all()


async def talks_of(session: AsyncSession, code: str, contact: str | None) -> set[str]:
    """The conversations with an appointment of this code or contact. Contacts are opened one by one."""
    query = select(Appointment.conversation_id, Appointment.code, Appointment.contact).where(
        Appointment.cleared_at.is_(None)
    )
    rows = await session.execute(query)
    return {row.conversation_id for row in rows if row.code == code or (contact and row.contact == contact)}


async def clear(session: AsyncSession, before: datetime) -> int:
    """Take name and contact out of appointments made, and to be kept, before this moment; how many there were."""
    over = select(AppointmentSlot.id).where(AppointmentSlot.starts_at < before)
    old = (Appointment.consented_at < before, Appointment.cleared_at.is_(None), Appointment.slot_id.in_(over))
    count = await session.scalar(select(func.count()).select_from(Appointment).where(*old)) or 0
    blank = {"first_name": "", "contact": None, "cleared_at": now()}
    await session.execute(update(Appointment).where(*old).values(**blank).execution_options(synchronize_session=False))
    return count


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete all appointments of a conversation; their slots are free again."""
    await session.execute(delete(Appointment).where(Appointment.conversation_id == conversation_id))
