"""Tables of the insights: what is kept of a talk for the statistics. No texts, and no way back to the talk.

Retention and erasure take a conversation with all its words; the numbers stay. Only `CountedTalk` knows which
conversation a row is of, and it goes with the conversation.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class Subject(StrEnum):
    """What a talk was about: an intent, an industry or course that was asked for, a course that was signed up for."""

    INTENT = "intent"
    INDUSTRY = "industry"
    COURSE = "course"
    SIGN_UP = "sign_up"


class TalkStatistics(Base):
    """One talk in which a pupil said something. `day` is its first day in Poland, `last_at` the pupil's last message.

    `turns` are the messages that the bot answered, `unsure` those that it did not understand.
    """

    __tablename__ = "talk_statistics"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(2))
    messages: Mapped[int] = mapped_column(default=0)
    turns: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    last_intent: Mapped[str | None] = mapped_column(String(60))
    last_at: Mapped[datetime]
    with_bot: Mapped[bool] = mapped_column(default=True)
    course: Mapped[bool] = mapped_column(default=False)
    appointment: Mapped[bool] = mapped_column(default=False)
    clinic: Mapped[bool] = mapped_column(default=False)
    person: Mapped[bool] = mapped_column(default=False)
    score: Mapped[int | None]


class TalkSubject(Base):
    """One thing that a talk was about, by its id in the domain or the catalogue."""

    __tablename__ = "talk_subjects"

    talk_id: Mapped[str] = mapped_column(ForeignKey("talk_statistics.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)


class TalkHandover(Base):
    """One time that a talk waited for a person; `waited_seconds` until a counsellor took it, None when nobody did."""

    __tablename__ = "talk_handovers"

    talk_id: Mapped[str] = mapped_column(ForeignKey("talk_statistics.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(40))
    open: Mapped[bool]
    waited_seconds: Mapped[int | None]


class CountedTalk(Base):
    """Up to which event, and with which score, a conversation has been counted."""

    __tablename__ = "counted_talks"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    talk_id: Mapped[str] = mapped_column(ForeignKey("talk_statistics.id", ondelete="CASCADE"), unique=True)
    seq: Mapped[int]
    score: Mapped[int | None]
