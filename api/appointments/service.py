"""Appointments with career counsellors: offered and withdrawn by staff, booked and cancelled by pupils.

Two pupils never get the same time: a booking locks its slot, and the table allows one booked appointment a slot.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import person
from api.appointments import repository
from api.appointments.models import Appointment, AppointmentSlot, Mode, Status
from api.database import now
from api.errors import Conflict, Invalid, NotFound
from api.person import AgeGroup

# A pupil needs a moment to get there, a counsellor to see that somebody comes.
NOTICE = timedelta(hours=1)
SHOWN_AT_ONCE = 5
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 240


class AlreadyBooked(Conflict):
    """The conversation has another appointment that is still to come."""

    code = "already_booked"


async def offer(
    session: AsyncSession,
    *,
    starts_at: datetime,
    minutes: int,
    mode: Mode,
    counsellor: str,
    language: str = "pl",
    place: str | None = None,
) -> AppointmentSlot:
    """Offer a time; one that was withdrawn comes back.

    Raises Invalid, or Conflict when the counsellor offers this moment already.
    """
    if starts_at <= now():
        raise Invalid("The time is over.", field="starts_at")
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Invalid(f"A meeting takes {SHORTEST_MINUTES} to {LONGEST_MINUTES} minutes.", field="minutes")
    if not 0 < len(counsellor.strip()) <= 80:
        raise Invalid("The counsellor's name is needed.", field="counsellor")
    if mode is Mode.IN_PERSON and not place:
        raise Invalid("A meeting in person needs a place.", field="place")
    if language not in ("pl", "en"):
        raise Invalid("There is no such language.", field="language")
    slot = await repository.withdrawn_at(session, counsellor.strip(), starts_at)
    slot = slot or AppointmentSlot(counsellor=counsellor.strip(), starts_at=starts_at)
    slot.minutes, slot.mode, slot.place, slot.language, slot.withdrawn = minutes, mode, place, language, False
    session.add(slot)
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict("This counsellor has offered this time already.") from error
    return slot


async def withdraw(session: AsyncSession, slot_id: int) -> Appointment | None:
    """Take a time back; the appointment that it had, so that staff can tell the pupil. Raises NotFound."""
    slot = await repository.lock_slot(session, slot_id)
    if slot is None:
        raise NotFound("There is no such time.")
    slot.withdrawn = True
    appointment = await repository.booked_of_slot(session, slot_id)
    if appointment is not None:
        appointment.status = Status.WITHDRAWN
    await session.flush()
    return appointment


async def booked(session: AsyncSession, slot_id: int) -> Appointment | None:
    """Who has booked a time."""
    return await repository.booked_of_slot(session, slot_id)


async def free(session: AsyncSession, limit: int = SHOWN_AT_ONCE) -> Sequence[AppointmentSlot]:
    """The next times that can be booked."""
    return await repository.free(session, now() + NOTICE, limit)


async def book(
    session: AsyncSession,
    conversation_id: str,
    slot_id: int,
    *,
    first_name: str,
    contact: str | None,
    age_group: AgeGroup | None,
    parent_agreed: bool,
    language: str,
) -> Appointment:
    """Book a time; the same conversation and time again gives the same appointment.

    Raises Invalid for wrong data, AlreadyBooked when the conversation has another one, NotFound when the conversation
    is gone, Conflict when the time is taken, over or withdrawn.
    """
    who = person.checked(
        first_name=first_name,
        contact=contact,
        age_group=age_group,
        parent_agreed=parent_agreed,
        language=language,
    )
    slot = await repository.lock_slot(session, slot_id)
    known = await repository.booked_of(session, conversation_id, now())
    if known is not None and known.slot_id == slot_id:
        return known
    if known is not None:
        raise AlreadyBooked("There is another appointment still to come.")
    if slot is None or slot.withdrawn or slot.starts_at <= now():
        raise Conflict("This time is no longer offered.")
    if await repository.booked_of_slot(session, slot_id) is not None:
        raise Conflict("This time is taken.")
    appointment = await repository.of_slot(session, conversation_id, slot_id) or await _new(session)
    appointment.conversation_id, appointment.slot, appointment.status = conversation_id, slot, Status.BOOKED
    appointment.first_name, appointment.contact = first_name, who.contact
    appointment.age_group, appointment.parent, appointment.language = who.age_group, who.parent, language
    appointment.consented_at, appointment.cleared_at = now(), None
    session.add(appointment)
    try:
        await session.flush()
    except IntegrityError as error:
        raise NotFound("The conversation does not exist any more.") from error
    return appointment


async def mine(session: AsyncSession, conversation_id: str) -> Appointment | None:
    """The conversation's appointment that is still to come."""
    return await repository.booked_of(session, conversation_id, now())


async def has_booked(session: AsyncSession, conversation_id: str) -> bool:
    """Whether the conversation has an appointment, to come or past, that nobody has called off."""
    return await repository.booked_of(session, conversation_id, datetime.min.replace(tzinfo=UTC)) is not None


async def cancel(session: AsyncSession, conversation_id: str) -> Appointment | None:
    """Call the coming appointment off, so that others can book the time; None when there is none."""
    appointment = await mine(session, conversation_id)
    if appointment is not None:
        await repository.lock_slot(session, appointment.slot_id)
        appointment.status = Status.CANCELLED
        await session.flush()
    return appointment


async def with_token(session: AsyncSession, token: str) -> Appointment:
    """The appointment of a calendar link. Raises NotFound."""
    appointment = await repository.with_token(session, token)
    if appointment is None:
        raise NotFound("There is no such appointment.")
    return appointment


async def find_slots(session: AsyncSession, since: datetime | None = None) -> Sequence[AppointmentSlot]:
    """Offered and withdrawn times for staff, from now on unless told otherwise."""
    return await repository.slots(session, since or now())


async def find_all(session: AsyncSession, since: datetime | None = None) -> Sequence[Appointment]:
    """Appointments for staff, whatever their status, from now on unless told otherwise."""
    return await repository.appointments(session, since or now())


async def kept(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """Everything that is kept of a conversation's appointments, for whoever asks what we know of them."""
    columns = ("code", "status", "first_name", "contact", "age_group", "parent", "language", "consented_at")
    return [
        {
            **{column: getattr(found, column) for column in columns},
            "starts_at": found.slot.starts_at,
            "counsellor": found.slot.counsellor,
            "place": found.slot.place,
        }
        for found in await repository.of_conversation(session, conversation_id)
    ]


async def talks_of(session: AsyncSession, code: str, contact: str | None) -> set[str]:
    """The conversations of whoever has an appointment with this code or contact."""
    return await repository.talks_of(session, code, contact)


async def clear(session: AsyncSession, before: datetime) -> int:
    """Forget who had an appointment before this moment; that somebody had still counts. How many there were."""
    return await repository.clear(session, before)


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete the appointments of a conversation; their times are free again."""
    await repository.erase(session, conversation_id)


async def _new(session: AsyncSession) -> Appointment:
    while await repository.with_code(session, code := person.new_code()):
        pass
    return Appointment(code=code, token=secrets.token_urlsafe(24))
