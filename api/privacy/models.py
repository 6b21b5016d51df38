"""The table of the daily clearing: which days were done, and what they brought."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now


class RetentionRun(Base):
    """One day's clearing: claimed by the process that began it, reported when it is done."""

    __tablename__ = "retention_runs"

    day: Mapped[date] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    talks: Mapped[int] = mapped_column(default=0)
    messages: Mapped[int] = mapped_column(default=0)
    notes: Mapped[int] = mapped_column(default=0)
    contacts: Mapped[int] = mapped_column(default=0)
