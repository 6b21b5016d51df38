"""Counts the talks: what has happened in each since it was looked at last is added to its row of the statistics.

A row is written within a minute of the turn and whenever somebody opens the page, from what the heart and the other
rooms have stored; so nothing is lost by a crash, a turn costs nothing more, and no room has to know the statistics.
Only new events are added, so that a talk whose old texts are gone keeps its numbers.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.appointments import service as appointments
from api.catalogue.kinds import CourseType, Profession
from api.catalogue.service import snapshot
from api.catalogue.view import Catalogue
from api.conversations import counting
from api.conversations import repository as conversations
from api.conversations.handoff import OwnerChange
from api.conversations.models import Conversation, Event, EventType, Owner
from api.conversations.understanding import Understanding
from api.database import Database
from api.insights import repository
from api.insights.models import CountedTalk, Subject, TalkHandover, TalkStatistics
from api.requests import service as requests
from api.signups import service as signups
from api.signups.models import Kind

WARSAW = ZoneInfo("Europe/Warsaw")
UNSURE = "nlu_fallback"
AT_ONCE = 200
SECONDS = 60.0


async def catch_up(database: Database, most: int | None = None) -> int:
    """Count what is not yet counted, everything or the first `most` talks; how many talks had news."""
    done = 0
    while True:
        async with database.transaction(read_only=True) as session:
            found = await counting.news(session, repository.counted(), most or AT_ONCE)
        for conversation_id in found:
            async with database.transaction() as session:
                await count(session, conversation_id)
        done += len(found)
        if most or len(found) < AT_ONCE:
            return done


def job(database: Database) -> Callable[[], Awaitable[None]]:
    """The same as a job without an answer, for `every`."""

    async def count_talks() -> None:
        await catch_up(database)

    return count_talks


async def count(session: AsyncSession, conversation_id: str) -> None:
    """Bring one talk's row up to date; nothing when the talk was erased meanwhile. Its lock keeps others from it."""
    talk = await conversations.lock(session, conversation_id)
    if talk is None:
        return
    mark = await session.get(CountedTalk, conversation_id)
    events = await counting.events(session, conversation_id, mark.seq if mark else 0)
    if mark is None:
        first = next(event for event, _ in events if event.sender == "pupil")
        row = TalkStatistics(
            id=str(uuid.uuid4()),
            day=talk.created_at.astimezone(WARSAW).date(),
            channel=talk.channel,
            last_at=first.created_at,
            messages=0,
            turns=0,
            unsure=0,
        )
        session.add(row)
        await session.flush()
        mark = CountedTalk(conversation_id=conversation_id, talk_id=row.id, seq=0, score=None)
        session.add(mark)
    else:
        row = await session.get_one(TalkStatistics, mark.talk_id)
    row.language, row.score, row.with_bot = talk.language, talk.feedback_score, talk.owner == Owner.BOT
    mark.seq, mark.score = talk.last_seq, talk.feedback_score
    catalogue = await snapshot(session)
    about: set[tuple[str, str]] = set()
    for event, understood in events:
        _add_event(row, event)
        if understood is not None and event.type == EventType.TURN_END:
            _add_turn(row, understood)
            about |= _about(catalogue, understood)
    await _add_what_was_left(session, row, talk, about, catalogue)
    changes = await counting.owner_changes(session, conversation_id)
    row.person = row.person or any(change.owner == Owner.COUNSELLOR for change in changes)
    await repository.keep_handovers(session, _handovers(row.id, changes))
    await repository.add_subjects(session, row.id, about)


def _add_event(row: TalkStatistics, event: Event) -> None:
    if event.type != EventType.MESSAGE:
        return
    if event.sender == "pupil":
        row.messages += 1
        row.last_at = event.created_at
    elif any(card.get("kind") == "clinic" for card in event.body.get("cards", [])):
        row.clinic = True


def _add_turn(row: TalkStatistics, understood: Understanding) -> None:
    row.turns += 1
    row.unsure += understood.intent == UNSURE
    row.last_intent = understood.intent


def _about(catalogue: Catalogue, understood: Understanding) -> set[tuple[str, str]]:
    """The intent, and the industries and courses that the message named, also by a profession or a course."""
    found: set[tuple[str, str]] = set()
    if understood.intent:
        found.add((Subject.INTENT, understood.intent))
    for entity in understood.entities:
        kind, value = entity["entity"], str(entity["value"])
        if kind == "industry":
            found.add((Subject.INDUSTRY, value))
        elif kind in ("course_type", "profession"):
            model = CourseType if kind == "course_type" else Profession
            record: Any = catalogue.find(model, value)
            if kind == "course_type" and record is not None:
                found.add((Subject.COURSE, value))
            found |= {(Subject.INDUSTRY, industry) for industry in (record.industries if record else ())}
    return found


async def _add_what_was_left(
    session: AsyncSession, row: TalkStatistics, talk: Conversation, about: set[tuple[str, str]], catalogue: Catalogue
) -> None:
    """Sign-ups (with their courses) and appointments. What was reached stays reached when it is taken back later."""
    for signup in await signups.mine(session, talk.id):
        row.course = True
        course = signup.target if signup.kind == Kind.COURSE else _course_of(catalogue, signup.kind, signup.target)
        if course:
            about.add((Subject.SIGN_UP, course))
    asked = await requests.asks_for_meeting(session, talk.id)
    if asked or await appointments.has_booked(session, talk.id):
        row.appointment = True


def _course_of(catalogue: Catalogue, kind: str, target: str) -> str | None:
    if kind != Kind.EDITION:
        return None
    editions = catalogue.open_editions(date.min)
    return next((edition.course_id for edition in editions if str(edition.id) == target), None)


def _handovers(talk_id: str, changes: Iterable[OwnerChange]) -> list[TalkHandover]:
    """Each time that the talk was put into the queue, and how it left it."""
    found: list[TalkHandover] = []
    waiting: OwnerChange | None = None
    for change in changes:
        if waiting is not None:
            taken = change.owner == Owner.COUNSELLOR
            found[-1].open = False
            found[-1].waited_seconds = round((change.at - waiting.at).total_seconds()) if taken else None
            waiting = None
        if change.owner == Owner.WAITING:
            waiting = change
            found.append(
                TalkHandover(
                    talk_id=talk_id, number=change.version, reason=change.reason, open=True, waited_seconds=None
                )
            )
    return found
