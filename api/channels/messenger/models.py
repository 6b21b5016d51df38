"""Tables of Messenger: whose talk is which, what Meta delivered, what is to be sent, and how the pages are doing.

What a pupil wrote stands in a row of `messenger_updates` only until the heart has it, what the bot says in a row of
`messenger_outbox` only until Graph has it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now


class State(StrEnum):
    """How far a line on its way to the pupil has come."""

    QUEUED = "queued"
    # Handed to Graph and not answered: sent or not, only an echo or a look into the thread tells.
    UNKNOWN = "unknown"
    SENT = "sent"
    # Never sent, because somebody else answers on the page.
    DROPPED = "dropped"
    FAILED = "failed"
    UNDELIVERABLE = "undeliverable"


class Thread(Base):
    """A pupil's thread with a page, and the conversation that it is.

    `opened_by` is the update that opened it, `read_seq` the last event that was put into the outbox.
    """

    __tablename__ = "messenger_threads"

    page_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    psid: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    opened_by: Mapped[int]
    read_seq: Mapped[int] = mapped_column(default=0)
    last_pupil_at: Mapped[datetime] = mapped_column(default=now)
    last_line_at: Mapped[datetime] = mapped_column(default=now)
    counsellor: Mapped[str | None] = mapped_column(String(80))
    # Since when the page's staff answers in Meta's own inbox; the bot is silent then.
    held_by_page_at: Mapped[datetime | None]
    # The next message of the bot must say that a bot speaks.
    introduce: Mapped[bool] = mapped_column(default=False)


class Update(Base):
    """One update of a delivery. `key` makes a repetition harmless and stays when the rest is blanked."""

    __tablename__ = "messenger_updates"
    __table_args__ = (
        Index("ix_messenger_updates_waiting", "waiting", "page_id", "psid"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    page_id: Mapped[str] = mapped_column(String(32))
    psid: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(24))
    sent_ms: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[bool] = mapped_column(default=True)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Line(Base):
    """One send. `ref` travels as `metadata` and comes back in the echo; `seq` is the event that the line is part of."""

    __tablename__ = "messenger_outbox"
    __table_args__ = (
        Index("ix_messenger_outbox_open", "state", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(80), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    page_id: Mapped[str] = mapped_column(String(32))
    psid: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int | None]
    sender: Mapped[str] = mapped_column(String(16))
    persona: Mapped[str | None] = mapped_column(String(100))
    message: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(String(16), default=State.QUEUED)
    mid: Mapped[str | None] = mapped_column(String(255))
    error: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now)
    attempted_at: Mapped[datetime | None]


class PageState(Base):
    """Whether a page may be sent through, and whether Meta still delivers to us, as the watchdog last saw it."""

    __tablename__ = "messenger_pages"

    page_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    stopped: Mapped[str | None] = mapped_column(String(40))
    stopped_at: Mapped[datetime | None]
    subscribed: Mapped[bool | None]
    checked_at: Mapped[datetime | None]


class Persona(Base):
    """The name under which a counsellor's lines appear, as Meta knows it."""

    __tablename__ = "messenger_personas"

    page_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    persona_id: Mapped[str] = mapped_column(String(64))


class Wish(StrEnum):
    """What came of the wish that somebody be forgotten."""

    # Nobody could say yet which talks are meant.
    OPEN = "open"
    ERASED = "erased"
    NOT_FOUND = "not_found"


class Deletion(Base):
    """That Meta asked us to forget somebody, when, and what came of it; whom, only while it is open."""

    __tablename__ = "messenger_deletions"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(String(16), default=Wish.OPEN)
    user_id: Mapped[str | None] = mapped_column(String(64))
    erased: Mapped[int] = mapped_column(default=0)
