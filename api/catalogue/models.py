"""Tables of the catalogue: records, editions of courses, the version of it all, and every change by staff."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now


class CatalogueRecord(Base):
    """One record of the facts.

    `body` is the whole record; `display` beside it is the one that counts, so that staff can release or hold a record
    without touching its facts. `position` is the record's place in its list. `revision` counts the changes by staff; a
    record at 0 is as shipped, and follows the fact files.
    """

    __tablename__ = "catalogue_records"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    display: Mapped[str] = mapped_column(String(8))
    body: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class CourseEdition(Base):
    """A course that takes place: entered by staff, imported, or (`demo`) an example to show how it looks.

    `seats` is how many there are in all; null means that nobody has said. Ids are never used twice.
    """

    __tablename__ = "course_editions"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(String(80), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    place_pl: Mapped[str | None] = mapped_column(String(200))
    place_en: Mapped[str | None] = mapped_column(String(200))
    seats: Mapped[int | None]
    demo: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(default=now)


class CatalogueState(Base):
    """One row: the version, raised by each change of a record or an edition; `files` is the fact files' digest."""

    __tablename__ = "catalogue_state"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    version: Mapped[int] = mapped_column(default=0)
    files: Mapped[str | None] = mapped_column(String(64))


class CatalogueChange(Base):
    """A change by staff, with the record as it was and as it is since; null where there was or is none."""

    __tablename__ = "catalogue_changes"
    __table_args__ = (Index("ix_catalogue_changes_record", "kind", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    staff_id: Mapped[int]
    staff_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(16))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
