"""Tables of the accounts: people who work in the console, their sessions and invitations, and the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now
from api.sealed import Sealed


class Staff(Base):
    """Somebody who works in the console. `code_step` is the time step of the last accepted code: none counts twice."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    roles: Mapped[list[Any]]
    password_hash: Mapped[str] = mapped_column(String(200))
    code_secret: Mapped[str] = mapped_column(Sealed)
    code_step: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class StaffSession(Base):
    """A signed-in browser. The token itself is in its cookie only."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)


class Invitation(Base):
    """A one-time link to a new account, or to a new password and code for an old one."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(80))
    roles: Mapped[list[Any]]
    code_secret: Mapped[str] = mapped_column(Sealed)
    expires_at: Mapped[datetime]


class SignInFailures(Base):
    """Failed attempts in a row, by account and by address, for people who exist and who do not alike."""

    __tablename__ = "sign_in_failures"

    key: Mapped[str] = mapped_column(String(220), primary_key=True)
    count: Mapped[int]
    locked_until: Mapped[datetime]


class AuditEntry(Base):
    """Who did what and when; without pupils' words. The database refuses to change or delete a row."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    staff_id: Mapped[int | None]
    staff_name: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    conversation_id: Mapped[str | None] = mapped_column(String(36), index=True)
    detail: Mapped[dict[str, Any]]
