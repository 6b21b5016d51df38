"""The table of the review: what counsellors say about single lines, without personal data."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now


class Verdict(StrEnum):
    """Whether the bot understood the line."""

    RIGHT = "right"
    WRONG = "wrong"


class ReviewItem(Base):
    """One reviewed line. `text` is redacted; only what somebody has confirmed to hold no personal data is exported.

    Goes with its conversation. `heard` is the intent that the bot acted on, `intent` the one that is right.
    """

    __tablename__ = "review_items"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(String(1000))
    heard: Mapped[str | None] = mapped_column(String(60))
    verdict: Mapped[str] = mapped_column(String(8))
    intent: Mapped[str] = mapped_column(String(60))
    entities: Mapped[list[Any]]
    suggestion: Mapped[str] = mapped_column(String(2000))
    staff_id: Mapped[int]
    reviewed_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_by: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    exported_at: Mapped[datetime | None]
