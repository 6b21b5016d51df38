"""Clearing by the clock: words go when their time is over, what counts stays, and nothing goes too early."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from api.conversations import reader, service
from api.conversations.clearing import NOTHING
from api.conversations.forgetting import PendingForgetting
from api.conversations.models import Conversation, Event
from api.conversations.notifier import Notifier
from api.conversations.rasa import Answer
from api.conversations.service import Heart
from api.conversations.understanding import Understanding
from api.database import Database, now
from api.privacy import retention
from api.privacy.models import RetentionRun
from api.privacy.retention import Limits, Report
from api.settings import Settings
from api.signups import service as signups
from scripts.retention import clear
from tests.privacy.full_talk import WORDS, everything_stored, full_talk, rows
from tests.signups.test_service import COURSE, apply
from tests.stores import conversation
from tests.test_sealed import raw

DAY = timedelta(days=1)
KEPT = Limits(texts=90 * DAY, safety=365 * DAY, contacts=180 * DAY)
# What a pupil or counsellor wrote; contacts have a longer time of their own.
WRITTEN = ("message", "waiting", "note", "tag", "comment", "line", "entity")


async def row(database: Database, talk: str) -> Conversation:
    """The conversation as it is stored."""
    async with database.transaction(read_only=True) as session:
        return await session.get_one(Conversation, talk)


async def flag(database: Database, talk: str) -> None:
    """Mark the talk as one about safety."""
    async with database.transaction() as session:
        await session.execute(update(Conversation).where(Conversation.id == talk).values(safety_at=now()))


async def age(database: Database, talk: str, days: int) -> None:
    """Make everything that was said so far older."""
    async with database.transaction() as session:
        for event in await session.scalars(select(Event).where(Event.conversation_id == talk)):
            event.created_at -= days * DAY


async def written(database: Database) -> list[str]:
    """Which of the words are still stored anywhere."""
    stored = await everything_stored(database)
    return [name for name in WRITTEN if WORDS[name] in stored]


async def test_words_stay_until_their_last_day_and_then_go(store: Database) -> None:
    await full_talk(store)
    await retention.run(store, KEPT, at=now() + 89 * DAY)
    assert await written(store) == list(WRITTEN)
    report = await retention.run(store, KEPT, at=now() + 91 * DAY)
    assert await written(store) == []
    assert (report.talks, report.notes, report.contacts) == (1, 1, 0)
    assert report.messages >= 3


async def test_what_counts_stays_without_words(store: Database) -> None:
    talk = await full_talk(store)
    before = await row(store, talk)
    await retention.run(store, KEPT, at=now() + 91 * DAY)
    after = await row(store, talk)
    for column in ("channel", "language", "owner", "owner_reason", "feedback_score", "created_at", "last_seq"):
        assert getattr(after, column) == getattr(before, column)
    async with store.transaction(read_only=True) as session:
        understood = await session.get_one(Understanding, (talk, 2))
        events = list(await session.scalars(select(Event).where(Event.conversation_id == talk).order_by(Event.seq)))
    assert (understood.intent, understood.entities) == ("inform_interest", [{"entity": "interest", "value": "bikes"}])
    assert [event.seq for event in events] == list(range(1, after.last_seq + 1)), "who said something, and when"
    assert all(event.body == NOTHING for event in events if event.type == "message")
    assert [event.body["outcome"] for event in events if event.type == "turn_end"]
    assert (await rows(store, talk))["owner_changes"] == 2


async def test_contacts_have_a_time_of_their_own_and_the_way_in_closes_with_them(store: Database) -> None:
    talk = await full_talk(store)
    await retention.run(store, KEPT, at=now() + 91 * DAY)
    cleared = await row(store, talk)
    assert cleared.token_hash is not None, "the pupil can still take the sign-up back"
    assert cleared.contact is None, "a contact left in the talk goes with the talk"
    async with store.transaction(read_only=True) as session:
        assert [one["contact"] for one in await signups.kept(session, talk)] == [WORDS["signup"]]
    report = await retention.run(store, KEPT, at=now() + 183 * DAY)
    assert report.contacts == 3
    async with store.transaction(read_only=True) as session:
        assert not await signups.kept(session, talk)
        assert not await signups.find_all(session)
    counts = await rows(store, talk)
    assert (counts["signups"], counts["appointments"], counts["requests"]) == (1, 1, 1), "that somebody came counts"
    assert counts["messenger_threads"] == 0
    assert (await row(store, talk)).token_hash is None
    assert "zsm nr 3" not in (await everything_stored(store)).lower()


async def test_safety_talks_are_kept_as_the_operator_sets(store: Database) -> None:
    talk = await full_talk(store)
    await flag(store, talk)
    assert (await retention.run(store, KEPT, at=now() + 364 * DAY)).talks == 0
    assert "message" in await written(store)
    assert (await retention.run(store, KEPT, at=now() + 366 * DAY)).talks == 1
    assert await written(store) == []


async def test_a_talk_that_goes_on_loses_only_its_old_words(store: Database) -> None:
    heart = Heart(store, Notifier())
    talk = await conversation(store)
    await service.accept(heart, talk, "old", typed="stare słowa", payload=None)
    await service.write_answer(heart, talk, 2, Answer([{"text": "tak", "buttons": []}], "pl", {"intent": "greet"}))
    await age(store, talk, 100)
    seq = await service.accept(heart, talk, "new", typed="nowe słowa", payload=None)
    await retention.run(store, KEPT)
    events = await reader.read(heart, talk, after=0, wait=0)
    assert events is not None
    assert [event["seq"] for event in events] == [seq]
    assert events[0]["text"] == "nowe słowa"
    assert (await row(store, talk)).token_hash is not None
    async with store.transaction(read_only=True) as session:
        assert (await session.get_one(PendingForgetting, talk)).for_good is False, "Rasa still held the old words"
    assert await service.accept(heart, talk, "more", typed="i jeszcze", payload=None) == seq + 1


async def test_a_pupil_who_comes_back_to_a_cleared_talk_is_heard(store: Database) -> None:
    heart = Heart(store, Notifier())
    talk = await conversation(store)
    await apply(store, COURSE, talk)
    await age(store, talk, 91)
    assert (await retention.run(store, KEPT)).talks == 1
    seq = await service.accept(heart, talk, "back", typed="wypisz mnie", payload=None)
    await service.write_answer(
        heart, talk, seq, Answer([{"text": "Dobrze.", "buttons": []}], "pl", {"intent": "sign_up"})
    )
    events = await reader.read(heart, talk, after=0, wait=0)
    assert events is not None
    assert [event.get("text") for event in events if event["type"] == "message"] == ["wypisz mnie", "Dobrze."]


async def test_a_sign_up_that_is_renewed_has_its_time_anew(store: Database) -> None:
    talk = await conversation(store)
    await apply(store, COURSE, talk)
    await retention.run(store, KEPT, at=now() + 181 * DAY)
    await apply(store, COURSE, talk, contact="ola@example.com")
    async with store.transaction(read_only=True) as session:
        assert [one["contact"] for one in await signups.kept(session, talk)] == ["ola@example.com"]


async def test_of_several_processes_one_clears_the_day(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    async def counted(*_: Any) -> Report:
        ran.append(1)
        await asyncio.sleep(0)
        return Report()

    monkeypatch.setattr(retention, "run", counted)
    jobs = [retention.daily(store, KEPT) for _ in range(8)]
    await asyncio.gather(*(job() for job in jobs))
    await asyncio.gather(*(job() for job in jobs))
    assert len(ran) == 1


async def test_a_run_that_was_cut_off_is_taken_up_and_a_finished_day_is_not(store: Database) -> None:
    begun = now().replace(hour=0, minute=5)
    assert await retention._claim(store, begun)
    assert not await retention._claim(store, begun + timedelta(minutes=1))
    later = begun + retention.LONGEST_RUN + timedelta(minutes=1)
    assert await retention._claim(store, later)
    await retention.run(store, KEPT, at=later)
    assert not await retention._claim(store, later + 2 * retention.LONGEST_RUN)
    assert await retention._claim(store, begun + DAY)


async def test_two_runs_at_once_clear_everything_once(store: Database) -> None:
    for _ in range(3):
        await full_talk(store)
    reports = await asyncio.gather(*(retention.run(store, KEPT, at=now() + 200 * DAY) for _ in range(3)))
    assert sum(report.talks for report in reports) == 3
    assert await written(store) == []
    async with store.transaction(read_only=True) as session:
        day = (now() + 200 * DAY).date()
        assert (await session.get_one(RetentionRun, day)).talks == 3


async def test_more_talks_than_fit_on_a_page_are_all_cleared(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        await conversation(database)
    assert (await retention.run(database, KEPT, at=now() + 91 * DAY)).talks == 5
    async with database.transaction(read_only=True) as session:
        open_ = select(func.count()).select_from(Conversation).where(Conversation.token_hash.is_not(None))
        assert await session.scalar(open_) == 0


async def test_sqlite_s_files_hold_no_cleared_word(database: Database, tmp_path: Path) -> None:
    await full_talk(database)
    await retention.run(database, KEPT, at=now() + 91 * DAY)
    files = raw(tmp_path)
    assert [name for name in WRITTEN if WORDS[name].encode() in files] == []


async def test_the_command_clears_and_reports(database: Database) -> None:
    talk = await full_talk(database)
    await age(database, talk, 91)
    report = await clear(str(database.engine.url), KEPT)
    assert report.talks == 1


@pytest.mark.parametrize(("safety", "days"), [(None, 90), (365, 365)])
def test_the_operator_s_settings_are_taken(safety: int | None, days: int) -> None:
    limits = retention.limits(Settings(safety_days=safety))
    assert (limits.texts.days, limits.safety.days, limits.contacts.days) == (90, days, 180)
