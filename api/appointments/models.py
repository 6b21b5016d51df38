"""The tables of appointments: times that counsellors offer, and who has taken one."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.database import Base, now
from api.sealed import Sealed


class Mode(StrEnum):
    """How one meets."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    PHONE = "phone"


class Status(StrEnum):
    """How far an appointment is: called off by the pupil is `cancelled`, by the counsellor `withdrawn`."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class AppointmentSlot(Base):
    """A time that a counsellor offers. `counsellor` is the name to be shown; `place` an address or how one connects."""

    __tablename__ = "appointment_slots"
    __table_args__ = (UniqueConstraint("counsellor", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    minutes: Mapped[int]
    mode: Mapped[str] = mapped_column(String(16))
    place: Mapped[str | None] = mapped_column(String(200))
    counsellor: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    withdrawn: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


class Appointment(Base):
    """A slot that somebody has taken. A slot has one booked appointment at most, whatever happens at once.

    `token` opens the calendar file. The row goes with its conversation. Since `cleared_at` it counts only.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        UniqueConstraint("conversation_id", "slot_id"),
        Index(
            "uq_appointments_booked_slot",
            "slot_id",
            unique=True,
            sqlite_where=text("status = 'booked'"),
            postgresql_where=text("status = 'booked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("appointment_slots.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(16))
    first_name: Mapped[str] = mapped_column(Sealed)
    contact: Mapped[str | None] = mapped_column(Sealed)
    age_group: Mapped[str | None] = mapped_column(String(16))
    parent: Mapped[str] = mapped_column(String(24))
    language: Mapped[str] = mapped_column(String(2))
    consented_at: Mapped[datetime] = mapped_column(default=now)
    cleared_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    slot: Mapped[AppointmentSlot] = relationship(lazy="joined", innerjoin=True)
