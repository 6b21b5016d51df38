"""How far the counsellors' e-mails have come."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, now


class AlertCursor(Base):
    """One row: the number of the last news that was mailed, who mails now, and since how often it has failed."""

    __tablename__ = "alert_cursor"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    failures: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now)
