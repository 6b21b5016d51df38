"""The tracker store keeps the state and the last turns, whatever the length of the talk."""

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import List

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import FORGOTTEN_FOR, TURNS_KEPT, Forgotten, SnapshotTrackerStore, StillRead, compact

DOMAIN = Domain.load("domain.yml")


def talk(turns: int, seed: int) -> List[Event]:
    """A talk of so many turns that sets slots and enters and leaves the form at random."""
    dice = random.Random(seed)
    events: List[Event] = [ActionExecuted("action_session_start"), ActionExecuted("action_listen")]
    for number in range(turns):
        events.append(UserUttered(f"nr {number}", {"name": "inform_interest"}, message_id=str(number)))
        if dice.random() < 0.5:
            events.append(SlotSet("interest", [str(number)]))
        if dice.random() < 0.3:
            events.append(SlotSet("grade", None if dice.random() < 0.3 else str(number % 5 + 1)))
        if dice.random() < 0.4:
            events.append(ActiveLoop("guidance_form" if dice.random() < 0.5 else None))
        events += [ActionExecuted("action_help"), BotUttered(f"odpowiedź {number}"), ActionExecuted("action_listen")]
    return events


def replay(events: List[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("x", events, slots=DOMAIN.slots, domain=DOMAIN)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("turns", [0, 1, TURNS_KEPT, TURNS_KEPT + 1, 25])
def test_a_compact_talk_replays_to_the_same_state(turns: int, seed: int) -> None:
    events = talk(turns, seed)
    whole, short = replay(events), replay(compact(events, DOMAIN))
    assert short.current_slot_values() == whole.current_slot_values()
    assert short.active_loop_name == whole.active_loop_name
    assert short.latest_action_name == whole.latest_action_name
    assert [e.text for e in short.events if isinstance(e, UserUttered)] == [
        e.text for e in whole.events if isinstance(e, UserUttered)
    ][-TURNS_KEPT:]


def answered(message: str, wishes: int) -> List[Event]:
    """A message with so many wishes, each answered with a card."""
    card = {"kind": "course", "id": "c1", "title": "Kurs", "buttons": []}
    events: List[Event] = []
    for wish in range(wishes):
        parsed = {
            "intent": {"name": "ask_courses"},
            "entities": [],
            "intent_ranking": [{"name": "greet"}],
            "second": wish,
        }
        events += [
            UserUttered("kursy", {"name": "ask_courses"}, parse_data=parsed, message_id=message),
            BotUttered("proszę", {"buttons": [{"title": "x"}], "custom": {"cards": [card], "asks": "topic"}}),
        ]
    return events


@pytest.mark.parametrize("wishes", [1, 2])
def test_of_earlier_turns_only_what_actions_look_at_is_kept(wishes: int) -> None:
    events = answered("1", 1) + answered("2", wishes)
    earlier, *latest = [compact(events, DOMAIN)[:2], *compact(events, DOMAIN)[2:]]
    assert latest == events[2:]
    assert [event.as_dict() for event in latest] == [event.as_dict() for event in events[2:]]
    said, answer = earlier
    assert said.parse_data["second"] == 0
    assert "intent_ranking" not in said.parse_data
    assert answer.data == {"custom": {"cards": [{"kind": "course", "id": "c1"}], "asks": "topic"}}
    # The tracker itself stays as it was: the turn is answered from it.
    assert "intent_ranking" in events[0].parse_data
    assert [event.as_dict() for event in compact(compact(events, DOMAIN), DOMAIN)] == [
        event.as_dict() for event in compact(events, DOMAIN)
    ]


def test_a_form_that_ends_in_the_second_wish_of_a_message_takes_its_turns_along() -> None:
    first, second = answered("1", 2)[:2], answered("1", 2)[2:]
    events = [ActiveLoop("signup_form"), *first, *second[:1], ActiveLoop(None), *second[1:]]
    kept = compact(events, DOMAIN)
    assert [event.text for event in kept if isinstance(event, UserUttered)] == ["kursy"]
    assert kept[-1] == second[1]


def test_compacting_again_and_again_keeps_the_size() -> None:
    events: List[Event] = []
    sizes = []
    for number in range(40):
        events = compact([*events, *talk(1, number)], DOMAIN)
        sizes.append(len(events))
    assert max(sizes[20:]) <= max(sizes[:20]) + 5


def test_a_tracker_is_stored_found_and_erased(tmp_path: Path) -> None:
    async def life() -> None:
        file = tmp_path / "trackers.db"
        store = SnapshotTrackerStore(DOMAIN, url=f"sqlite:///{file}")
        assert await store.retrieve("someone") is None
        tracker = replay(talk(3, 1))
        tracker.sender_id = "someone"
        await store.save(tracker)
        found = await store.retrieve("someone")
        assert found is not None
        assert found.current_slot_values() == tracker.current_slot_values()
        assert list(await store.keys()) == ["someone"]
        await store.delete("someone")
        assert await store.retrieve("someone") is None

    asyncio.run(life())
    left = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert "odpowiedź".encode() not in left


def stored(store: SnapshotTrackerStore, name: str) -> DialogueStateTracker:
    tracker = replay(talk(2, 1))
    tracker.sender_id = name
    asyncio.run(store.save(tracker))
    return tracker


def test_a_turn_in_flight_does_not_bring_an_erased_tracker_back(tmp_path: Path) -> None:
    store = SnapshotTrackerStore(DOMAIN, url=f"sqlite:///{tmp_path / 'trackers.db'}")
    tracker = stored(store, "someone")
    asyncio.run(store.delete("someone"))
    asyncio.run(store.delete("someone"))
    with pytest.raises(Forgotten):
        asyncio.run(store.save(tracker))
    assert asyncio.run(store.retrieve("someone")) is None


def test_ids_of_erased_conversations_are_not_kept_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "trackers.db"
    store = SnapshotTrackerStore(DOMAIN, url=f"sqlite:///{file}")
    asyncio.run(store.delete("early"))
    monkeypatch.setattr("bot.tracker_store.FORGOTTEN_FOR", -FORGOTTEN_FOR)
    asyncio.run(store.delete("late"))
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT sender_id FROM forgotten").fetchall() == [("late",)]


def test_an_erasure_that_a_reader_hinders_is_not_called_done(tmp_path: Path) -> None:
    file = tmp_path / "trackers.db"
    store = SnapshotTrackerStore(DOMAIN, url=f"sqlite:///{file}")
    stored(store, "someone")
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM trackers").fetchall()
        with pytest.raises(StillRead):
            asyncio.run(store.delete("someone"))
    asyncio.run(store.delete("someone"))
    left = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert "odpowiedź".encode() not in left


@pytest.mark.parametrize("form", ["signup_form", "appointment_form", "prevention_form"])
def test_the_turns_of_a_form_that_asks_for_a_contact_go_when_it_is_done(form: str) -> None:
    told = [
        *talk(2, 7),
        UserUttered("zapisz mnie", {"name": "sign_up"}, message_id="10"),
        ActiveLoop(form),
        UserUttered("601 234 567", {"name": "out_of_scope"}, message_id="11"),
        SlotSet("contact", "+48601234567"),
        BotUttered("601 234 567 – zgadza się?"),
    ]
    assert compact(told, DOMAIN) == told, "while it is asked it is needed"
    done = [
        UserUttered("tak", {"name": "affirm"}, message_id="12"),
        SlotSet("consent", "yes"),
        ActiveLoop(None),
        SlotSet("contact", None),
        ActionExecuted("action_submit_signup"),
        BotUttered("Przyjęte."),
        ActionExecuted("action_listen"),
    ]
    short = compact([*told, *done], DOMAIN)
    kept = str([event.as_dict() for event in short])
    assert not [number for number in ("601 234 567", "601234567") if number in kept]
    assert [event.message_id for event in short if isinstance(event, UserUttered)] == ["12"], (
        "it may be asked for again"
    )
    assert replay(short).current_slot_values() == replay([*told, *done]).current_slot_values()
    assert replay(short).active_loop_name is None


def test_a_talk_that_is_cleared_may_go_on_and_an_erased_one_may_not(tmp_path: Path) -> None:
    store = SnapshotTrackerStore(DOMAIN, url=f"sqlite:///{tmp_path / 'trackers.db'}")
    asyncio.run(store.save(replay_as("a", talk(2, 1))))
    asyncio.run(store.clear("a"))
    assert asyncio.run(store.retrieve("a")) is None
    asyncio.run(store.save(replay_as("a", talk(1, 1))))
    assert asyncio.run(store.retrieve("a")) is not None
    asyncio.run(store.delete("a"))
    with pytest.raises(Forgotten):
        asyncio.run(store.save(replay_as("a", talk(1, 1))))


def replay_as(sender: str, events: List[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(sender, events, slots=DOMAIN.slots, domain=DOMAIN)


def test_the_file_is_not_opened_anew_for_each_turn(tmp_path: Path) -> None:
    store = SnapshotTrackerStore(DOMAIN, url=f"sqlite:///{tmp_path / 'trackers.db'}")
    opened: List[object] = []
    sa.event.listen(store._engine, "connect", lambda connection, _record: opened.append(connection))

    async def turns() -> None:
        for number in range(5):
            tracker = await store.retrieve("a talk") or DialogueStateTracker("a talk", DOMAIN.slots)
            tracker.update(BotUttered(f"answer {number}"))
            await store.save(tracker)

    asyncio.run(turns())
    assert len(opened) <= 1
