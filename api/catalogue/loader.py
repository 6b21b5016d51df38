"""Fills an empty catalogue from the fact files, brings later versions of the files into a full one, and takes the
demonstration editions away again."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue import kinds, records, repository, service
from api.catalogue.models import CatalogueRecord, CourseEdition
from api.database import Database
from api.yaml_files import content_of

DEMO_FILE = "editions_demo.yaml"
# A file may say these once for all its records.
SHARED = ("display", "source", "status", "unverified_fields")


class BrokenFacts(Exception):
    """A fact file is missing, breaks the schema, or names something that does not exist."""


async def load(database: Database, folder: Path) -> int:
    """Store what the folder's files have and the catalogue has not.

    That is all of it, with the demonstration editions, where it is empty; else, when the files have changed since, the
    records that no editor has touched.

    Gives the number of records written. Raises BrokenFacts.
    """
    digest = _digest(folder)
    async with database.transaction(read_only=True) as session:
        is_empty = await repository.is_empty(session)
        if not is_empty and (digest is None or await repository.files(session) == digest):
            return 0
    rows = read(folder)
    editions = _demo_editions(folder, rows, service.today()) if is_empty else []
    try:
        async with database.transaction() as session:
            written = rows if is_empty else await _newer(session, rows)
            session.add_all([*written, *editions])
            await session.flush()
            await repository.raise_version(session)
            await repository.set_files(session, digest)
    except IntegrityError:
        # Another process has done it in the meantime: the files themselves have no id twice.
        return 0
    return len(written)


async def _newer(session: AsyncSession, rows: list[CatalogueRecord]) -> list[CatalogueRecord]:
    """The records that the files add or change. An editor's version stays; what the files have dropped goes."""
    stored = {(row.kind, row.id): row for row in await repository.records(session)}
    written = []
    for row in rows:
        known = stored.pop((row.kind, row.id), None)
        if known is None:
            written.append(row)
        elif not known.revision and known.body != row.body:
            known.body, known.display = row.body, row.display
            written.append(known)
        if known is not None:
            known.position = row.position
    for dropped in stored.values():
        if not dropped.revision:
            await session.delete(dropped)
    return written


async def remove_demo(database: Database) -> int:
    """Delete the demonstration editions; gives how many there were."""
    async with database.transaction() as session:
        gone = await repository.remove_demo_editions(session)
        if gone:
            await repository.raise_version(session)
    return gone


def read(folder: Path) -> list[CatalogueRecord]:
    """All records of the folder's fact files, checked. Raises BrokenFacts."""
    rows = [row for file, lists in kinds.FILES.items() for row in _rows(folder / file, lists)]
    known = {(row.kind, row.id) for row in rows}
    if len(known) < len(rows):
        raise BrokenFacts("An id is used twice in one list.")
    _check_links(rows, known)
    return rows


def _rows(file: Path, lists: Mapping[str, type[records.Record]]) -> Iterator[CatalogueRecord]:
    content = _content(file)
    shared = {key: content.pop(key) for key in SHARED if key in content}
    if set(content) != set(lists):
        raise BrokenFacts(f"{file.name} must have the lists {', '.join(lists)}.")
    for kind in lists:
        for position, body in enumerate(shared | own for own in content[kind]):
            try:
                record = kinds.parse(kind, body)
            except ValueError as error:
                raise BrokenFacts(f"{file.name}, {kind}, record {position + 1}: {error}") from error
            yield CatalogueRecord(kind=kind, id=record.id, position=position, display=record.display.value, body=body)


def _check_links(rows: list[CatalogueRecord], known: set[tuple[str, str]]) -> None:
    for row in rows:
        record = kinds.parse(row.kind, row.body)
        for field, kind in record.links.items():
            for id_ in records.linked(record, field):
                if (kind, id_) not in known:
                    raise BrokenFacts(f"{row.kind}, {row.id}: {field} names {id_}, which is not in {kind}.")


def _demo_editions(folder: Path, rows: list[CatalogueRecord], day: date) -> list[CourseEdition]:
    courses = {row.id for row in rows if row.kind == "course_types" and row.display == records.Display.OK}
    entries = _content(folder / DEMO_FILE)["editions"]
    hidden = [entry["course"] for entry in entries if entry["course"] not in courses]
    if hidden:
        raise BrokenFacts(f"{DEMO_FILE} names courses that may not be shown: {', '.join(hidden)}.")
    return [
        CourseEdition(
            course_id=entry["course"],
            starts_on=day + timedelta(days=entry["starts_in_days"]),
            seats=entry["seats"],
            demo=True,
        )
        for entry in entries
    ]


def _digest(folder: Path) -> str | None:
    """A short name for the state of the fact files; None where one is missing."""
    files = [folder / name for name in kinds.FILES]
    if not all(file.exists() for file in files):
        return None
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _content(file: Path) -> dict[str, Any]:
    try:
        return content_of(file)
    except FileNotFoundError as error:
        raise BrokenFacts(f"{file.name} is missing.") from error
