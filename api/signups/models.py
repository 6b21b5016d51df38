"""The table of sign-ups."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now
from api.sealed import Sealed


class Kind(StrEnum):
    """What one signs up for: an edition of a course, the interest list of a course, or an internship."""

    EDITION = "edition"
    COURSE = "course"
    OFFER = "offer"


class Status(StrEnum):
    """How far a sign-up is. `new` and `confirmed` hold a seat where seats are counted."""

    NEW = "new"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


HOLDS_SEAT = (Status.NEW, Status.CONFIRMED)
ACTIVE = (*HOLDS_SEAT, Status.WAITING)


class Signup(Base):
    """One person's wish to take part in one thing.

    It goes with its conversation: a turn that is still in flight when the pupil erases the conversation cannot leave
    one behind. `queued_at` orders the waiting list. `title` is what the pupil saw. Since
    `cleared_at` the row counts only: who it was is gone.
    """

    __tablename__ = "signups"
    __table_args__ = (UniqueConstraint("conversation_id", "kind", "target"), Index("ix_signups_target", "target"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    example: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(16))
    first_name: Mapped[str] = mapped_column(Sealed)
    contact: Mapped[str] = mapped_column(Sealed)
    school: Mapped[str] = mapped_column(String(120))
    grade: Mapped[str] = mapped_column(String(20))
    age_group: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str] = mapped_column(String(24))
    language: Mapped[str] = mapped_column(String(2))
    consented_at: Mapped[datetime] = mapped_column(default=now)
    cleared_at: Mapped[datetime | None]
    queued_at: Mapped[datetime] = mapped_column(default=now)
    created_at: Mapped[datetime] = mapped_column(default=now)
