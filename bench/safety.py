"""How long a pupil in need waits for the helplines, with Rasa stopped. Budget: 300 ms.

Over HTTP to a real API process on SQLite: from sending the message until the answer has been read from the events. Each
cry is the first message of a talk. Alone; beside eight pupils who hand in message after message; and with a database
that another process keeps locked. Where the message cannot be stored in time, the answer comes with the error
(`api/conversations/first_aid.py`).
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import httpx

from bench.systems import ours
from bench.talks import OurTalk, client, sayings
from tests.e2e.parts import Parts

COLUMNS = ("p50", "p95", "longest")
TIMES, CROWD = 60, 8
SAID = (("pl", "nie chcę już żyć"), ("en", "my dad hits me every night"), ("pl", "mam ataki paniki przed egzaminem"))


async def cry(http: httpx.AsyncClient, talk: OurTalk, number: int) -> float:
    """Milliseconds until the helplines are there, in the events or with the error."""
    began = time.perf_counter()
    body = {"client_id": str(uuid.uuid4()), "text": SAID[number % len(SAID)][1]}
    sent = await http.post(f"{talk.address}/messages", json=body, headers=talk.headers)
    if sent.status_code == 503:
        assert sent.json()["help"], sent.text
        return (time.perf_counter() - began) * 1000
    assert sent.status_code == 202, sent.text
    query = f"{talk.address}/events?after={sent.json()['seq']}"
    events = (await http.get(query, headers=talk.headers)).json()["events"]
    assert any(event.get("safety") for event in events), events
    return (time.perf_counter() - began) * 1000


async def cries(http: httpx.AsyncClient, talks: list[OurTalk]) -> list[float]:
    """One after the other."""
    return [await cry(http, talk, number) for number, talk in enumerate(talks)]


@asynccontextmanager
async def others(http: httpx.AsyncClient, parts: Parts) -> AsyncGenerator[None]:
    """Pupils who go on writing."""

    async def write(number: int) -> None:
        language = ("pl", "en")[number % 2]
        next_line = sayings(number, language)
        talk = await OurTalk.open(http, parts.url, language)
        while True:
            body = {"client_id": str(uuid.uuid4()), "text": next_line()}
            await http.post(f"{talk.address}/messages", json=body, headers=talk.headers)

    tasks = [asyncio.create_task(write(number)) for number in range(CROWD)]
    await asyncio.sleep(1)
    yield
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def measure(parts: Parts) -> dict[str, tuple[str, ...]]:
    """All figures, in words."""
    async with client() as http:

        async def talks(count: int = TIMES) -> list[OurTalk]:
            return [await OurTalk.open(http, parts.url, SAID[number % len(SAID)][0]) for number in range(count)]

        await cries(http, await talks(len(SAID)))
        alone = await cries(http, await talks())
        mine = await talks()
        async with others(http, parts):
            beside = await cries(http, mine)
        mine = await talks()
        with closing(sqlite3.connect(parts.folder / "drogowskaz.db", isolation_level=None, timeout=60)) as locked:
            locked.execute("BEGIN IMMEDIATE")
            in_vain = await cries(http, mine)
            locked.execute("ROLLBACK")
    named = {"alone": alone, f"beside {CROWD} pupils who write": beside, "nothing can be stored": in_vain}
    return {name: in_words(sorted(took)) for name, took in named.items()}


def in_words(took: list[float]) -> tuple[str, ...]:
    """Median, 95th percentile and the longest."""
    return tuple(f"{ms:.0f} ms" for ms in (statistics.median(took), took[int(len(took) * 0.95)], took[-1]))


def run() -> dict[str, tuple[str, ...]]:
    """Start the API alone and measure."""
    with tempfile.TemporaryDirectory() as folder:
        parts = ours(Path(folder))
        parts.start("api")
        try:
            parts.wait_until_ready("/healthz")
            return asyncio.run(measure(parts))
        finally:
            parts.stop()
