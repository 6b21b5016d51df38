"""Sends, repeats, crashes, reconnects, owners and erasures in any order, on the real service and a real database.

Only Rasa is a double. Whatever the order: no loss, no double, no gap, one end of turn for each message, in order, and
no word of the bot while it does not own the talk.
"""

import asyncio
import gc
import shutil
import tempfile
import warnings
from collections.abc import Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import event

from api.conversations import handoff, reader, repository, service
from api.conversations.forgetting import carry_out, pending
from api.conversations.models import Owner
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.conversations.worker import Pace, Worker
from api.database import Database, now
from api.errors import Invalid
from api.privacy import erasure
from tests import empty
from tests.conversations.scripted_rasa import CARRIES, ScriptedRasa

CRY = "cry"


class Cry:
    """What the watch notices."""

    danger, names_topic = "crisis", False

    def answer(self, language: Any, before: str | None) -> list[dict[str, Any]]:
        """One message."""
        return [{"text": "116 111", "language": "pl", "buttons": [], "cards": [], "safety": True}]


class Seen(NamedTuple):
    """What the watch says."""

    notice: Cry | None
    calm: bool = False


async def watch(typed: str) -> Seen:
    """Notices what begins with a cry."""
    return Seen(Cry() if typed.startswith(CRY) else None)


# A lease that runs out in the middle of a turn is the hard case; here it always does.
PACE = Pace(look=0.0, lease=0.0, tell=0.0)


class Killed(asyncio.CancelledError):
    """The process dies here."""


class KilledAfter:
    """Awaits the work up to its n-th pause, where it dies; what it had sent to the database may still be done."""

    def __init__(self, work: Coroutine[Any, Any, None], pauses: int) -> None:
        self._work = work
        self._pauses = pauses

    def __await__(self) -> Generator[Any, Any, bool]:
        steps = self._work.__await__()
        try:
            waited_for = next(steps)
            for _ in range(self._pauses):
                yield waited_for
                waited_for = next(steps)
            waited_for = steps.throw(Killed())
            while True:
                yield waited_for
                waited_for = next(steps)
        except StopIteration:
            return False
        except Killed:
            return True


@pytest.fixture(scope="module", autouse=True)
def _frozen() -> None:
    """What is loaded by now need not be looked at each time that a killed worker's rest is collected."""
    gc.freeze()


@dataclass
class Known:
    """What must be true of a conversation, as far as its pupil knows."""

    id: str
    sent: dict[str, int] = field(default_factory=dict)
    read: list[dict[str, Any]] = field(default_factory=list)
    erased: bool = False


class Conversations(RuleBasedStateMachine):
    """One database, some conversations, any number of workers that die."""

    talks = Bundle("talks")

    @initialize(target=talks)
    def begin(self) -> Any:
        """An empty database of its own, and a talk in which a message waits."""
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.new_event_loop()
        self.address = f"sqlite+aiosqlite:///{self.folder / 'test.db'}"
        empty.make(self.address)
        self.heart = Heart(Database(self.address), Notifier(), watch=watch)
        self.rasa = ScriptedRasa()
        self.known: list[Known] = []
        self.number = 0
        talk = self.open("pl")
        self.send(talk, 1)
        return talk

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        """In the end all parts are well, and then everything is answered."""
        if not hasattr(self, "loop"):
            return
        try:
            self.rasa.mood = "well"
            self.run(self.settle())
            for talk in self.known:
                self.check(talk, settled=True)
        finally:
            self.run(self.heart.database.close())
            self.loop.close()
            shutil.rmtree(self.folder)

    # --- what can happen ----------------------------------------------------------------------------------------------

    @rule(target=talks, language=st.sampled_from(["pl", "en", None]))
    def open(self, language: Any) -> Any:
        conversation, _ = self.run(service.open_conversation(self.heart, "web", language))
        talk = Known(conversation.id)
        self.known.append(talk)
        return talk

    @rule(talk=talks, count=st.integers(1, 4))
    def send(self, talk: Known, count: int) -> None:
        """Some messages, at once."""
        names = [f"client {self.number + one}" for one in range(count)]
        self.number += count
        if not talk.erased:
            sent = [service.accept(self.heart, talk.id, name, typed=name, payload=None) for name in names]
            talk.sent.update(zip(names, self.run(gathered(sent)), strict=True))

    @rule(talk=talks)
    def cry(self, talk: Known) -> None:
        """A message about danger is answered at once, and goes from the bot to a person."""
        self.number += 1
        name = f"{CRY} {self.number}"
        if not talk.erased:
            talk.sent[name] = self.run(service.accept(self.heart, talk.id, name, typed=name, payload=None))
            assert self.owner(talk) in (Owner.WAITING, Owner.COUNSELLOR)

    @rule(talk=talks, payload=st.sampled_from([handoff.TO_A_PERSON, handoff.BACK_TO_BOT, handoff.LEAVE_CONTACT]))
    def press(self, talk: Known, payload: str) -> None:
        """A button that the heart answers itself, if it was sent."""
        self.number += 1
        name = f"press {self.number}"
        if not talk.erased:
            with suppress(Invalid):
                talk.sent[name] = self.run(service.accept(self.heart, talk.id, name, typed=None, payload=payload))

    @rule(talk=talks, data=st.data())
    def repeat(self, talk: Known, data: st.DataObject) -> None:
        """The acknowledgement got lost: the same message comes again."""
        if talk.sent and not talk.erased:
            name = data.draw(st.sampled_from(sorted(talk.sent)))
            again = self.run(service.accept(self.heart, talk.id, name, typed="other words", payload=None))
            assert again == talk.sent[name]

    @rule(mood=st.sampled_from(["well", "well", "away", "lost", "broken", *CARRIES]))
    def change_mood(self, mood: str) -> None:
        self.rasa.mood = mood

    @rule(pauses=st.integers(0, 60), talk=talks)
    def die_in_a_turn(self, pauses: int, talk: Known) -> None:
        """A worker dies at a pause of its work."""
        self.run(self.doomed(talk, pauses))

    @rule(first=talks, pauses=st.integers(0, 60))
    def two_workers(self, first: Known, pauses: int) -> None:
        """Two workers at once on the same conversation, one of which dies."""
        living = Worker(self.heart, self.rasa.client(), PACE).serve(first.id)
        self.run(gathered([self.doomed(first, pauses), living]))

    @rule(talk=talks)
    def work(self, talk: Known) -> None:
        self.run(Worker(self.heart, self.rasa.client(), PACE).serve(talk.id))

    @rule()
    def time_passes(self) -> None:
        """What was put off is due again, and who waits is told."""
        self.run(self.all_is_due())
        self.run(Worker(self.heart, self.rasa.client(), PACE).tell())

    @rule(talk=talks, data=st.data())
    def reconnect(self, talk: Known, data: st.DataObject) -> None:
        """A reader resumes anywhere and sees what it saw before."""
        after = data.draw(st.integers(0, len(talk.read)))
        events = self.run(reader.read(self.heart, talk.id, after, wait=0))
        if talk.erased:
            assert events is None
            return
        assert events is not None
        assert events[: len(talk.read) - after] == talk.read[after:], "an event has changed or disappeared"
        talk.read[after:] = events

    @rule(talk=talks, owner=st.sampled_from([Owner.BOT, Owner.COUNSELLOR]))
    def change_owner(self, talk: Known, owner: Owner) -> None:
        """Somebody else answers from now on, or the bot again."""
        if not talk.erased:
            self.run(self.give(talk, owner))

    @rule(talk=talks, pauses=st.integers(0, 60))
    def take_over_in_the_middle_of_a_turn(self, talk: Known, pauses: int) -> None:
        if not talk.erased:
            self.run(gathered([self.doomed(talk, pauses), self.give(talk, Owner.COUNSELLOR)]))

    @rule(talk=talks, pauses=st.integers(0, 60))
    def erase_in_the_middle_of_a_turn(self, talk: Known, pauses: int) -> None:
        if not talk.erased:
            erasing = erasure.erase(self.heart.database, self.rasa.client(), talk.id)
            self.run(gathered([self.doomed(talk, pauses), erasing]))
            talk.erased = True

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def every_talk_is_sound(self) -> None:
        for talk in getattr(self, "known", []):
            self.check(talk)

    def check(self, talk: Known, *, settled: bool = False) -> None:
        events = self.run(reader.read(self.heart, talk.id, 0, wait=0))
        if talk.erased:
            assert events is None
            assert talk.id not in self.rasa.trackers or not settled
            return
        assert events is not None
        assert events[: len(talk.read)] == talk.read, "an event has changed or disappeared"
        talk.read = events
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        heard = [event["seq"] for event in events if event.get("sender") == "pupil"]
        assert heard == sorted(talk.sent.values())
        ends = [event["reply_to"] for event in events if event["type"] == "turn_end"]
        assert len(ends) == len(set(ends)), "a turn ended twice"
        self.check_who_speaks(events)
        # A question that is repeated answers nothing.
        answers = [event for event in events if event.get("sender") == "bot" and event["reply_to"] is not None]
        assert len({event["reply_to"] for event in answers}) == len(answers), "a message was answered twice"
        by_the_bot = [event["reply_to"] for event in answers]
        assert by_the_bot == sorted(by_the_bot)
        played = [message for conversation, message in self.rasa.plays if conversation == talk.id]
        assert len(played) == len(set(played))
        if settled:
            assert sorted(ends) == heard, "a message was never answered"

    def check_who_speaks(self, events: list[dict[str, Any]]) -> None:
        """Every change of the owner is told, and the bot says nothing that it does not own."""
        owner = Owner.BOT
        for told in events:
            if told["type"] == "owner":
                assert told["owner"] != owner
                owner = Owner(told["owner"])
            elif told.get("sender") == "bot":
                assert owner == Owner.BOT

    # --- helpers ------------------------------------------------------------------------------------------------------

    def owner(self, talk: Known) -> str:
        events = self.run(reader.read(self.heart, talk.id, 0, wait=0))
        return [Owner.BOT, *(event["owner"] for event in events if event["type"] == "owner")][-1]

    async def give(self, talk: Known, owner: Owner) -> None:
        anna = handoff.Actor("staff", 1, "Anna")
        async with self.heart.database.transaction() as session:
            await handoff.change_owner(session, talk.id, to=owner, by=anna, reason="test")

    async def doomed(self, talk: Known, pauses: int) -> None:
        """Serve the talk in what stands for a process of its own, up to its n-th pause; its connections end with it."""
        database = Database(self.address)
        opened: list[Any] = []
        event.listen(database.engine.sync_engine, "connect", lambda one, _: opened.append(one.driver_connection))
        # With a thread for each statement, so that there are pauses within transactions, too.
        event.listen(database.engine.sync_engine, "begin", _unhurried)
        await KilledAfter(Worker(Heart(database, Notifier()), self.rasa.client(), PACE).serve(talk.id), pauses)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        for connection in opened:
            connection.stop()

    async def all_is_due(self) -> None:
        async with self.heart.database.transaction() as session:
            for talk in self.known:
                for message in await repository.waiting(session, talk.id):
                    message.due_at = now() - timedelta(seconds=1)

    async def settle(self) -> None:
        """Rasa is well, and workers work until nothing is left to do."""
        for _ in range(5):
            await self.all_is_due()
            for talk in self.known:
                await Worker(self.heart, self.rasa.client(), PACE).serve(talk.id)
            async with self.heart.database.transaction(read_only=True) as session:
                left = await pending(session)
            for conversation_id in left:
                await carry_out(self.heart.database, self.rasa.client(), conversation_id)


def _unhurried(connection: Any) -> None:
    connection.connection.driver_connection.is_quick = False


async def gathered(work: list[Any]) -> list[Any]:
    """All of it at once."""
    return await asyncio.gather(*work)


Conversations.TestCase.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestConversations = Conversations.TestCase
