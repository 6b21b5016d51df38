"""The rate limits: a burst, then a steady pace, each key for itself."""

import pytest

from api.channels.web import limits
from api.channels.web.limits import Limit, Limiter
from api.errors import TooMany

TIGHT = Limit(burst=3, per_minute=60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until the test moves it."""
    moment = [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: moment[0])
    return moment


def test_a_burst_passes_and_then_it_is_too_much(clock: list[float]) -> None:
    limiter = Limiter(on=True)
    for _ in range(3):
        limiter.check("a", TIGHT)
    with pytest.raises(TooMany) as refused:
        limiter.check("a", TIGHT)
    assert refused.value.headers["Retry-After"] == "1"
    limiter.check("b", TIGHT)
    clock[0] += 1
    limiter.check("a", TIGHT)


def test_off_means_off(clock: list[float]) -> None:
    limiter = Limiter(on=False)
    for _ in range(100):
        limiter.check("a", TIGHT)


def test_silent_keys_are_forgotten(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    limiter = Limiter(on=True)
    for key in ("a", "b", "c"):
        limiter.check(key, TIGHT)
    assert len(limiter._buckets) == 2
