"""Tables of the catalogue: records as the facts have them, editions of courses, the version of it all."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now


class CatalogueRecord(Base):
    """One record of the facts.

    `body` is the whole record; `display` beside it is the one that counts, so that staff can release or hold a record
    without touching its facts. `position` is the record's place in its list.
    """

    __tablename__ = "catalogue_records"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    display: Mapped[str] = mapped_column(String(8))
    body: Mapped[dict[str, Any]]
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
    created_at: Mapped[datetime] = mapped_column(default=now)


class CatalogueState(Base):
    """One row: the version, raised by each change of a record or an edition."""

    __tablename__ = "catalogue_state"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    version: Mapped[int] = mapped_column(default=0)
