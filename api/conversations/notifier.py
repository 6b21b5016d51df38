"""Wakes the readers of a conversation when it has a new event, without polling.

Within one process; `wakeups` carries it to the others where there is Redis. Without it, `reader.look_out` finds what
other processes have written.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable


class Notifier:
    """Who waits for what; a reader of events also says the number of the last one that it has seen."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, dict[asyncio.Future[None], int | None]] = defaultdict(dict)
        # Tells the other processes of a topic, while they can be reached.
        self.outward: Callable[[str], None] | None = None

    def notify(self, topic: str) -> None:
        """Wake everybody who waits for this topic, in all processes."""
        self.wake(topic)
        if self.outward is not None:
            self.outward(topic)

    def wake(self, topic: str) -> None:
        """Wake those in this process."""
        for waiter in self._waiting.pop(topic, ()):
            if not waiter.done():
                waiter.set_result(None)

    def register(self, topic: str, seen: int | None = None) -> asyncio.Future[None]:
        """A future that is done at the next `notify`. Register before looking, so that nothing is missed between."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[topic][waiter] = seen
        return waiter

    def forget(self, topic: str, waiter: asyncio.Future[None]) -> None:
        """Stop waiting."""
        waiters = self._waiting.get(topic)
        if waiters is not None:
            waiters.pop(waiter, None)
            if not waiters:
                del self._waiting[topic]

    def watched(self) -> dict[str, int]:
        """The conversations that are read now, each with the last number that all its readers have seen."""
        numbers = {
            topic: [seen for seen in waiters.values() if seen is not None] for topic, waiters in self._waiting.items()
        }
        return {topic: min(seen) for topic, seen in numbers.items() if seen}

    def __len__(self) -> int:
        return sum(len(waiters) for waiters in self._waiting.values())
