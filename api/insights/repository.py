"""Every query of the tables of the statistics. What each figure means is said in `figures.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.insights.models import CountedTalk, Subject, TalkHandover, TalkStatistics, TalkSubject

REACHED = {
    "course": TalkStatistics.course,
    "appointment": TalkStatistics.appointment,
    "clinic": TalkStatistics.clinic,
    "person": TalkStatistics.person,
}
ANYTHING = or_(*REACHED.values())


@dataclass(frozen=True)
class Chosen:
    """Which talks are counted: those begun from one day to another (both included), in a language, on a channel."""

    since: date
    until: date
    language: str = ""
    channel: str = ""


def counted() -> Select[str, int, int | None]:
    """How far each conversation has been counted."""
    return select(CountedTalk.conversation_id, CountedTalk.seq, CountedTalk.score)


async def keep_handovers(session: AsyncSession, handovers: Iterable[TalkHandover]) -> None:
    """Store these, over what was stored of them before."""
    for handover in handovers:
        await session.merge(handover)


async def add_subjects(session: AsyncSession, talk_id: str, about: Iterable[tuple[str, str]]) -> None:
    """Add those that the talk does not have yet."""
    for kind, value in sorted(about):
        await session.merge(TalkSubject(talk_id=talk_id, kind=str(kind), value=value))


async def channels(session: AsyncSession) -> list[str]:
    """The channels that counted talks came from."""
    return sorted(await session.scalars(select(TalkStatistics.channel).distinct()))


async def talks(session: AsyncSession, chosen: Chosen, *conditions: ColumnElement[bool]) -> int:
    """How many talks there are, and of these how many meet the conditions."""
    return await session.scalar(select(func.count()).where(*_in(chosen), *conditions)) or 0


async def reached(session: AsyncSession, chosen: Chosen) -> dict[str, int]:
    """In how many talks the pupil got to each of these, and to `any` of them."""
    found = {"any": await talks(session, chosen, ANYTHING)}
    return {**found, **{name: await talks(session, chosen, column.is_(True)) for name, column in REACHED.items()}}


async def by(session: AsyncSession, chosen: Chosen, column: Any) -> list[tuple[Any, int, int]]:
    """Talks, and those in which something was reached, by the values of a column."""
    hit = func.sum(cast(ANYTHING, Integer))
    query = select(column, func.count(), hit).where(*_in(chosen)).group_by(column).order_by(column)
    return [(value, count, hits) for value, count, hits in await session.execute(query)]


async def subjects(session: AsyncSession, chosen: Chosen, kind: Subject) -> dict[str, int]:
    """In how many talks each subject of a kind came up, the commonest first."""
    number = func.count()
    query = (
        select(TalkSubject.value, number)
        .join(TalkStatistics, TalkStatistics.id == TalkSubject.talk_id)
        .where(*_in(chosen), TalkSubject.kind == kind)
        .group_by(TalkSubject.value)
        .order_by(number.desc(), TalkSubject.value)
    )
    return {str(value): int(count) for value, count in await session.execute(query)}


async def turns(session: AsyncSession, chosen: Chosen) -> list[tuple[str | None, int, int]]:
    """By language: the messages that the bot answered, and those of them that it did not understand."""
    query = select(TalkStatistics.language, func.sum(TalkStatistics.turns), func.sum(TalkStatistics.unsure))
    grouped = query.where(*_in(chosen)).group_by(TalkStatistics.language).order_by(TalkStatistics.language)
    return [(language, count or 0, unsure or 0) for language, count, unsure in await session.execute(grouped)]


async def handovers(session: AsyncSession, chosen: Chosen) -> list[tuple[str, bool, int | None]]:
    """Each hand-over: its reason, whether the pupil still waits, and how many seconds it waited until it was taken."""
    query = (
        select(TalkHandover.reason, TalkHandover.open, TalkHandover.waited_seconds)
        .join(TalkStatistics, TalkStatistics.id == TalkHandover.talk_id)
        .where(*_in(chosen))
        .order_by(TalkHandover.reason)
    )
    return [(reason, open_, seconds) for reason, open_, seconds in await session.execute(query)]


async def break_offs(session: AsyncSession, chosen: Chosen, before: datetime, polite: Sequence[str]) -> dict[str, int]:
    """Of talks that fell silent with the bot before anything was reached: the intent that was answered last."""
    number, last = func.count(), TalkStatistics.last_intent
    query = (
        select(last, number)
        .where(*_in(chosen), TalkStatistics.with_bot, ~ANYTHING, last.is_not(None), last.not_in(polite))
        .where(TalkStatistics.last_at < before)
        .group_by(last)
        .order_by(number.desc(), last)
    )
    return {str(intent): count for intent, count in await session.execute(query)}


def _in(chosen: Chosen) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [TalkStatistics.day.between(chosen.since, chosen.until)]
    if chosen.language:
        found.append(TalkStatistics.language == chosen.language)
    if chosen.channel:
        found.append(TalkStatistics.channel == chosen.channel)
    return found
