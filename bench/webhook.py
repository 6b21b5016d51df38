"""How soon the Messenger webhook acknowledges a delivery: verified, stored for good, answered with 200.

A real API process on SQLite, one delivery at a time over one connection, timed by the caller. Idle: nothing else is
to be done. Busy: the same process plays turns for 200 pupils and sends their answers to a double of Graph; that double,
the double of Rasa and the caller share the machine with it. Meta gives up after 5 s.
"""

import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from api.channels.messenger.signatures import sign
from tests.messenger.fake_graph import encode
from tests.messenger.processes import SECRET, Side, delivery, message, running, update

COLUMNS = ("p50", "p95", "p99", "longest")
SINGLES, BATCHES, IN_BATCH = 400, 100, 300
PUPILS = [f"{2_000_000 + number}" for number in range(200)]


def reads() -> Iterator[dict[str, Any]]:
    """Updates that are stored like all others and ask for nothing."""
    return (update(PUPILS[number % len(PUPILS)], read={"watermark": number}) for number in count())


def messages() -> Iterator[dict[str, Any]]:
    """What pupils write, one after the other."""
    return (message(PUPILS[number % len(PUPILS)], f"wiadomość {number} – zażółć gęślą jaźń") for number in count())


def acknowledged(side: Side, updates: Iterator[dict[str, Any]], times: int, size: int) -> tuple[str, ...]:
    """Milliseconds until each of so many deliveries of this size was acknowledged."""
    took = []
    with httpx.Client(timeout=60, trust_env=False) as client:
        for _ in range(times):
            raw = encode(delivery(*(next(updates) for _ in range(size))))
            headers = {"X-Hub-Signature-256": sign(SECRET, raw)}
            began = time.perf_counter()
            client.post(side.webhook, content=raw, headers=headers).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(0.02)
    took.sort()
    return tuple(f"{took[min(int(times * part), times - 1)]:.0f} ms" for part in (0.5, 0.95, 0.99, 1))


def turns(side: Side) -> int:
    """How many turns were played so far."""
    return len(httpx.get(f"{side.rasa.url}/turns", timeout=60).json())


def run() -> dict[str, tuple[str, ...]]:
    """All figures, in words."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as side:
        for pupil in PUPILS:
            side.graph.heard(pupil)
        acknowledged(side, reads(), 50, 1)
        found["idle, one event"] = acknowledged(side, reads(), SINGLES, 1)
        found[f"idle, {IN_BATCH} events"] = acknowledged(side, reads(), BATCHES, IN_BATCH)
        written = messages()
        acknowledged(side, written, 20, IN_BATCH)
        while not (before := turns(side)):
            time.sleep(0.1)
        found["busy, one event"] = acknowledged(side, written, SINGLES, 1)
        found[f"busy, {IN_BATCH} events"] = acknowledged(side, written, BATCHES // 2, IN_BATCH)
        found["turns played while busy"] = (f"{turns(side) - before}", "", "", "")
    return found
