"""Tracker store whose cost does not grow with the talk (design §3).

Rasa replays every event of a session at every turn. This store keeps one row per conversation: the slots and the active
loop as they stood before the last few turns, and the events of these turns. The transcript is not here; it is the event
log of the API.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Text, Union

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.pool import QueuePool

TURNS_KEPT = 6
# Forms that ask for a name or a contact.
PERSONAL_FORMS = ("signup_form", "appointment_form", "prevention_form")
PERSONAL_SLOTS = ("first_name", "contact", "school_name", "form_class", "topic")
# Longer than any turn that was begun before its conversation was erased can still be on its way.
FORGOTTEN_FOR = timedelta(days=1)
METADATA = sa.MetaData()
TRACKERS = sa.Table(
    "trackers",
    METADATA,
    sa.Column("sender_id", sa.String(64), primary_key=True),
    sa.Column("events", sa.Text, nullable=False),
)
# Erased conversations, by id alone: a turn that was in flight meanwhile must not bring the tracker back.
FORGOTTEN = sa.Table(
    "forgotten",
    METADATA,
    sa.Column("sender_id", sa.String(64), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
)


# PostgreSQL: what a conversation's transactions and the making of the tables wait for each other by.
ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
# A database that hangs must not hold a turn for longer than the turn may last.
POSTGRESQL = {"connect_timeout": 5, "options": "-c statement_timeout=15000"}


# What is kept of how an earlier message was understood, and of a card that was shown in an earlier turn.
UNDERSTOOD = ("intent", "entities", "text", "message_id", "second")
SHOWN = ("kind", "id")


class Forgotten(Exception):
    """The conversation was erased; nothing of it may be kept any more."""


class Overtaken(Exception):
    """Another Rasa has stored a turn of the conversation meanwhile; the turn must be begun anew."""


def compact(events: List[Event], domain: Domain) -> List[Event]:
    """The events with all but the last turns folded into the slots and the loop that they led to.

    Replaying the result gives the same slots, the same active loop and the same last turns as replaying the whole. Of
    all turns but the latest, which may have to be answered once more, what no action looks at is left out. Turns in
    which a form asked for a name or a contact go as soon as it is done; its slots are empty then.
    """
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    done = _end_of_personal_form(events)
    cut = max(turns[-TURNS_KEPT] if len(turns) > TURNS_KEPT else 0, done)
    latest = _latest(events, turns)
    late = [*map(_slim, events[cut:latest]), *events[max(cut, latest) :]]
    if not cut:
        return late
    before = DialogueStateTracker.from_events("fold", events[:cut], slots=domain.slots, domain=domain)
    kept = [slot for slot in before.slots.values() if slot.has_been_set]
    folded: List[Event] = [SlotSet(s.name, s.value) for s in kept if not (cut == done and s.name in PERSONAL_SLOTS)]
    if before.active_loop is not None:
        folded.append(ActiveLoop(before.active_loop.name))
    return [*folded, ActionExecuted(ACTION_LISTEN_NAME), *late]


def _latest(events: List[Event], turns: List[int]) -> int:
    """Where the latest message begins; each wish of a message is an event of its own."""
    return min((at for at in turns if events[at].message_id == events[turns[-1]].message_id), default=0)


def _slim(event: Event) -> Event:
    """What later turns may need of a pupil's or the bot's line; any other event as it is."""
    if isinstance(event, UserUttered):
        slim = copy.copy(event)
        slim.parse_data = {name: value for name, value in event.parse_data.items() if name in UNDERSTOOD}
        return slim
    custom = event.data.get("custom") if isinstance(event, BotUttered) else None
    if custom is None:
        return event
    slim = copy.copy(event)
    cards = [{name: card[name] for name in SHOWN if name in card} for card in custom.get("cards") or []]
    slim.data = {"custom": {**custom, "cards": cards}}
    return slim


def _end_of_personal_form(events: List[Event]) -> int:
    """Where the turn begins in which such a form ended last; 0 without one.

    A form that asks again at once, because somebody else was faster, has not ended.
    """
    loop, turn, ends = None, 0, [0]
    for index, event in enumerate(events):
        if isinstance(event, UserUttered):
            turn = index
        elif isinstance(event, ActiveLoop):
            if event.name is None and loop in PERSONAL_FORMS:
                ends.append(turn)
            elif event.name in PERSONAL_FORMS and ends[-1] == turn and len(ends) > 1:
                ends.pop()
            loop = event.name
    return ends[-1]


class StillRead(Exception):
    """The erased events are still in SQLite's write-ahead log, because somebody reads; to be tried again."""


class SnapshotTrackerStore(TrackerStore):
    """Keeps the compact tracker of each conversation in one table, in SQLite or PostgreSQL.

    A tracker is stored only over the state that it was made from: of two Rasa servers that play turns of one
    conversation at once, the second one finds out before anything of its turn is kept (docs/decisions/0021).
    """

    def __init__(
        self,
        domain: Optional[Domain],
        event_broker: Optional[EventBroker] = None,
        url: Union[Text, URL] = "",
        **kwargs: Dict[Text, Any],
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        address = make_url(url or _default_url())
        self._is_sqlite = address.get_backend_name() == "sqlite"
        self._engine = sa.create_engine(
            address,
            future=True,
            pool_pre_ping=not self._is_sqlite,
            hide_parameters=True,
            connect_args={"check_same_thread": False} if self._is_sqlite else POSTGRESQL,
            # SQLAlchemy would open SQLite's file anew each time; closing it writes the log back and waits for the disk.
            poolclass=QueuePool,
        )
        if self._is_sqlite:
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
        with self._engine.begin() as connection:
            self._wait_in_line(connection, "tables of Rasa")
            METADATA.create_all(connection)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the tracker in place of the state that it was made from.

        Raises Overtaken when that is not what is stored, Forgotten when the conversation was erased.
        """
        events = compact(list(tracker.events), self.domain)
        document = json.dumps([event.as_dict() for event in events], ensure_ascii=False)
        before = getattr(tracker, "stored", None)
        await asyncio.get_running_loop().run_in_executor(None, self._write, tracker.sender_id, document, before)
        tracker.stored = document

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker of the conversation, or None when there is none."""
        document = await asyncio.get_running_loop().run_in_executor(None, self._read, sender_id)
        if document is None:
            return None
        events = deserialise_events(json.loads(document))
        tracker = DialogueStateTracker.from_events(sender_id, events, slots=self.domain.slots, domain=self.domain)
        tracker.stored = document
        return tracker

    async def delete(self, sender_id: Text) -> None:
        """Erase everything that is kept of the conversation, in SQLite's write-ahead log, too. Raises StillRead."""
        await asyncio.get_running_loop().run_in_executor(None, self._erase, sender_id)

    async def clear(self, sender_id: Text) -> None:
        """Erase what is kept of a conversation that may go on: it begins anew. Raises StillRead."""
        await asyncio.get_running_loop().run_in_executor(None, self._clear, sender_id)

    async def keys(self) -> Iterable[Text]:
        """The ids of all conversations."""
        with self._engine.connect() as connection:
            return [row.sender_id for row in connection.execute(sa.select(TRACKERS.c.sender_id))]

    def _read(self, sender_id: Text) -> Optional[Text]:
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(TRACKERS.c.events).where(TRACKERS.c.sender_id == sender_id))

    def _write(self, sender_id: Text, document: Text, before: Optional[Text]) -> None:
        mine = TRACKERS.c.sender_id == sender_id
        with self._engine.begin() as connection:
            self._wait_in_line(connection, sender_id)
            # The change first: in SQLite it locks, so that no erasure comes between the look and the insertion.
            change = sa.update(TRACKERS).where(mine, TRACKERS.c.events == (before or "")).values(events=document)
            changed = connection.execute(change).rowcount
            if connection.scalar(sa.select(FORGOTTEN.c.at).where(FORGOTTEN.c.sender_id == sender_id)):
                raise Forgotten
            if changed:
                return
            if before is not None or connection.scalar(sa.select(TRACKERS.c.sender_id).where(mine)):
                raise Overtaken
            connection.execute(sa.insert(TRACKERS).values(sender_id=sender_id, events=document))

    def _erase(self, sender_id: Text) -> None:
        moment = datetime.now(timezone.utc).replace(tzinfo=None)
        with self._engine.begin() as connection:
            self._wait_in_line(connection, sender_id)
            connection.execute(sa.delete(TRACKERS).where(TRACKERS.c.sender_id == sender_id))
            old = FORGOTTEN.c.at < moment - FORGOTTEN_FOR
            connection.execute(sa.delete(FORGOTTEN).where(sa.or_(FORGOTTEN.c.sender_id == sender_id, old)))
            connection.execute(sa.insert(FORGOTTEN).values(sender_id=sender_id, at=moment))
        self._scrub()

    def _clear(self, sender_id: Text) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(TRACKERS).where(TRACKERS.c.sender_id == sender_id))
        self._scrub()

    def _scrub(self) -> None:
        if self._is_sqlite:
            with self._engine.connect() as connection:
                if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar():
                    raise StillRead

    def _wait_in_line(self, connection: Connection, name: Text) -> None:
        """Until the transaction ends, no other one with this name goes on. SQLite has one writer anyway."""
        if not self._is_sqlite:
            connection.execute(ALONE, {"name": name})


def _default_url() -> Union[Text, URL]:
    """The service's own database when it is PostgreSQL, else a file of ours."""
    shared = make_url(os.environ.get("DATABASE_URL") or "sqlite://")
    if shared.get_backend_name() == "postgresql":
        # The drivers differ, and what asyncpg calls `ssl` is `sslmode` here.
        query = {{"ssl": "sslmode"}.get(name, name): value for name, value in shared.query.items()}
        return shared.set(drivername="postgresql+psycopg2", query=query)
    folder = Path(os.environ.get("DROGOWSKAZ_VAR", "var"))
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'trackers.db'}"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
