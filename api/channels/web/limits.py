"""How many requests one address or one conversation may send: a bucket that fills again with time.

Several API processes share the buckets in Redis; while it is away, and without it, each counts for itself. A whole
class behind one school address must be able to start at once, hence the large bucket for addresses.
"""

import hashlib
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.errors import TooMany

if TYPE_CHECKING:
    from redis.asyncio import Redis

MOST_KEYS = 50_000
# Takes one from the bucket if there is one; the level that the request met. Redis' clock is the same for all.
TAKE = """
local time = redis.call('TIME')
local moment, burst, per_minute = time[1] + time[2] / 1e6, tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'level', 'seen')
local level = math.min(burst, (tonumber(known[1]) or burst) + math.max(0, moment - (tonumber(known[2]) or moment)) * per_minute / 60)
redis.call('HSET', KEYS[1], 'level', level >= 1 and level - 1 or level, 'seen', moment)
redis.call('EXPIRE', KEYS[1], math.ceil(burst * 60 / per_minute) + 1)
return tostring(level)
"""  # noqa: E501 - a program in Redis' language


@dataclass(frozen=True)
class Limit:
    """`burst` requests at once, and `per_minute` in the long run."""

    burst: int
    per_minute: int


OPEN_CONVERSATION = Limit(burst=60, per_minute=60)
SEND_MESSAGE = Limit(burst=15, per_minute=30)
# Thirty pupils of a class, each as fast as one conversation may be.
SEND_FROM_ADDRESS = Limit(burst=450, per_minute=900)


class Limiter:
    """Counts by key; forgets the keys that have been silent the longest."""

    def __init__(self, *, on: bool, redis: "Redis | None" = None) -> None:
        self._on = on
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._take = redis.register_script(TAKE) if redis is not None else None

    async def check(self, key: str, limit: Limit) -> None:
        """Count one request. Raises TooMany when the bucket is empty."""
        if not self._on:
            return
        level = await self._shared_level(key, limit)
        if level is None:
            level = self._own_level(key, limit)
        if level < 1:
            raise TooMany(retry_after=math.ceil((1 - level) * 60 / limit.per_minute))

    async def _shared_level(self, key: str, limit: Limit) -> float | None:
        """What all processes have left for this request; None without Redis."""
        if self._take is None:
            return None
        # Here and not above, so that a process without Redis does not load it.
        from redis.exceptions import RedisError

        # Addresses are not to be read in Redis.
        name = "drogowskaz:limit:" + hashlib.sha256(key.encode()).hexdigest()
        try:
            return float(await self._take(keys=[name], args=[limit.burst, limit.per_minute]))
        except (RedisError, OSError):
            return None

    def _own_level(self, key: str, limit: Limit) -> float:
        """What this process has left for this request."""
        moment = time.monotonic()
        level, seen = self._buckets.pop(key, (float(limit.burst), moment))
        level = min(limit.burst, level + (moment - seen) * limit.per_minute / 60)
        allowed = level >= 1
        self._buckets[key] = (level - 1 if allowed else level, moment)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return level
