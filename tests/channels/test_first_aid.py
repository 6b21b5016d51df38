"""Help comes before the message is stored where that takes long or fails; everything else waits for it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from api.conversations import first_aid, reader, service
from api.conversations.service import Heart
from api.database import Database
from api.errors import Unauthorized
from api.safety.detector import Detector
from api.safety.guard import Guard

CRY, HARMLESS = "nie chce juz zyc", "macie kursy spawania?"


@pytest.fixture
def heart(database: Database, tmp_path: Path, heart: Heart) -> Heart:
    """A heart that watches over words, with the patterns alone."""
    return Heart(database, heart.notifier, watch=Guard(Detector(tmp_path), database))


class Slow:
    """A caller who is allowed, and a message whose storing waits until it may go on."""

    def __init__(self, heart: Heart, talk: str, typed: str) -> None:
        self.heart, self.talk, self.typed = heart, talk, typed
        self.may_go_on = asyncio.Event()
        self.calls = 0

    async def allowed(self) -> None:
        """Nothing to say against it."""

    async def store(self, looking: first_aid.Looking) -> int:
        self.calls += 1
        await self.may_go_on.wait()
        return await service.accept(self.heart, self.talk, "one", typed=self.typed, payload=None, looking=looking)

    async def send(self) -> int:
        return await first_aid.stored(self.heart, self.typed, self.allowed(), self.store)


async def slow(heart: Heart, typed: str) -> Slow:
    conversation, _ = await service.open_conversation(heart, "web", "pl")
    return Slow(heart, conversation.id, typed)


def away() -> OperationalError:
    return OperationalError("", None, Exception("away"))


async def test_who_is_in_need_gets_help_before_the_message_is_stored_and_it_is_stored_once(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await slow(heart, CRY)
    with pytest.raises(first_aid.NotYetStored) as raised:
        await message.send()
    (first, *_) = raised.value.more["help"]
    assert (first["safety"], first["language"]) == (True, "pl")
    assert "116 111" in first["text"]
    monkeypatch.setattr(first_aid, "HELP_SECONDS", 60.0)
    message.may_go_on.set()
    seq = await message.send()
    events = await reader.read(heart, message.talk, 1, wait=0) or []
    assert [event["seq"] for event in events if event.get("sender") == "pupil"] == [seq]
    assert next(event["text"] for event in events if event.get("safety")) == first["text"]
    assert message.calls == 2
    assert not first_aid._going_on


async def test_what_is_stored_in_time_is_acknowledged(heart: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_aid, "HELP_SECONDS", 60.0)
    message = await slow(heart, CRY)
    message.may_go_on.set()
    assert await message.send() == 2


async def test_harmless_words_wait_until_they_are_stored(heart: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_aid, "HELP_SECONDS", 0.0)
    message = await slow(heart, HARMLESS)
    sending = asyncio.create_task(message.send())
    await asyncio.sleep(0.05)
    assert not sending.done()
    message.may_go_on.set()
    assert await sending == 2


@pytest.mark.parametrize("before", [True, False], ids=["who it is", "storing"])
@pytest.mark.parametrize("typed", [CRY, HARMLESS])
async def test_help_comes_also_when_the_database_is_away(heart: Heart, typed: str, before: bool) -> None:
    async def allowed() -> None:
        if before:
            raise away()

    async def store(_: first_aid.Looking) -> int:
        raise away()

    with pytest.raises(first_aid.NotYetStored if typed == CRY else OperationalError):
        await first_aid.stored(heart, typed, allowed(), store)


@pytest.mark.parametrize("late", [False, True])
async def test_strangers_are_sent_away(heart: Heart, late: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_aid, "LOOK_SECONDS", 0.0 if late else 60.0)
    looked: list[str] = []
    watching = heart.watch
    assert watching is not None

    async def watch(typed: str) -> object:
        looked.append(typed)
        return await watching(typed)

    async def allowed() -> None:
        await asyncio.sleep(0.01)
        raise Unauthorized

    async def store(_: first_aid.Looking) -> int:
        raise AssertionError("a stranger's message is stored")

    guarded = Heart(heart.database, heart.notifier, watch=watch)  # type: ignore[arg-type]
    with pytest.raises(Unauthorized):
        await first_aid.stored(guarded, CRY, allowed(), store)
    assert bool(looked) == late, "nobody looks at a stranger's words where it is known in time"
