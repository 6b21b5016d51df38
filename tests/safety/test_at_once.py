"""The safety answer in the heart: at once, in any state, with nobody else awake (no Rasa, no worker, no catalogue)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.catalogue.loader import load
from api.conversations import desk, handoff, hours, lines, reader, service
from api.conversations.handoff import Actor
from api.conversations.models import Conversation, InboxMessage, Owner
from api.conversations.service import Heart
from api.database import Database
from api.safety import language
from api.safety.detector import Detector
from api.safety.guard import Guard
from api.settings import ROOT


@pytest.fixture
def heart(database: Database, tmp_path: Path, heart: Heart) -> Heart:
    """A heart with a guard that has the patterns alone: there is no trained file in the folder."""
    return Heart(database, heart.notifier, watch=Guard(Detector(tmp_path), database))


async def opened(heart: Heart) -> str:
    """The id of a new Polish conversation."""
    conversation, _ = await service.open_conversation(heart, "web", "pl")
    return conversation.id


async def say(heart: Heart, id_: str, text: str) -> list[dict]:
    """Say something; the events that are there as soon as it is acknowledged."""
    seq = await service.accept(heart, id_, f"client-{text}", typed=text, payload=None)
    return await reader.read(heart, id_, seq, wait=0)


async def talk(heart: Heart, id_: str) -> Conversation:
    """The conversation's row."""
    async with heart.database.transaction(read_only=True) as session:
        found = await session.get(Conversation, id_)
    assert found is not None
    return found


def texts(events: list[dict]) -> list[str]:
    """The texts of the safety messages among the events."""
    return [event["text"] for event in events if event["type"] == "message" and event.get("safety")]


async def test_the_answer_stands_with_the_acknowledgement(heart: Heart) -> None:
    id_ = await opened(heart)
    events = await say(heart, id_, "nie chce juz zyc")
    assert "116 111" in texts(events)[0]
    assert all(event["sender"] == "system" for event in events if event["type"] == "message")
    ends = [event for event in events if event["type"] == "turn_end"]
    assert [event["outcome"] for event in ends] == ["handed_over"]
    async with heart.database.transaction(read_only=True) as session:
        assert await session.get(InboxMessage, (id_, events[0]["seq"] - 1)) is None


async def test_the_first_answer_reads_nothing_any_more(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(database, ROOT / "data" / "catalogue")
    language.frequent.cache_clear()
    guard = Guard(Detector(tmp_path), database)
    await guard.prepare()

    def unreadable(*_: object, **__: object) -> str:
        raise AssertionError("a file is read")

    @asynccontextmanager
    async def slow(**_: bool) -> AsyncGenerator[None]:
        await asyncio.sleep(60)
        yield

    monkeypatch.setattr(Path, "read_text", unreadable)
    monkeypatch.setattr(database, "transaction", slow)
    notice = (await guard("i want to kill myself")).notice
    assert notice is not None
    (first, *_) = notice.answer(None, None)
    assert first["language"] == "en"
    assert any(card["kind"] == "helpline" for card in first["cards"])


async def test_the_talk_is_put_before_a_person(heart: Heart) -> None:
    id_ = await opened(heart)
    await say(heart, id_, "ojciec mnie bije")
    row = await talk(heart, id_)
    assert row.safety_class == "report_violence"
    assert row.safety_at is not None
    await say(heart, id_, "chcę się zabić")
    await say(heart, id_, "nikt mnie nie lubi")
    assert (await talk(heart, id_)).safety_class == "crisis"


async def test_an_ordinary_message_goes_its_way(heart: Heart) -> None:
    id_ = await opened(heart)
    assert await say(heart, id_, "umieram z nudów, macie kursy spawania?") == []
    assert (await talk(heart, id_)).safety_class is None


@pytest.mark.parametrize("owner", list(Owner))
async def test_in_every_state_it_is_answered(heart: Heart, owner: Owner) -> None:
    id_ = await opened(heart)
    if owner != Owner.BOT:
        async with heart.database.transaction() as session:
            await handoff.change_owner(session, id_, to=owner, by=Actor("staff", 1, "Ewa"), reason="test")
    assert texts(await say(heart, id_, "I want to kill myself"))


def owners(events: list[dict]) -> list[str]:
    """Who owned the talk in turn."""
    return [event["owner"] for event in events if event["type"] == "owner"]


@pytest.mark.parametrize("cry", ["chcę się zabić", "ojciec mnie bije", "koleżanka pisze, że chce się zabić"])
async def test_what_is_grave_goes_to_a_person_after_the_helplines(heart: Heart, cry: str) -> None:
    id_ = await opened(heart)
    events = await say(heart, id_, cry)
    assert [bool(e.get("safety")) for e in events if e["type"] == "message"] == [True, True, False], "helplines first"
    assert owners(events) == ["waiting"]
    notice = next(e for e in events if e["type"] == "message" and not e.get("safety"))
    assert "116 111" not in notice["text"], "they stand above"
    assert "nikt tu nie zagląda" in notice["text"]
    assert [b["payload"] for b in notice["buttons"]] == [handoff.LEAVE_CONTACT, handoff.BACK_TO_BOT]
    row = await talk(heart, id_)
    assert (row.owner, row.owner_reason) == (Owner.WAITING, "safety")


async def test_outside_opening_hours_it_says_when_somebody_is_here_in_the_language_of_the_words(heart: Heart) -> None:
    yesterday = (datetime.now(hours.ZONE) - timedelta(days=1)).weekday()
    async with heart.database.transaction() as session:
        await hours.replace(session, {yesterday: ("08:00", "15:00")})
    notice = (await say(heart, await opened(heart), "my dad beats me every day"))[-2]
    assert "Nobody is here now" in notice["text"]
    assert "8:00–15:00" in notice["text"]
    assert [b["title"] for b in notice["buttons"]] == ["Leave a contact", "Back to the bot"]


async def test_in_distress_a_person_is_offered_and_the_bot_stays(heart: Heart) -> None:
    id_ = await opened(heart)
    events = await say(heart, id_, "nikt mnie nie lubi")
    assert (owners(events), (await talk(heart, id_)).owner) == ([], Owner.BOT)
    assert handoff.TO_A_PERSON in {b["payload"] for e in events for b in e.get("buttons", [])}


@pytest.mark.parametrize("owner", [Owner.WAITING, Owner.COUNSELLOR])
async def test_who_is_with_a_person_already_stays_there(heart: Heart, owner: Owner) -> None:
    id_ = await opened(heart)
    async with heart.database.transaction() as session:
        await handoff.change_owner(session, id_, to=owner, by=Actor("staff", 1, "Ewa"), reason="asked")
    events = await say(heart, id_, "chcę się zabić")
    assert owners(events) == []
    assert len(texts(events)) == sum(event["type"] == "message" for event in events), "nothing but the answer"
    row = await talk(heart, id_)
    assert (row.owner, row.owner_reason, row.safety_class) == (owner, "asked", "crisis")


async def test_the_form_goes_on_when_the_pupil_goes_back(heart: Heart) -> None:
    id_ = await asked_for_a_topic(heart)
    await say(heart, id_, "ojciec mnie bije")
    seq = await service.accept(heart, id_, "back", typed=None, payload=handoff.BACK_TO_BOT)
    assert [e["text"] for e in await reader.read(heart, id_, seq, wait=0) if e.get("sender") == "bot"] == [
        ASKED["text"]
    ]


async def test_a_case_that_comes_back_after_it_was_settled_calls_again(heart: Heart) -> None:
    id_ = await opened(heart)
    await say(heart, id_, "chcę się zabić")
    async with heart.database.transaction() as session:
        await handoff.change_owner(session, id_, to=Owner.COUNSELLOR, by=Actor("staff", 1, "Ewa"), reason="took")
        await handoff.change_owner(session, id_, to=Owner.BOT, by=Actor("staff", 1, "Ewa"), reason="gave_back")
    assert not desk.needs_eyes(await talk(heart, id_))
    await say(heart, id_, "dalej chcę się zabić")
    assert desk.needs_eyes(row := await talk(heart, id_))
    assert row.owner == Owner.WAITING
    async with heart.database.transaction(read_only=True) as session:
        kinds = [news.kind for news in await desk.news_after(session, 0)]
    assert kinds == ["safety", "owner", "owner", "safety"]


async def test_said_again_it_is_answered_shorter(heart: Heart) -> None:
    id_ = await opened(heart)
    first = texts(await say(heart, id_, "chcę się zabić"))
    second = texts(await say(heart, id_, "naprawdę chcę się zabić"))
    third = texts(await say(heart, id_, "słyszysz? chcę umrzeć"))
    assert len(first) > len(second) == len(third) == 1
    assert "112" in second[0]


async def test_what_is_graver_gets_its_whole_answer(heart: Heart) -> None:
    id_ = await opened(heart)
    await say(heart, id_, "nikt mnie nie lubi")
    assert len(texts(await say(heart, id_, "chcę się zabić"))) == 2


async def test_the_answer_is_in_the_language_of_the_words(heart: Heart) -> None:
    id_ = await opened(heart)
    events = await say(heart, id_, "i want to kill myself")
    assert {event["language"] for event in events if event["type"] == "message"} == {"en"}


async def test_the_same_message_handed_in_twice_is_answered_once(heart: Heart) -> None:
    id_ = await opened(heart)
    await say(heart, id_, "chcę się zabić")
    before = (await talk(heart, id_)).last_seq
    await say(heart, id_, "chcę się zabić")
    assert (await talk(heart, id_)).last_seq == before


async def test_a_broken_classifier_does_not_keep_the_answer_back(heart: Heart, tmp_path: Path) -> None:
    class Broken:
        def severity(self, text: str) -> dict[str, float]:
            raise RuntimeError(f"cannot encode {len(text)} characters")

    detector = Detector(tmp_path)
    assert not detector.is_complete
    detector._classifier = Broken()  # type: ignore[assignment]
    found = await detector.look("nie chcę żyć")
    assert found.alarm is not None
    assert found.alarm.danger == "crisis"


ASKED = {"text": "O czym mają być zajęcia?", "buttons": [], "cards": [], "asks": "topic"}


async def asked_for_a_topic(heart: Heart) -> str:
    """The id of a talk whose last message of the bot asks what a class should be about."""
    id_ = await opened(heart)
    async with heart.database.transaction() as session:
        await lines.say(session, id_, ASKED, sender="bot")
    return id_


@pytest.mark.parametrize("topic", ["przemoc seksualna i hejt", "sexual violence and bullying"])
async def test_a_topic_goes_its_way_where_one_was_asked_for(heart: Heart, topic: str) -> None:
    assert texts(await say(heart, await opened(heart), topic)), "nobody asked: it may be a report"
    assert await say(heart, await asked_for_a_topic(heart), topic) == []


@pytest.mark.parametrize("report", ["bije mnie ojciec, to przemoc", "violence: my dad beats me", "nie chcę żyć"])
async def test_a_report_is_answered_where_a_topic_was_asked_for(heart: Heart, report: str) -> None:
    id_ = await asked_for_a_topic(heart)
    assert texts(await say(heart, id_, report))
    assert texts(await say(heart, id_, "przemoc seksualna")), "while a person is called, nobody asks for a topic"
    await service.accept(heart, id_, "back", typed=None, payload=handoff.BACK_TO_BOT)
    assert await say(heart, id_, "przemoc seksualna i hejt") == [], "the question still stands"


async def test_what_is_asked_is_told_to_nobody(heart: Heart) -> None:
    id_ = await asked_for_a_topic(heart)
    assert all("asks" not in event for event in await reader.read(heart, id_, 0, wait=0))
