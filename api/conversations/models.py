"""Tables of the heart: conversations, their events, and the inbox of messages that wait for an answer."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now
from api.sealed import Sealed


class Owner(StrEnum):
    """Who answers in a conversation."""

    BOT = "bot"
    WAITING = "waiting"
    COUNSELLOR = "counsellor"
    CLOSED = "closed"


class EventType(StrEnum):
    """Kinds of events that a reader of a conversation meets (contract)."""

    MESSAGE = "message"
    TURN_END = "turn_end"
    TYPING = "typing"
    OWNER = "owner"
    EXPIRED = "expired"


class Outcome(StrEnum):
    """How a turn ended (contract)."""

    ANSWERED = "answered"
    HANDED_OVER = "handed_over"
    FAILED = "failed"


class Conversation(Base):
    """One talk. `last_seq` is the number of its latest event; `lease_*` say which worker plays its turn now.

    Only `handoff.change_owner` sets `owner*` and `counsellor*`. `contact_seq` is the message in which the pupil left a
    contact while waiting for a person; the contact itself is sealed in `contact`. Messages up to number `cleared_seq`
    hold no words any more: their time is over (`clearing.py`).
    """

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    language: Mapped[str | None] = mapped_column(String(2))
    owner: Mapped[str] = mapped_column(String(16), default=Owner.BOT)
    owner_version: Mapped[int] = mapped_column(default=0)
    owner_since: Mapped[datetime | None] = mapped_column(default=now)
    owner_reason: Mapped[str | None] = mapped_column(String(40))
    counsellor_id: Mapped[int | None]
    counsellor_name: Mapped[str | None] = mapped_column(String(80))
    safety_class: Mapped[str | None] = mapped_column(String(16))
    safety_at: Mapped[datetime | None]
    safety_handled_at: Mapped[datetime | None]
    contact_seq: Mapped[int | None]
    contact: Mapped[str | None] = mapped_column(Sealed)
    cleared_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    last_seq: Mapped[int] = mapped_column(default=0)
    lease_holder: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None]
    feedback_score: Mapped[int | None]
    feedback_comment: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Event(Base):
    """One event of a conversation. `body` holds the fields of the contract that depend on the type."""

    __tablename__ = "events"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(16))
    sender: Mapped[str | None] = mapped_column(String(16))
    reply_to: Mapped[int | None]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class InboxMessage(Base):
    """A pupil's message that is stored and not yet fully answered; the row goes when its turn ends.

    `calm`: surely no cry for help (`watch.Look`). `attempts` counts how often it was played in vain, `failures` those
    that ended with an error of ours.
    """

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_due", "due_at"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str | None]
    payload: Mapped[str | None]
    calm: Mapped[bool] = mapped_column(default=False, server_default=false())
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    told_to_wait: Mapped[bool] = mapped_column(default=False, server_default=false())
    due_at: Mapped[datetime] = mapped_column(default=now)


class Receipt(Base):
    """What a channel has handed over, by its own id: the same id again gives the same `seq` and no second turn."""

    __tablename__ = "receipts"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    seq: Mapped[int]


class SentPayload(Base):
    """A button that the conversation was sent, with its title; no other payload acts as a command."""

    __tablename__ = "sent_payloads"
    __table_args__ = (UniqueConstraint("conversation_id", "payload"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    payload: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(200))
