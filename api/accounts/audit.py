"""The audit log: every look at a transcript and every change, by whom and when. Written in the change's transaction."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts.models import AuditEntry, Staff

PAGE = 100


@dataclass(frozen=True)
class Filter:
    """What the auditor looks for; None and "" mean everything. `before` is the id that the page starts below."""

    staff_id: int | None = None
    action: str = ""
    conversation_id: str = ""
    before: int | None = None


def write(
    session: AsyncSession, staff: Staff | None, action: str, *, conversation_id: str | None = None, **detail: object
) -> None:
    """Note what somebody did. `detail` holds ids, roles and reasons, never a pupil's words."""
    session.add(
        AuditEntry(
            staff_id=staff.id if staff else None,
            staff_name=staff.name if staff else "",
            action=action,
            conversation_id=conversation_id,
            detail=detail,
        )
    )


async def page(session: AsyncSession, chosen: Filter) -> list[AuditEntry]:
    """One page of entries, the latest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE)
    if chosen.staff_id is not None:
        query = query.where(AuditEntry.staff_id == chosen.staff_id)
    if chosen.action:
        query = query.where(AuditEntry.action == chosen.action)
    if chosen.conversation_id:
        query = query.where(AuditEntry.conversation_id == chosen.conversation_id)
    if chosen.before is not None:
        query = query.where(AuditEntry.id < chosen.before)
    return list(await session.scalars(query))


async def everything(session: AsyncSession) -> AsyncIterator[AuditEntry]:
    """All entries in the order in which they were written, page by page."""
    last = 0
    while entries := list(
        await session.scalars(select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(PAGE))
    ):
        for entry in entries:
            yield entry
        last = entries[-1].id


async def actions(session: AsyncSession) -> list[str]:
    """The kinds of actions that occur in the log."""
    return sorted(await session.scalars(select(AuditEntry.action).distinct()))
