"""Signing up for a course, an interest list or an internship, and what staff do with it.

An edition's seats are never given away twice: whoever gives one first locks the edition (`catalogue.lock_edition`), so
sign-ups for it go one after the other. Everyone enters at the end of the waiting list, and free seats are filled from
its front; so nobody who comes late passes one who waits. A seat is held for staff to confirm; it is not a promise.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import person
from api.catalogue import service as catalogue
from api.database import now
from api.errors import Conflict, Invalid, NotFound
from api.person import AgeGroup
from api.signups import repository
from api.signups.models import ACTIVE, HOLDS_SEAT, Kind, Signup, Status

ANY_INTERNSHIP = "any"
LONGEST_SCHOOL, LONGEST_GRADE = 120, 20
COLUMNS = (
    "code",
    "status",
    "kind",
    "target",
    "title",
    "example",
    "first_name",
    "contact",
    "school",
    "grade",
    "age_group",
    "parent",
    "language",
    "created_at",
)


@dataclass(frozen=True)
class Target:
    """What one signs up for; `title` is its name as the pupil saw it, `example` that it only shows how things work."""

    kind: Kind
    id: str
    title: str
    example: bool = False


@dataclass(frozen=True)
class Applicant:
    """Who signs up, as told; `parent_agreed` counts below 16 years."""

    first_name: str
    school: str
    grade: str
    contact: str
    age_group: AgeGroup
    parent_agreed: bool
    language: str


async def apply(session: AsyncSession, conversation_id: str, target: Target, applicant: Applicant) -> Signup:
    """Note a sign-up: `new` when it holds a seat or none are counted, `waiting` beyond the seats.

    The same conversation and target again changes the data and keeps the place, so a repeated turn does no harm.
    Raises Invalid for wrong data, NotFound for an edition or conversation that is gone.
    """
    who = person.checked(
        first_name=applicant.first_name,
        contact=applicant.contact,
        age_group=applicant.age_group,
        parent_agreed=applicant.parent_agreed,
        language=applicant.language,
    )
    if not 0 < len(applicant.school.strip()) <= LONGEST_SCHOOL:
        raise Invalid("A school is needed.", field="school")
    if not 0 < len(applicant.grade.strip()) <= LONGEST_GRADE:
        raise Invalid("A class is needed.", field="grade")
    seats = None
    if target.kind is Kind.EDITION:
        seats = (await catalogue.lock_edition(session, _number(target.id))).seats
    signup = await _row(session, conversation_id, target)
    for field in ("first_name", "contact", "age_group", "parent"):
        setattr(signup, field, getattr(who, field))
    signup.school, signup.grade, signup.language = applicant.school.strip(), applicant.grade.strip(), applicant.language
    signup.title, signup.example, signup.consented_at = target.title, target.example, now()
    signup.cleared_at = None
    if signup.status not in ACTIVE:
        signup.status, signup.queued_at = Status.NEW if seats is None else Status.WAITING, now()
    await _store(session, signup)
    await _fill_seats(session, target.kind, target.id)
    return signup


async def mine(session: AsyncSession, conversation_id: str) -> Sequence[Signup]:
    """The conversation's sign-ups that count."""
    return await repository.active_of(session, conversation_id)


async def withdraw(session: AsyncSession, conversation_id: str, code: str) -> Signup:
    """Take a sign-up back; its seat goes to the first who waits. Raises NotFound for a code of somebody else."""
    signup = await repository.with_code(session, code)
    if signup is None or signup.conversation_id != conversation_id:
        raise NotFound("There is no such sign-up.")
    return await set_status(session, signup.id, Status.WITHDRAWN)


async def count_active(session: AsyncSession, edition_id: str) -> int:
    """How many sign-ups of an edition count. It is locked, so none comes before the transaction ends."""
    with suppress(NotFound):
        await catalogue.lock_edition(session, _number(edition_id))
    found = await repository.filtered(session, Kind.EDITION, edition_id, None)
    return sum(one.status in ACTIVE for one in found)


async def seats_changed(session: AsyncSession, edition_id: str) -> None:
    """Staff have changed how many seats an edition has: free ones go to those who wait."""
    await _fill_seats(session, Kind.EDITION, edition_id)


async def find_all(
    session: AsyncSession, *, kind: Kind | None = None, target: str | None = None, status: Status | None = None
) -> Sequence[Signup]:
    """Sign-ups for staff, in the order in which they came."""
    return await repository.filtered(session, kind, target, status)


async def set_status(session: AsyncSession, signup_id: int, status: Status) -> Signup:
    """Change a sign-up's status. Raises NotFound, or Conflict when it would need a seat and none is free.

    Nobody is set to `waiting`: who waits follows from the seats. Raises Invalid for it.
    """
    if status is Status.WAITING:
        raise Invalid("Who waits follows from the seats.", field="status")
    signup = await session.get(Signup, signup_id)
    if signup is None:
        raise NotFound("There is no such sign-up.")
    kind = Kind(signup.kind)
    seats = await _lock(session, kind, signup.target)
    await session.refresh(signup)
    takes_seat = status in HOLDS_SEAT and signup.status not in HOLDS_SEAT
    if takes_seat and seats is not None and await repository.seats_taken(session, int(signup.target)) >= seats:
        raise Conflict("All seats of this edition are taken.")
    signup.status = status
    await session.flush()
    await _fill_seats(session, kind, signup.target)
    return signup


def rows(signups: Sequence[Signup]) -> list[dict[str, str]]:
    """Sign-ups as rows of a spreadsheet (`api/sheets.py`), with the columns of `COLUMNS`."""
    return [{column: str(getattr(signup, column)) for column in COLUMNS} for signup in signups]


async def kept(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """Everything that is kept of a conversation's sign-ups, for whoever asks what we know of them."""
    found = await repository.of_conversation(session, conversation_id)
    return [{column: getattr(signup, column) for column in (*COLUMNS, "consented_at")} for signup in found]


async def talks_of(session: AsyncSession, code: str, contact: str | None) -> set[str]:
    """The conversations of whoever has a sign-up with this code or contact."""
    return await repository.talks_of(session, code, contact)


async def clear(session: AsyncSession, before: datetime) -> int:
    """Forget who signed up before this moment; that somebody did still counts. How many there were."""
    return await repository.clear(session, before)


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete all sign-ups of a conversation; seats that they held go to those who wait."""
    held = await repository.active_of(session, conversation_id)
    await repository.erase(session, conversation_id)
    for target in sorted({signup.target for signup in held if signup.kind == Kind.EDITION}):
        await _lock(session, Kind.EDITION, target)
        await _fill_seats(session, Kind.EDITION, target)


async def _row(session: AsyncSession, conversation_id: str, target: Target) -> Signup:
    known = await repository.of_target(session, conversation_id, target.kind, target.id)
    if known is not None:
        return known
    return Signup(conversation_id=conversation_id, kind=target.kind, target=target.id, status=Status.WITHDRAWN)


async def _store(session: AsyncSession, signup: Signup) -> None:
    """Write the sign-up, a new one with a code that nobody has."""
    if signup.id is None:
        while await repository.with_code(session, code := person.new_code()):
            pass
        signup.code = code
        session.add(signup)
    try:
        await session.flush()
    except IntegrityError as error:
        # The conversation was erased while its turn was in flight, or another turn of it was faster.
        raise NotFound("The conversation does not exist any more.") from error


async def _lock(session: AsyncSession, kind: Kind, target: str) -> int | None:
    """Keep others from giving the target's seats away until the transaction ends; the seats, None if not counted."""
    if kind is not Kind.EDITION:
        return None
    try:
        return (await catalogue.lock_edition(session, _number(target))).seats
    except NotFound:
        return None


async def _fill_seats(session: AsyncSession, kind: Kind, target: str) -> None:
    """Give free seats to those who wait, the first first."""
    seats = await _lock(session, kind, target)
    if seats is None:
        return
    free = max(0, seats - await repository.seats_taken(session, int(target)))
    for signup in (await repository.filtered(session, kind, target, Status.WAITING))[:free]:
        signup.status = Status.NEW
    await session.flush()


def _number(edition_id: str) -> int:
    if not edition_id.isdecimal():
        raise NotFound("There is no such edition.")
    return int(edition_id)
