"""The table of requests: somebody asks staff to get in touch."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now
from api.sealed import Sealed


class Kind(StrEnum):
    """What is asked for: a prevention class for a group, or a meeting with a counsellor when no time is free."""

    PREVENTION_CLASS = "prevention_class"
    MEETING = "meeting"


class Status(StrEnum):
    """How far staff are with it; withdrawn when whoever asked has taken it back."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Request(Base):
    """One request. `subject` is what it is about in normal form: one request a conversation, kind and subject.

    Since `cleared_at` it counts only: who asked, and for which school, is gone.
    """

    __tablename__ = "requests"
    __table_args__ = (UniqueConstraint("conversation_id", "kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(24), index=True)
    subject: Mapped[str] = mapped_column(String(160))
    status: Mapped[str] = mapped_column(String(16), default=Status.NEW)
    first_name: Mapped[str | None] = mapped_column(Sealed)
    contact: Mapped[str] = mapped_column(Sealed)
    school: Mapped[str | None] = mapped_column(String(120))
    grade: Mapped[str | None] = mapped_column(String(20))
    topic: Mapped[str | None] = mapped_column(String(200))
    age_group: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str] = mapped_column(String(24))
    language: Mapped[str] = mapped_column(String(2))
    consented_at: Mapped[datetime] = mapped_column(default=now)
    cleared_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
