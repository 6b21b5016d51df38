"""The catalogue for the rest of the service: read with `snapshot`, change the editions of courses."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue import repository
from api.catalogue.models import CourseEdition
from api.catalogue.view import Catalogue, Edition, build
from api.database import Database, database_of, now
from api.errors import Invalid, NotFound

WARSAW = ZoneInfo("Europe/Warsaw")

_latest: WeakKeyDictionary[Database, Catalogue] = WeakKeyDictionary()


def today() -> date:
    """Today in Poland."""
    return now().astimezone(WARSAW).date()


async def snapshot(session: AsyncSession) -> Catalogue:
    """The catalogue as it is now. Costs one small query, and a reading of all records after a change."""
    database = database_of(session)
    version = await repository.version(session)
    known = _latest.get(database)
    if known is not None and known.version == version:
        return known
    catalogue = build(
        version,
        [(record.kind, record.body | {"display": record.display}) for record in await repository.records(session)],
        [as_edition(row) for row in await repository.editions(session)],
    )
    _latest[database] = catalogue
    return catalogue


def kept(database: Database, version: int) -> Catalogue | None:
    """The catalogue of this version, if this process has read that one last. Asks nobody."""
    known = _latest.get(database)
    return known if known is not None and known.version == version else None


async def version(session: AsyncSession) -> int:
    """The version of the catalogue, raised by each change."""
    return await repository.version(session)


async def bodies(session: AsyncSession, kinds: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The records of these kinds as they are stored, those on hold too. Never to be shown."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    for row in await repository.of_kinds(session, found):
        found[row.kind].append(row.body)
    return found


async def add_edition(
    session: AsyncSession,
    *,
    course_id: str,
    starts_on: date,
    ends_on: date | None = None,
    place_pl: str | None = None,
    place_en: str | None = None,
    seats: int | None = None,
) -> Edition:
    """Store an edition of a course. Raises Invalid for a course that may not be shown, or impossible dates or seats."""
    catalogue = await snapshot(session)
    if catalogue.get("course_types", course_id) is None:
        raise Invalid("There is no such course.", field="course_id")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("The course ends before it starts.", field="ends_on")
    if seats is not None and seats < 0:
        raise Invalid("Seats cannot be fewer than none.", field="seats")
    row = CourseEdition(
        course_id=course_id,
        starts_on=starts_on,
        ends_on=ends_on,
        place_pl=place_pl,
        place_en=place_en,
        seats=seats,
    )
    session.add(row)
    await session.flush()
    await repository.raise_version(session)
    return as_edition(row)


async def lock_edition(session: AsyncSession, edition_id: int) -> Edition:
    """The edition, locked until the transaction ends, for whoever counts its seats. Raises NotFound."""
    row = await session.get(CourseEdition, edition_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such edition.")
    return as_edition(row)


async def remove_edition(session: AsyncSession, edition_id: int) -> None:
    """Delete an edition. Raises NotFound."""
    row = await session.get(CourseEdition, edition_id)
    if row is None:
        raise NotFound("There is no such edition.")
    await session.delete(row)
    await session.flush()
    await repository.raise_version(session)


def as_edition(row: CourseEdition) -> Edition:
    """The row as the catalogue's readers see it."""
    return Edition(
        id=row.id,
        course_id=row.course_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        place_pl=row.place_pl,
        place_en=row.place_en,
        seats=row.seats,
        demo=row.demo,
    )
