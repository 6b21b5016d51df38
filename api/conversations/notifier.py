"""Wakes the readers of a conversation when it has a new event, without polling.

Within one process only; readers also look again every few seconds, which is how they notice the events that another
process has written.
"""

import asyncio
from collections import defaultdict


class Notifier:
    """Who waits for what."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)

    def notify(self, topic: str) -> None:
        """Wake everybody who waits for this topic."""
        for waiter in self._waiting.pop(topic, ()):
            if not waiter.done():
                waiter.set_result(None)

    def register(self, topic: str) -> asyncio.Future[None]:
        """A future that is done at the next `notify`. Register before looking, so that nothing is missed between."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[topic].add(waiter)
        return waiter

    def forget(self, topic: str, waiter: asyncio.Future[None]) -> None:
        """Stop waiting."""
        waiters = self._waiting.get(topic)
        if waiters is not None:
            waiters.discard(waiter)
            if not waiters:
                del self._waiting[topic]

    def __len__(self) -> int:
        return sum(len(waiters) for waiters in self._waiting.values())
