"""Tables of the console: what counsellors add to a conversation, and what they have seen of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now


class Note(Base):
    """A private note on a conversation; never shown to the pupil, and gone with the conversation."""

    __tablename__ = "console_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int]
    staff_name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime] = mapped_column(default=now)


class Tag(Base):
    """A word that counsellors sort conversations by."""

    __tablename__ = "console_tags"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(30), primary_key=True, index=True)


class CannedReply(Base):
    """A reply to put in with one click, in both languages. Without `staff_id` it is for everybody."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(80))
    pl: Mapped[str] = mapped_column(String(2000))
    en: Mapped[str] = mapped_column(String(2000))


class ReadMark(Base):
    """How far somebody has read a conversation."""

    __tablename__ = "read_marks"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int]


class Presence(Base):
    """Who had which conversation open, and when last."""

    __tablename__ = "console_presence"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    staff_name: Mapped[str] = mapped_column(String(80))
    seen_at: Mapped[datetime]
