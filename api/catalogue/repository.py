"""Every query of the catalogue's tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue.models import CatalogueChange, CatalogueRecord, CatalogueState, CourseEdition


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


async def files(session: AsyncSession) -> str | None:
    """The digest of the fact files that were loaded last."""
    return await session.scalar(select(CatalogueState.files))


async def set_files(session: AsyncSession, digest: str | None) -> None:
    """Note which fact files are loaded."""
    await session.execute(update(CatalogueState).values(files=digest))


async def records(session: AsyncSession) -> Sequence[CatalogueRecord]:
    """All records, in the order of their lists."""
    found = await session.scalars(select(CatalogueRecord).order_by(CatalogueRecord.kind, CatalogueRecord.position))
    return found.all()


async def editions(session: AsyncSession) -> Sequence[CourseEdition]:
    """All editions."""
    return (await session.scalars(select(CourseEdition))).all()


async def of_kinds(session: AsyncSession, kinds: Iterable[str]) -> Sequence[CatalogueRecord]:
    """All records of these kinds, in the order of their lists."""
    query = select(CatalogueRecord).where(CatalogueRecord.kind.in_(list(kinds)))
    return (await session.scalars(query.order_by(CatalogueRecord.kind, CatalogueRecord.position))).all()


async def ids(session: AsyncSession) -> set[tuple[str, str]]:
    """Kind and id of every record."""
    return {(kind, id_) for kind, id_ in await session.execute(select(CatalogueRecord.kind, CatalogueRecord.id))}


async def next_position(session: AsyncSession, kind: str) -> int:
    """The place after the last record of a kind."""
    last = await session.scalar(select(func.max(CatalogueRecord.position)).where(CatalogueRecord.kind == kind))
    return 0 if last is None else last + 1


async def changes(session: AsyncSession, kind: str, record_id: str) -> Sequence[CatalogueChange]:
    """Every change of a record, the latest first."""
    query = select(CatalogueChange).where(CatalogueChange.kind == kind, CatalogueChange.record_id == record_id)
    return (await session.scalars(query.order_by(CatalogueChange.id.desc()))).all()


async def remove_demo_editions(session: AsyncSession) -> int:
    """Delete the demonstration editions; gives how many there were."""
    gone: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        delete(CourseEdition).where(CourseEdition.demo)
    )
    return gone.rowcount
