"""Two Rasa servers on one database: of two turns that they play at once, one is begun anew; erased stays erased."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator, List, Text

import pytest
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import tracker_store
from bot.tracker_store import Forgotten, Overtaken, SnapshotTrackerStore
from tests import postgres
from tests.bot.test_tracker_store import DOMAIN, replay, stored
from tests.needs import missing


@pytest.fixture(scope="module")
def server() -> Iterator[Text]:
    """A PostgreSQL server, by the address that the service uses for it."""
    if not postgres.is_here():
        missing("PostgreSQL's programs are not here: apt-get install postgresql")
    with postgres.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> List[SnapshotTrackerStore]:
    """The stores of two servers; on PostgreSQL made at the same moment, as when both start."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'trackers.db'}"
        return [SnapshotTrackerStore(DOMAIN, url=address) for _ in range(2)]
    monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("server"))
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: SnapshotTrackerStore(DOMAIN), range(2)))


def test_a_turn_over_a_state_that_is_no_longer_stored_is_refused(stores: List[SnapshotTrackerStore]) -> None:
    first, second = stores
    stored(first, "overtaken")
    ours, theirs = (asyncio.run(store.retrieve("overtaken")) for store in stores)
    assert ours is not None
    assert theirs is not None
    theirs.update(SlotSet("grade", "2"))
    asyncio.run(second.save(theirs))
    ours.update(SlotSet("grade", "3"))
    with pytest.raises(Overtaken):
        asyncio.run(first.save(ours))
    found = asyncio.run(first.retrieve("overtaken"))
    assert found is not None
    assert found.get_slot("grade") == "2"


def test_two_servers_do_not_both_begin_a_conversation(stores: List[SnapshotTrackerStore]) -> None:
    stored(stores[0], "begun twice")
    with pytest.raises(Overtaken):
        stored(stores[1], "begun twice")


def test_of_many_turns_at_once_each_stands_on_the_one_before(stores: List[SnapshotTrackerStore]) -> None:
    stored(stores[0], "busy")
    refused = []

    def play(number: int) -> None:
        store = stores[number % 2]
        while True:
            tracker = asyncio.run(store.retrieve("busy"))
            assert tracker is not None
            tracker.update(UserUttered(f"nr {number}", {"name": "greet"}, message_id=f"n{number}"))
            try:
                return asyncio.run(store.save(tracker))
            except Overtaken:
                refused.append(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(play, range(5)))
    tracker = asyncio.run(stores[0].retrieve("busy"))
    assert tracker is not None
    heard = [event.message_id for event in tracker.events if isinstance(event, UserUttered)]
    assert sorted(heard[-5:]) == [f"n{number}" for number in range(5)], "one turn was written over another"


def test_a_turn_that_races_with_an_erasure_leaves_nothing(stores: List[SnapshotTrackerStore]) -> None:
    playing, erasing = stores

    def play(tracker: DialogueStateTracker) -> None:
        try:
            asyncio.run(playing.save(tracker))
        except Forgotten:
            return

    for number in range(20):
        tracker = replay([UserUttered("sekret", {"name": "greet"}, message_id="2")])
        tracker.sender_id = f"erased {number}"
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(play, tracker)
            other = pool.submit(asyncio.run, erasing.delete(tracker.sender_id))
            one.result()
            other.result()
        assert asyncio.run(playing.retrieve(tracker.sender_id)) is None


def test_the_service_s_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://me:secret@db:5433/talks?ssl=require")
    address = tracker_store._default_url()
    assert address.render_as_string(hide_password=False) == (
        "postgresql+psycopg2://me:secret@db:5433/talks?sslmode=require"
    )
