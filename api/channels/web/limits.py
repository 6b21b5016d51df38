"""How many requests one address or one conversation may send: a bucket that fills again with time.

Kept in the process: with several API processes each counts for itself. A whole class behind one school address must be
able to start at once, hence the large bucket for addresses.
"""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from api.errors import TooMany

MOST_KEYS = 50_000


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

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, key: str, limit: Limit) -> None:
        """Count one request. Raises TooMany when the bucket is empty."""
        if not self._on:
            return
        moment = time.monotonic()
        level, seen = self._buckets.pop(key, (float(limit.burst), moment))
        level = min(limit.burst, level + (moment - seen) * limit.per_minute / 60)
        allowed = level >= 1
        self._buckets[key] = (level - 1 if allowed else level, moment)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooMany(retry_after=math.ceil((1 - level) * 60 / limit.per_minute))
