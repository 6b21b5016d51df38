"""Wake-ups between processes: they arrive while Redis is there, and nothing hangs or fails while it is not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import structlog

from api.conversations.notifier import Notifier
from api.conversations.wakeups import Wakeups
from api.main import shared
from tests import redis_server
from tests.redis_server import Server

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis_server.running() as running:
        yield running


@pytest.fixture
async def processes(server: Server) -> AsyncIterator[list[Notifier]]:
    """The notifiers of two processes."""
    notifiers = [Notifier(), Notifier()]
    clients = [shared(server.address) for _ in notifiers]
    bridges = [Wakeups(notifier, client) for notifier, client in zip(notifiers, clients, strict=True) if client]
    for bridge in bridges:
        bridge.start()
    await until(lambda: all(notifier.outward for notifier in notifiers))
    yield notifiers
    for bridge, client in zip(bridges, clients, strict=True):
        await bridge.stop()
        if client is not None:
            await client.aclose()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - many conditions, none with an event
            await asyncio.sleep(0.02)


async def test_a_reader_in_the_other_process_is_woken(processes: list[Notifier]) -> None:
    here, there = processes
    woken, own, other = there.register("talk"), here.register("talk"), there.register("another talk")
    here.notify("talk")
    assert own.done(), "at once in the own process"
    async with asyncio.timeout(PATIENCE_SECONDS):
        await woken
    assert not other.done()


async def test_what_is_heard_is_not_told_again(processes: list[Notifier]) -> None:
    here, there = processes
    told: list[str] = []
    there.outward = told.append
    woken = there.register("talk")
    here.notify("talk")
    await woken
    assert told == []


async def test_without_redis_nobody_is_told_and_it_is_said_once(server: Server, processes: list[Notifier]) -> None:
    with structlog.testing.capture_logs() as logs:
        server.stop()
        await until(lambda: not any(notifier.outward for notifier in processes))
        for number in range(50):
            processes[0].notify(f"talk {number}")
            await asyncio.sleep(0.05)
        server.start()
        await until(lambda: all(notifier.outward for notifier in processes))
    said = [line["event"] for line in logs]
    assert said.count("redis_away") == 2, "once for each process"
    assert said.count("redis_is_back") == 2
    woken = processes[1].register("talk")
    processes[0].notify("talk")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await woken
