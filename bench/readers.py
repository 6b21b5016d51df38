"""How much memory and time one API process needs for 5,000 open streams of events, and how fast an event arrives.

Real connections to a real API process; Rasa is away, so all that is measured is the API's. Each reader follows a
conversation of its own, as each pupil's browser does.
"""

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.processes import processor_seconds, resident
from bench.systems import ours
from tests.e2e.parts import Parts

READERS = 5000
IDLE_SECONDS = 30
MOST_MIB = 400
AT_ONCE = 16


@dataclass
class Reader:
    """One conversation with its open stream."""

    id: str
    token: str
    sent_at: float = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    latency: float = 0

    async def follow(self, port: int, opened: asyncio.Event) -> None:
        """Read the stream until the pupil's own message comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**14)
        writer.write(
            f"GET /api/v1/conversations/{self.id}/events HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self.token}\r\nAccept: text/event-stream\r\nLast-Event-ID: 1\r\n\r\n".encode()
        )
        assert b" 200 " in await reader.readline()
        opened.set()
        while not self.arrived.is_set():
            line = await reader.readline()
            assert line, "the server closed the stream"
            if b'"sender": "pupil"' in line:
                self.latency = time.perf_counter() - self.sent_at
                self.arrived.set()
        writer.close()


async def limited[T](work: list[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """Do all of it, some at once, in order of the list."""
    room = asyncio.Semaphore(at_once)

    async def one(begin: Callable[[], Awaitable[T]]) -> T:
        async with room:
            return await begin()

    return await asyncio.gather(*(one(begin) for begin in work))


async def measure(parts: Parts, count: int) -> dict[str, str]:
    """All figures, in words."""
    pid, port = parts.pid("api"), parts.settings.port
    address = f"{parts.url}/api/v1/conversations"
    # Connections that nobody used for a while are not used again: the server may be about to close them.
    limits = httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=2)
    async with httpx.AsyncClient(timeout=120, limits=limits) as client:

        async def begin() -> Reader:
            opened = (await client.post(address, json={"language": "pl"})).json()
            return Reader(opened["id"], opened["token"])

        async def send(reader: Reader) -> float:
            body = {"client_id": str(uuid.uuid4()), "text": "hej"}
            reader.sent_at = time.perf_counter()
            answer = await client.post(
                f"{address}/{reader.id}/messages", json=body, headers={"Authorization": f"Bearer {reader.token}"}
            )
            assert answer.status_code == 202, answer.text
            return time.perf_counter() - reader.sent_at

        readers = await limited([begin] * count, AT_ONCE)
        before = resident(pid)
        tasks: list[asyncio.Task[None]] = []

        async def follow(reader: Reader) -> None:
            opened = asyncio.Event()
            tasks.append(asyncio.create_task(reader.follow(port, opened)))
            await opened.wait()

        await limited([lambda reader=reader: follow(reader) for reader in readers], 100)
        await asyncio.sleep(2)
        used, after = processor_seconds(pid), resident(pid)
        await asyncio.sleep(IDLE_SECONDS)
        idle = (processor_seconds(pid) - used) / IDLE_SECONDS
        began = time.perf_counter()
        stored = await limited([lambda reader=reader: send(reader) for reader in readers], AT_ONCE)
        await asyncio.gather(*tasks)
        took = time.perf_counter() - began
    latencies = sorted(reader.latency for reader in readers)
    stored.sort()
    high = resident(pid)
    assert high < MOST_MIB, f"{high:.0f} MiB"
    return {
        "open streams": f"{count:,}",
        "memory of the API process before": f"{before:.0f} MiB",
        "with all streams open": f"{after:.0f} MiB ({(after - before) * 1024 / count:.0f} KiB a stream)",
        "after a message in each": f"{high:.0f} MiB (limit {MOST_MIB})",
        "processor while nothing happens": f"{idle:.1%} of a core",
        "a message in every conversation": f"{count / took:.0f} a second, {AT_ONCE} at once",
        "until it is acknowledged, p50 / p99": f"{ms(statistics.median(stored))} / {ms(stored[int(count * 0.99)])}",
        "until its stream shows it, p50 / p99 / longest": " / ".join(
            ms(one) for one in (statistics.median(latencies), latencies[int(count * 0.99)], latencies[-1])
        ),
    }


def ms(seconds: float) -> str:
    """Seconds in words."""
    return f"{seconds * 1000:.0f} ms"


def run() -> dict[str, str]:
    """Start the API alone and measure."""
    with tempfile.TemporaryDirectory() as folder:
        parts = ours(Path(folder))
        parts.start("api")
        try:
            parts.wait_until_ready("/healthz")
            return asyncio.run(measure(parts, READERS))
        finally:
            parts.stop()
