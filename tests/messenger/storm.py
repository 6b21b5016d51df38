"""A storm of deliveries against a real API process that is killed again and again; what came of it.

Used by the test in a small size and by `bench/messenger.py` in the full one.
"""

import random
import sqlite3
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.texts import text
from tests import http
from tests.messenger.processes import FakeGraph, Process, Side, message, running

PATIENCE_SECONDS = 3600
# How far apart two deliveries of updates from the same pupil may change places.
DISORDER_SECONDS = 2.0
TURNS_ENDED = "SELECT count(*) FROM events WHERE type = 'turn_end'"


@dataclass
class Report:
    """What a storm left behind."""

    sent: dict[str, list[str]]
    heard: dict[str, list[str]] = field(default_factory=dict)
    turns: dict[str, list[str]] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    open_lines: int = 0
    waiting: int = 0
    texts_left: int = 0
    deliveries: int = 0
    took_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Storm:
    """`events` deliveries of updates, 30 % of them repetitions, from `pupils` pupils, with `kills` kills meanwhile."""

    def __init__(self, folder: Path, *, events: int, pupils: int, kills: int, seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._folder = folder
        self._kills = kills
        self._pupils = [f"{1_000_000 + number}" for number in range(pupils)]
        self._messages = events - events * 3 // 10
        self._repetitions = events - self._messages

    def run(self) -> Report:
        """Let it blow over; everything is stopped afterwards."""
        started = time.monotonic()
        with running(self._folder) as side:
            report = Report(sent=self._blow(side))
            self._kill_again_and_again(side.api)
            self._wait_for_calm(side.graph)
            self._look(report, side)
        report.seconds = time.monotonic() - started
        return report

    def _blow(self, side: Side) -> dict[str, list[str]]:
        """Have all updates delivered in random order and batches; what each pupil wrote, in order."""
        side.graph.tell(webhook=side.webhook, most_in_batch=40, echo_delay=0.2)
        first_ms = int(time.time() * 1000) - 60_000
        written: dict[str, list[str]] = defaultdict(list)
        updates = []
        for number in range(self._messages):
            psid = self._pupils[number % len(self._pupils)]
            words = f"wiadomość {len(written[psid]) + 1} – zażółć gęślą jaźń"
            written[psid].append(words)
            updates.append(message(psid, words, first_ms + number))
        copies = [1] * len(updates)
        for _ in range(self._repetitions):
            copies[self._dice.randrange(len(copies))] += 1
        given = [
            {"update": update, "delays": [self._dice.uniform(0, DISORDER_SECONDS) for _ in range(number)]}
            for update, number in zip(updates, copies, strict=True)
        ]
        self._dice.shuffle(given)
        http.post(f"{side.graph.url}/control/updates", json=given, timeout=120).raise_for_status()
        return dict(written)

    def _kill_again_and_again(self, api: Process) -> None:
        """Every other time while turns are played: after a start all is held for a while, and there are none."""
        for number in range(self._kills):
            time.sleep(self._dice.uniform(1, 6))
            if number % 2:
                self._wait_for_turns()
                time.sleep(self._dice.uniform(0, 2))
            api.kill()
            api.start()

    def _wait_for_turns(self) -> None:
        """Until another turn has ended, or none is left."""
        before, end = self._count(TURNS_ENDED), time.monotonic() + PATIENCE_SECONDS
        while self._count(TURNS_ENDED) == before and any(self._left().values()) and time.monotonic() < end:
            time.sleep(0.2)

    def _wait_for_calm(self, graph: FakeGraph) -> None:
        """Until nothing waits: no delivery, no update, no turn, no line."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if http.get(f"{graph.url}/control/idle").json()["idle"] and not any(self._left().values()):
                return
            time.sleep(1)
        raise AssertionError(f"The storm does not end: {self._left()}")

    def _left(self) -> dict[str, int]:
        return {
            "updates": self._count("SELECT count(*) FROM messenger_updates WHERE waiting"),
            "turns": self._count("SELECT count(*) FROM inbox"),
            "lines": self._count("SELECT count(*) FROM messenger_outbox WHERE state IN ('queued', 'unknown')"),
            "unread": self._count(
                "SELECT count(*) FROM messenger_threads t JOIN conversations c ON c.id = t.conversation_id"
                " WHERE c.last_seq > t.read_seq"
            ),
        }

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self._folder / "drogowskaz.db", timeout=30)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def _count(self, query: str) -> int:
        return int(self._rows(query)[0][0])

    def _look(self, report: Report, side: Side) -> None:
        """Read what the heart, Rasa and the pupils saw."""
        psids = dict(self._rows("SELECT conversation_id, psid FROM messenger_threads"))
        heard: dict[str, list[str]] = defaultdict(list)
        for talk, words in self._rows(
            "SELECT conversation_id, json_extract(body, '$.text') FROM events WHERE sender = 'pupil' ORDER BY seq"
        ):
            heard[psids[talk]].append(words)
        turns: dict[str, list[str]] = defaultdict(list)
        for turn in http.get(f"{side.rasa.url}/turns", timeout=60).json():
            turns[psids[turn["conversation"]]].append(turn["text"])
        ends = self._rows(
            "SELECT conversation_id, count(DISTINCT reply_to), count(*) FROM events WHERE type = 'turn_end' GROUP BY 1"
        )
        assert all(distinct == number for _, distinct, number in ends), "a turn ended twice"
        shown: dict[str, list[str]] = defaultdict(list)
        seen = side.graph.state()
        for one in seen["sent"]:
            words = one["body"]["message"]["text"]
            # A pupil who waits for long is told so: no answer to any message.
            if not words.startswith(text("conversation.wait", "pl")):
                shown[one["psid"]].append(words)
        report.heard, report.turns, report.shown = dict(heard), dict(turns), dict(shown)
        report.ends = {psids[talk]: number for talk, _, number in ends}
        report.refused, report.deliveries, report.took_ms = seen["refused"], seen["deliveries"], sorted(seen["took_ms"])
        report.texts_left = self._count("SELECT count(*) FROM messenger_updates WHERE body IS NOT NULL")


def check(report: Report) -> None:
    """Each message had exactly one turn in the order of Meta's clock, and each answer was shown exactly once."""
    assert report.heard == report.sent
    assert report.turns == report.sent
    assert report.ends == {psid: len(words) for psid, words in report.sent.items()}
    for psid, words in report.sent.items():
        assert report.shown[psid][1:] == [f"Odpowiedź: {one}" for one in words]
        assert "bot" in report.shown[psid][0]
    assert report.refused == []
    assert report.texts_left == 0
