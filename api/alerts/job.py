"""Mailing the counsellors when somebody waits for a person or writes about danger.

A cursor over the desk's news says what was mailed. One process at a time takes the cursor for a while and mails outside
of any transaction, so that no turn waits for a mail server. A mail that fails is tried again, ever more rarely; a
process that dies between mailing and noting it mails once more.
"""

import asyncio
import smtplib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from api.alerts.mail import Call, Post, compose, send
from api.alerts.models import AlertCursor
from api.conversations import desk
from api.conversations.desk import NewsKind
from api.conversations.models import Owner
from api.database import Database, now

log = structlog.get_logger()

LOOK_SECONDS = 5.0
# Longer than handing over a mail can take.
LEASE = timedelta(seconds=120)
LONGEST_PAUSE = timedelta(minutes=10)
CALLING = (NewsKind.WAITING, NewsKind.SAFETY)
ONLY = 1


@dataclass(frozen=True)
class Batch:
    """What to mail now, and the number of the news up to which it goes."""

    calls: list[Call]
    number: int


def mailing(database: Database, to: Post, public_url: str) -> Callable[[], Awaitable[None]]:
    """The job of the API's processes."""

    async def mail_the_counsellors() -> None:
        batch = await _take(database)
        if batch is None:
            return
        if batch.calls:
            try:
                await asyncio.to_thread(send, to, compose(to, batch.calls, public_url))
            except (OSError, smtplib.SMTPException) as problem:
                log.warning("alert_mail_failed", error=type(problem).__name__)
                await _put_off(database)
                return
            log.info("alert_mailed", talks=len(batch.calls))
        await _done(database, batch.number)

    return mail_the_counsellors


async def begin(database: Database) -> None:
    """Start with what happens from now on; what was before is known to those who look into the queue."""
    try:
        async with database.transaction() as session:
            if await session.get(AlertCursor, ONLY) is None:
                session.add(AlertCursor(id=ONLY, number=await desk.latest_number(session)))
    except IntegrityError:
        # Another process was faster.
        return


async def _take(database: Database) -> Batch | None:
    """Take the cursor for a while, if there is news and nobody else has it."""
    async with database.transaction(read_only=True) as session:
        seen = await session.get_one(AlertCursor, ONLY)
        if seen.due_at > now() or await desk.latest_number(session) <= seen.number:
            return None
    async with database.transaction() as session:
        cursor = await session.get_one(AlertCursor, ONLY, with_for_update=True, populate_existing=True)
        if cursor.due_at > now():
            return None
        news = await desk.news_after(session, cursor.number)
        cursor.due_at = now() + LEASE
        called = dict.fromkeys(one.conversation_id for one in news if one.kind in CALLING)
        talks = await desk.find(session, called)
        calls = [Call(talk.id, desk.needs_eyes(talk)) for talk in talks]
        waiting = {talk.id for talk in talks if talk.owner == Owner.WAITING}
        number = news[-1].number if news else await desk.latest_number(session)
        return Batch([call for call in calls if call.urgent or call.conversation_id in waiting], number)


async def _done(database: Database, number: int) -> None:
    async with database.transaction() as session:
        cursor = await session.get_one(AlertCursor, ONLY, with_for_update=True, populate_existing=True)
        cursor.number, cursor.failures, cursor.due_at = max(number, cursor.number), 0, now()


async def _put_off(database: Database) -> None:
    async with database.transaction() as session:
        cursor = await session.get_one(AlertCursor, ONLY, with_for_update=True, populate_existing=True)
        cursor.failures += 1
        pause = timedelta(seconds=LOOK_SECONDS * 2 ** min(cursor.failures, 10))
        cursor.due_at = now() + min(pause, LONGEST_PAUSE)
