"""The worker with a scripted Rasa: who waits is told once, failures end, erasures hold, other processes are noticed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from api.catalogue import repository as catalogue
from api.catalogue import service as versions
from api.conversations import reader, repository, service
from api.conversations.models import Owner
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.conversations.worker import Pace, Worker
from api.database import Database, now
from api.privacy import erasure
from api.safety.guard import Look
from tests.conversations.scripted_rasa import ScriptedRasa

PACE = Pace(look=0.01, lease=5, renew=0.5, tell=0.0)


@pytest.fixture
def rasa() -> ScriptedRasa:
    return ScriptedRasa()


async def opened(heart: Heart, language: str | None = "pl") -> str:
    """The id of a new conversation."""
    conversation, _ = await service.open_conversation(heart, "web", language)  # type: ignore[arg-type]
    return conversation.id


async def send(heart: Heart, talk: str, *words: str) -> list[int]:
    """Hand in these messages, in order."""
    return [await service.accept(heart, talk, word, typed=word, payload=None) for word in words]


async def seen(heart: Heart, talk: str) -> list[dict]:
    """All events after the greeting."""
    return (await reader.read(heart, talk, 1, wait=0)) or []


async def until_ended(heart: Heart, talk: str, *numbers: int) -> list[dict]:
    """All events after the greeting, once the turns of these messages have ended."""
    events = await seen(heart, talk)
    while not {event["reply_to"] for event in events if event["type"] == "turn_end"} >= set(numbers):
        events += (await reader.read(heart, talk, events[-1]["seq"], wait=60)) or []
    return events


async def due(heart: Heart, talk: str) -> None:
    """What was put off is due now."""
    async with heart.database.transaction() as session:
        for message in await repository.waiting(session, talk):
            message.due_at = now()


def notices(events: list[dict]) -> list[dict]:
    return [event for event in events if event.get("sender") == "system"]


async def test_who_waits_is_told_once_until_everything_is_answered(heart: Heart, rasa: ScriptedRasa) -> None:
    talk, worker = await opened(heart), Worker(heart, rasa.client(), PACE)
    rasa.mood = "away"
    first = await send(heart, talk, "a", "b")
    await worker.serve(talk)
    await worker.tell()
    later = await send(heart, talk, "c")
    await worker.tell()
    assert [(notice["reply_to"], notice["language"]) for notice in notices(await seen(heart, talk))] == [(2, "pl")]
    rasa.mood = "well"
    await due(heart, talk)
    await worker._play(talk, await claimed(worker, talk))
    await worker.tell()
    assert len(notices(await seen(heart, talk))) == 1, "those behind the answered one are told no second time"
    await worker.serve(talk)
    assert len(notices(await until_ended(heart, talk, *first, *later))) == 1
    rasa.mood = "away"
    await send(heart, talk, "d")
    await worker.tell()
    assert len(notices(await seen(heart, talk))) == 2, "another outage is said again"


async def claimed(worker: Worker, talk: str) -> object:
    claim = await worker._claim(talk)
    assert claim is not None
    return claim


async def test_before_the_language_is_known_the_notice_is_in_both(heart: Heart, rasa: ScriptedRasa) -> None:
    talk = await opened(heart, None)
    await send(heart, talk, "hello")
    await Worker(heart, rasa.client(), PACE).tell()
    (notice,) = notices(await seen(heart, talk))
    assert "zapisana" in notice["text"]
    assert "saved" in notice["text"]


async def test_nobody_is_told_to_wait_for_the_bot_while_a_person_answers(heart: Heart, rasa: ScriptedRasa) -> None:
    talk = await opened(heart)
    await send(heart, talk, "a")
    async with heart.database.transaction() as session:
        conversation = await repository.lock(session, talk)
        assert conversation is not None
        conversation.owner = Owner.COUNSELLOR
    await Worker(heart, rasa.client(), PACE).tell()
    assert notices(await seen(heart, talk)) == []


async def test_an_outage_does_not_count_as_a_failure(heart: Heart, rasa: ScriptedRasa) -> None:
    talk, worker = await opened(heart), Worker(heart, rasa.client(), PACE)
    (seq,) = await send(heart, talk, "a")
    for mood in ("away", "away", "broken"):
        rasa.mood = mood
        await due(heart, talk)
        await worker.serve(talk)
    assert [event for event in await seen(heart, talk) if event["type"] == "turn_end"] == []
    rasa.mood = "well"
    await due(heart, talk)
    await worker.serve(talk)
    assert (await until_ended(heart, talk, seq))[-1]["outcome"] == "answered"


async def test_a_bug_of_ours_ends_the_turn_instead_of_playing_it_for_ever(
    heart: Heart, rasa: ScriptedRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bug(*_: object) -> bool:
        raise ValueError("a bug")

    monkeypatch.setattr("api.conversations.worker.write_answer", bug)
    talk, worker = await opened(heart), Worker(heart, rasa.client(), PACE)
    (seq,) = await send(heart, talk, "a")
    for _ in range(2):
        await due(heart, talk)
        await worker.serve(talk)
    assert (await until_ended(heart, talk, seq))[-1]["outcome"] == "failed"


async def test_a_long_turn_keeps_its_lease(heart: Heart, rasa: ScriptedRasa) -> None:
    pace = Pace(look=0.01, lease=2, renew=0.1, tell=60)
    talk, slow = await opened(heart), asyncio.Event()
    play = rasa.turn

    async def slowly(*args: object, **named: object) -> object:
        await slow.wait()
        return await play(*args, **named)  # type: ignore[arg-type]

    rasa.turn = slowly  # type: ignore[method-assign,assignment]
    worker = Worker(heart, rasa.client(), pace)
    worker.start()
    (seq,) = await send(heart, talk, "a")
    await asyncio.sleep(2.5)
    async with heart.database.transaction(read_only=True) as session:
        assert await repository.waiting_conversations(session, now(), "another worker", 10) == []
    slow.set()
    await until_ended(heart, talk, seq)
    await worker.stop()
    assert len(rasa.plays) == 1


async def test_what_arrives_here_is_served_without_a_look_into_the_database(heart: Heart, rasa: ScriptedRasa) -> None:
    worker = Worker(heart, rasa.client(), Pace(look=3600, tell=3600))
    worker.start()
    talks = [await opened(heart) for _ in range(3)]
    for number in range(5):
        sent = [send(heart, talk, f"{number} {one}") for talk in talks for one in range(2)]
        numbers = await asyncio.gather(*sent)
        for one, talk in enumerate(talks):
            await until_ended(heart, talk, *numbers[2 * one], *numbers[2 * one + 1])
    await worker.stop()
    assert heart.arrived == {}


async def test_with_no_room_left_the_others_are_served_as_soon_as_there_is(
    heart: Heart, rasa: ScriptedRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.conversations.worker.AT_ONCE", 2)
    elsewhere = Heart(heart.database, Notifier())
    talks = {talk: await send(elsewhere, talk, "a", "b") for talk in [await opened(heart) for _ in range(7)]}
    worker = Worker(heart, rasa.client(), Pace(look=3600, tell=3600))
    worker.start()
    for talk, numbers in talks.items():
        while not [one for one in await seen(heart, talk) if one.get("reply_to") == numbers[-1]]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await worker.stop()


async def test_the_bot_is_told_which_catalogue_there_is_at_each_turn(heart: Heart, rasa: ScriptedRasa) -> None:
    informed = replace(heart, version=versions.version)
    talk, worker = await opened(informed), Worker(informed, rasa.client(), PACE)
    for number in range(3):
        await send(informed, talk, str(number))
        await worker.serve(talk)
        async with heart.database.transaction() as session:
            assert rasa.catalogue == await versions.version(session) == number
            await catalogue.raise_version(session)


async def test_a_turn_gives_its_lease_back_with_its_answer(heart: Heart, rasa: ScriptedRasa) -> None:
    talk, worker = await opened(heart), Worker(heart, rasa.client(), Pace(lease=3600))
    for mood in ("well", "away", "broken"):
        rasa.mood = mood
        await send(heart, talk, mood)
        await worker.serve(talk)
        async with heart.database.transaction() as session:
            assert await repository.take_lease(session, talk, "another", seconds=0)
        rasa.mood = "well"
        await due(heart, talk)
        await worker.serve(talk)


async def test_an_erasure_while_rasa_is_away_is_carried_out_later(heart: Heart, rasa: ScriptedRasa) -> None:
    talk, worker = await opened(heart), Worker(heart, rasa.client(), PACE)
    await send(heart, talk, "a")
    await worker.serve(talk)
    rasa.mood = "away"
    await erasure.erase(heart.database, rasa.client(), talk)
    assert talk in rasa.trackers
    rasa.mood = "well"
    worker.start()
    while talk in rasa.trackers:  # noqa: ASYNC110 - forgetting tells nobody
        await asyncio.sleep(0.01)
    await worker.stop()


async def test_a_stream_ends_when_its_conversation_is_erased(heart: Heart, rasa: ScriptedRasa) -> None:
    talk = await opened(heart)
    events = reader.stream(heart, talk, 0)
    first = await anext(events)
    assert first is not None
    waiting = asyncio.create_task(anext(events, "the end"))
    await asyncio.sleep(0.05)
    await erasure.erase(heart.database, rasa.client(), talk)
    heart.notifier.notify(talk)
    assert await waiting == "the end"
    assert len(heart.notifier) == 0


async def test_events_of_another_process_are_noticed_by_one_look_for_all(heart: Heart, database: Database) -> None:
    elsewhere = Heart(database, Notifier())
    talks = [await opened(heart) for _ in range(3)]
    waiting = [asyncio.create_task(reader.read(heart, talk, 1, wait=60)) for talk in talks]
    await asyncio.sleep(0.1)
    await reader.look_out(heart)
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in waiting)
    await send(elsewhere, talks[1], "a")
    await reader.look_out(heart)
    assert [event["text"] for event in (await waiting[1]) or []] == ["a"]
    assert not waiting[0].done()
    for task in waiting:
        task.cancel()


async def test_a_reader_that_resumes_beyond_the_last_event_is_not_woken_for_ever(heart: Heart) -> None:
    talk = await opened(heart)
    waiting = asyncio.create_task(reader.read(heart, talk, 99, wait=60))
    await asyncio.sleep(0.05)
    news = heart.notifier.register(talk, seen=99)
    await reader.look_out(heart)
    assert not news.done()
    waiting.cancel()


@pytest.mark.parametrize("ahead", [3600.0, -3600.0])
async def test_a_clock_that_was_wrong_by_an_hour_holds_nobody_for_an_hour(
    heart: Heart, rasa: ScriptedRasa, ahead: float
) -> None:
    talk, worker = await opened(heart), Worker(heart, rasa.client(), PACE)
    (number,) = await send(heart, talk, "hej")
    async with heart.database.transaction() as session:
        assert await repository.take_lease(session, talk, "a dead worker", ahead)
        for message in await repository.waiting(session, talk):
            message.due_at = now() + timedelta(seconds=ahead)
    async with heart.database.transaction(read_only=True) as session:
        assert await repository.waiting_conversations(session, now(), "another", 10) == [talk]
    await worker.serve(talk)
    await until_ended(heart, talk, number)
    assert rasa.plays == [(talk, str(number))]


@pytest.mark.parametrize("calm", [True, False])
async def test_the_bot_hears_what_the_watch_is_sure_of(heart: Heart, rasa: ScriptedRasa, calm: bool) -> None:
    async def watch(_: str) -> Look:
        return Look(calm=calm)

    watched = Heart(heart.database, heart.notifier, watch=watch)
    talk = await opened(watched)
    rasa.calm = not calm
    numbers = await send(watched, talk, "umrę, jak znowu spóźnię się na praktyki")
    await Worker(watched, rasa.client(), PACE).serve(talk)
    await until_ended(watched, talk, *numbers)
    assert rasa.calm is calm
