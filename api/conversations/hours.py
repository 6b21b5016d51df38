"""When counsellors answer: one row for each day of the week, entered in the console. No row at all means unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from sqlalchemy import String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base
from api.errors import Invalid
from api.texts import Language

ZONE = ZoneInfo("Europe/Warsaw")
WEEK = range(7)


class OpeningHours(Base):
    """A day on which counsellors answer, from and until as "HH:MM" in Warsaw."""

    __tablename__ = "opening_hours"

    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[str] = mapped_column(String(5))
    closes: Mapped[str] = mapped_column(String(5))


@dataclass(frozen=True)
class Hours:
    """The week: (from, until) by day, 0 is Monday."""

    days: dict[int, tuple[str, str]]

    @property
    def known(self) -> bool:
        """Whether anybody has entered hours."""
        return bool(self.days)

    def closes_at(self, moment: datetime) -> str | None:
        """When counsellors go home today, if they answer at this moment; else None."""
        local = moment.astimezone(ZONE)
        opens, closes = self.days.get(local.weekday(), ("", ""))
        return closes if opens <= local.strftime("%H:%M") < closes else None

    def in_words(self, language: Language) -> str:
        """The week in short: "pon.–pt. 8:00–15:00, sob. 9:00–12:00"."""
        names = get_day_names("abbreviated", locale=language)
        groups: list[list[int]] = []
        for day in sorted(self.days):
            if groups and groups[-1][-1] == day - 1 and self.days[groups[-1][-1]] == self.days[day]:
                groups[-1].append(day)
            else:
                groups.append([day])
        return ", ".join(self._group_in_words(group, names) for group in groups)

    def _group_in_words(self, group: list[int], names: Mapping[int, str]) -> str:
        days = names[group[0]] if len(group) == 1 else f"{names[group[0]]}–{names[group[-1]]}"
        opens, closes = self.days[group[0]]
        return f"{days} {opens.removeprefix('0')}–{closes.removeprefix('0')}"


async def read(session: AsyncSession) -> Hours:
    """The hours as they are now."""
    return Hours({row.weekday: (row.opens, row.closes) for row in await session.scalars(select(OpeningHours))})


async def replace(session: AsyncSession, days: dict[int, tuple[str, str]]) -> None:
    """Set the whole week. Raises Invalid when a day closes before it opens."""
    for weekday, (opens, closes) in days.items():
        if weekday not in WEEK or not opens < closes:
            raise Invalid("A day must close after it opens.", field=f"closes_{weekday}")
    await session.execute(delete(OpeningHours))
    session.add_all(OpeningHours(weekday=day, opens=opens, closes=closes) for day, (opens, closes) in days.items())
