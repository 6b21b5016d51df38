"""Every query of the catalogue's tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue.models import CatalogueRecord, CatalogueState, CourseEdition


async def version(session: AsyncSession) -> int:
    """The version of the catalogue; 0 before the first change."""
    return await session.scalar(select(CatalogueState.version)) or 0


async def raise_version(session: AsyncSession) -> None:
    """Tell every reader that records or editions have changed. Each write must call it."""
    changed: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(CatalogueState).values(version=CatalogueState.version + 1)
    )
    if not changed.rowcount:
        session.add(CatalogueState(id=1, version=1))
        await session.flush()


async def is_empty(session: AsyncSession) -> bool:
    """Whether the catalogue has no record at all."""
    return await session.scalar(select(CatalogueRecord.id).limit(1)) is None


async def records(session: AsyncSession) -> Sequence[CatalogueRecord]:
    """All records, in the order of their lists."""
    found = await session.scalars(select(CatalogueRecord).order_by(CatalogueRecord.kind, CatalogueRecord.position))
    return found.all()


async def editions(session: AsyncSession) -> Sequence[CourseEdition]:
    """All editions."""
    return (await session.scalars(select(CourseEdition))).all()


async def remove_demo_editions(session: AsyncSession) -> int:
    """Delete the demonstration editions; gives how many there were."""
    gone: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        delete(CourseEdition).where(CourseEdition.demo)
    )
    return gone.rowcount
