"""The rate limits: a burst, then a steady pace, each key for itself."""

import asyncio
from collections.abc import Iterator

import pytest

from api.channels.web import limits
from api.channels.web.limits import Limit, Limiter
from api.errors import TooMany
from api.main import shared
from tests import redis_server
from tests.redis_server import Server

TIGHT = Limit(burst=3, per_minute=60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until the test moves it."""
    moment = [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: moment[0])
    return moment


async def test_a_burst_passes_and_then_it_is_too_much(clock: list[float]) -> None:
    limiter = Limiter(on=True)
    for _ in range(3):
        await limiter.check("a", TIGHT)
    with pytest.raises(TooMany) as refused:
        await limiter.check("a", TIGHT)
    assert refused.value.headers["Retry-After"] == "1"
    await limiter.check("b", TIGHT)
    clock[0] += 1
    await limiter.check("a", TIGHT)


async def test_off_means_off(clock: list[float]) -> None:
    limiter = Limiter(on=False)
    for _ in range(100):
        await limiter.check("a", TIGHT)


async def test_silent_keys_are_forgotten(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    limiter = Limiter(on=True)
    for key in ("a", "b", "c"):
        await limiter.check(key, TIGHT)
    assert len(limiter._buckets) == 2


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis_server.running() as running:
        yield running


async def test_several_processes_share_a_bucket_and_go_on_alone_without_redis(server: Server) -> None:
    clients = [shared(server.address) for _ in range(2)]
    one, other = (Limiter(on=True, redis=client) for client in clients)
    for limiter in (one, other, one):
        await limiter.check("shared", Limit(burst=3, per_minute=1))
    for limiter in (one, other):
        with pytest.raises(TooMany) as refused:
            await limiter.check("shared", Limit(burst=3, per_minute=1))
        assert 50 <= int(refused.value.headers["Retry-After"]) <= 60
    await other.check("somebody else", TIGHT)
    server.stop()
    await one.check("shared", TIGHT)
    server.start()
    for client in clients:
        assert client is not None
        await client.aclose()


async def test_a_shared_bucket_fills_again_and_no_address_stands_in_redis(server: Server) -> None:
    client = shared(server.address)
    assert client is not None
    limiter = Limiter(on=True, redis=client)
    await limiter.check("address 192.0.2.7", Limit(burst=1, per_minute=600))
    await asyncio.sleep(0.2)
    await limiter.check("address 192.0.2.7", Limit(burst=1, per_minute=600))
    keys = [key.decode() async for key in client.scan_iter("*")]
    assert keys
    assert not [key for key in keys if "192" in key]
    assert all([await client.ttl(key) > 0 for key in keys])
    await client.aclose()
