"""Clearing by the clock: what was written goes after `TEXT_DAYS`, names and contacts after `SIGNUP_DAYS`.

What stays counts and names nobody: when a talk was, in which channel and language, what was understood, who answered,
the score. Each talk is cleared in a transaction of its own, so that pupils need not wait, and a run that was cut off
goes on with the next one. Doing it twice does no harm; the row of the day only saves work.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.appointments import service as appointments
from api.channels.messenger import service as messenger
from api.console import repository as console
from api.conversations import clearing
from api.database import Database, now
from api.privacy.models import RetentionRun
from api.requests import service as requests
from api.review import repository as review
from api.settings import Settings
from api.signups import service as signups

log = structlog.get_logger()

AT_ONCE = 100
# A run that has not finished after this time was cut off.
LONGEST_RUN = timedelta(hours=2)
LOOK_SECONDS = 600.0

ROOMS = (signups, appointments, requests)


@dataclass(frozen=True)
class Limits:
    """How long things are kept."""

    texts: timedelta
    safety: timedelta
    contacts: timedelta


@dataclass(frozen=True)
class Report:
    """What a run has cleared."""

    talks: int = 0
    messages: int = 0
    notes: int = 0
    contacts: int = 0


def limits(settings: Settings) -> Limits:
    """The limits that the operator has set."""
    texts = timedelta(days=settings.text_days)
    safety = timedelta(days=settings.safety_days) if settings.safety_days else texts
    return Limits(texts, safety, timedelta(days=settings.signup_days))


def daily(database: Database, kept: Limits) -> Callable[[], Awaitable[None]]:
    """The job of the API's processes: the first of them that looks on a new day clears."""

    async def clear_once_a_day() -> None:
        if await _claim(database, now()):
            await run(database, kept)

    return clear_once_a_day


async def run(database: Database, kept: Limits, at: datetime | None = None) -> Report:
    """Clear everything whose time is over at this moment, now unless told otherwise, and note what it was."""
    moment = at or now()
    before, safety_before = moment - kept.texts, moment - kept.safety
    report = await _clear_apart(database, moment - kept.contacts, min(before, safety_before))

    async def due(session: AsyncSession, after: str) -> list[str]:
        return await clearing.due(session, before, safety_before, after, AT_ONCE)

    async def without_words(session: AsyncSession, after: str) -> list[str]:
        return await clearing.quiet_with_way_in(session, after, AT_ONCE)

    async for talk in _each(database, due):
        report = await _clear_talk(database, talk, before, safety_before, report)
    async for talk in _each(database, without_words):
        await _cut_off(database, talk)
    await database.scrub()
    await _note(database, moment.date(), report)
    log.info("retention_done", **asdict(report))
    return report


async def _claim(database: Database, moment: datetime) -> bool:
    """Whether this process shall do the day's clearing: nobody has, or whoever began was cut off."""
    try:
        async with database.transaction() as session:
            found = await session.get(RetentionRun, moment.date(), with_for_update=True)
            if found is None:
                session.add(RetentionRun(day=moment.date(), started_at=moment))
            elif found.finished_at is not None or found.started_at > moment - LONGEST_RUN:
                return False
            else:
                found.started_at = moment
    except IntegrityError:
        # Another process was faster.
        return False
    return True


async def _note(database: Database, day: date, report: Report) -> None:
    """Add what was cleared to the report of the day."""
    try:
        await _add(database, day, report)
    except IntegrityError:
        # Another run has made the row of the day meanwhile.
        await _add(database, day, report)


async def _add(database: Database, day: date, report: Report) -> None:
    async with database.transaction() as session:
        row = await session.get(RetentionRun, day, with_for_update=True)
        if row is None:
            row = RetentionRun(day=day, talks=0, messages=0, notes=0, contacts=0)
            session.add(row)
        row.finished_at = now()
        for name, count in asdict(report).items():
            setattr(row, name, getattr(row, name) + count)


type Look = Callable[[AsyncSession, str], Awaitable[list[str]]]


async def _each(database: Database, look: Look) -> AsyncIterator[str]:
    """The ids that a look finds, a page at a time; what is done to them may take them out of the next look."""
    after = ""
    while True:
        async with database.transaction(read_only=True) as session:
            page = await look(session, after)
        for id in page:
            yield id
        if len(page) < AT_ONCE:
            return
        after = page[-1]


async def _clear_apart(database: Database, contacts_before: datetime, notes_before: datetime) -> Report:
    async with database.transaction() as session:
        await review.clear(session, notes_before)
        contacts = sum([await room.clear(session, contacts_before) for room in ROOMS])
        return Report(contacts=contacts, notes=await console.clear(session, notes_before))


async def _clear_talk(
    database: Database, conversation_id: str, before: datetime, safety_before: datetime, report: Report
) -> Report:
    async with database.transaction() as session:
        cleared = await clearing.clear(session, conversation_id, before, safety_before)
        if cleared is None:
            return report
        notes = await console.clear_talk(session, conversation_id, cleared.before, quiet=cleared.quiet)
        await messenger.clear(session, conversation_id, cleared.last, cleared.before)
    return replace(
        report,
        talks=report.talks + 1,
        messages=report.messages + cleared.messages,
        notes=report.notes + notes,
    )


async def _cut_off(database: Database, conversation_id: str) -> None:
    """Once a talk holds neither words nor a contact, nobody can open it any more."""
    async with database.transaction() as session:
        if not any([await room.kept(session, conversation_id) for room in ROOMS]):
            await messenger.erase(session, conversation_id)
            await clearing.cut_off(session, conversation_id)
