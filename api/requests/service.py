"""Requests that staff answer by hand: a prevention class for a group, or a meeting when no time is free."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import person
from api.database import now
from api.errors import Invalid, NotFound
from api.person import AgeGroup
from api.requests.models import Kind, Request, Status

COLUMNS = (
    "code",
    "kind",
    "status",
    "first_name",
    "contact",
    "school",
    "grade",
    "topic",
    "age_group",
    "parent",
    "language",
    "consented_at",
)
LONGEST = {"school": 120, "grade": 20, "topic": 200}


async def ask(
    session: AsyncSession,
    conversation_id: str,
    kind: Kind,
    *,
    contact: str,
    age_group: AgeGroup,
    parent_agreed: bool,
    language: str,
    first_name: str | None = None,
    school: str | None = None,
    grade: str | None = None,
    topic: str | None = None,
) -> Request:
    """Note a request; the same conversation, kind, school and class again changes it, so a repeated turn does no harm.

    Raises Invalid for wrong data, NotFound when the conversation is gone.
    """
    who = person.checked(
        first_name=first_name,
        contact=contact,
        age_group=age_group,
        parent_agreed=parent_agreed,
        language=language,
    )
    about = {"school": school, "grade": grade, "topic": topic}
    for field, value in about.items():
        if (value is None or not value.strip()) and kind is Kind.PREVENTION_CLASS:
            raise Invalid(f"The {field} is needed.", field=field)
        if value is not None and len(value) > LONGEST[field]:
            raise Invalid(f"The {field} is too long.", field=field)
    subject = " | ".join(" ".join((value or "").casefold().split()) for value in (school, grade))
    query = select(Request).where(
        Request.conversation_id == conversation_id, Request.kind == kind, Request.subject == subject
    )
    request = await session.scalar(query)
    if request is None:
        while await session.scalar(select(Request.id).where(Request.code == (code := person.new_code()))):
            pass
        request = Request(code=code, conversation_id=conversation_id, kind=kind, subject=subject)
        session.add(request)
    for field, value in {**about, "first_name": who.first_name, "contact": who.contact, "language": language}.items():
        setattr(request, field, value)
    request.age_group, request.parent, request.consented_at = str(who.age_group), who.parent, now()
    request.cleared_at = None
    if request.status == Status.WITHDRAWN:
        request.status = Status.NEW
    try:
        await session.flush()
    except IntegrityError as error:
        raise NotFound("The conversation does not exist any more.") from error
    return request


async def mine(session: AsyncSession, conversation_id: str) -> Sequence[Request]:
    """What the conversation has asked for and not taken back, the oldest first."""
    query = select(Request).where(
        Request.conversation_id == conversation_id, Request.cleared_at.is_(None), Request.status != Status.WITHDRAWN
    )
    return (await session.scalars(query.order_by(Request.created_at, Request.id))).all()


async def withdraw(session: AsyncSession, conversation_id: str, code: str) -> Request:
    """Take a request back. Raises NotFound for a code of somebody else."""
    query = select(Request).where(Request.code == code, Request.conversation_id == conversation_id)
    request = await session.scalar(query)
    if request is None:
        raise NotFound("There is no such request.")
    return await set_status(session, request.id, Status.WITHDRAWN)


async def find_all(
    session: AsyncSession, *, kind: Kind | None = None, status: Status | None = None
) -> Sequence[Request]:
    """Requests for staff, the oldest first; None means any."""
    query = select(Request).where(Request.cleared_at.is_(None)).order_by(Request.created_at, Request.id)
    for column, value in ((Request.kind, kind), (Request.status, status)):
        if value is not None:
            query = query.where(column == value)
    return (await session.scalars(query)).all()


async def asks_for_meeting(session: AsyncSession, conversation_id: str) -> bool:
    """Whether the conversation has asked for a meeting when no time was free."""
    query = select(Request.id).where(Request.conversation_id == conversation_id, Request.kind == Kind.MEETING)
    return await session.scalar(query.limit(1)) is not None


async def set_status(session: AsyncSession, request_id: int, status: Status) -> Request:
    """Note how far staff are. Raises NotFound."""
    request = await session.get(Request, request_id)
    if request is None:
        raise NotFound("There is no such request.")
    request.status = status
    await session.flush()
    return request


async def kept(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """Everything that is kept of a conversation's requests, for whoever asks what we know of them."""
    query = select(Request).where(Request.conversation_id == conversation_id, Request.cleared_at.is_(None))
    return [{column: getattr(found, column) for column in COLUMNS} for found in await session.scalars(query)]


async def talks_of(session: AsyncSession, code: str, contact: str | None) -> set[str]:
    """The conversations with a request of this code or contact. Contacts are opened one by one."""
    query = select(Request.conversation_id, Request.code, Request.contact).where(Request.cleared_at.is_(None))
    rows = await session.execute(query)
    return {row.conversation_id for row in rows if row.code == code or (contact and row.contact == contact)}


async def clear(session: AsyncSession, before: datetime) -> int:
    """Forget who asked before this moment; that somebody did still counts. How many there were.

    The subject, which holds the school in normal form, becomes the code: it must stay unique in its conversation.
    """
    old = (Request.consented_at < before, Request.cleared_at.is_(None))
    count = await session.scalar(select(func.count()).select_from(Request).where(*old)) or 0
    blank = {**dict.fromkeys(("first_name", "school", "grade", "topic")), "contact": "", "subject": Request.code}
    values = {**blank, "cleared_at": now()}
    await session.execute(update(Request).where(*old).values(**values).execution_options(synchronize_session=False))
    return count


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete the requests of a conversation."""
    await session.execute(delete(Request).where(Request.conversation_id == conversation_id))
