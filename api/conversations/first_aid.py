"""Help that does not wait for the database.

A pupil's message is acknowledged once it is stored, and a safety answer is stored with it. Where that takes too long,
or cannot be done now, the caller gets the answer with the error, to be shown at once; the message is still being
stored, or is handed in again with the same id until it is.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from api.conversations.service import Heart, look_at
from api.conversations.watch import Look
from api.database import DATABASE_AWAY
from api.errors import ServiceError, Unavailable

log = structlog.get_logger()

# Since the call began: when a look at the words starts, whether or not the caller is known by then, and when help goes.
LOOK_SECONDS, HELP_SECONDS = 0.05, 0.25

type Looking = asyncio.Future[Look | None]

# The event loop itself holds no task.
_going_on: set[asyncio.Future[int]] = set()


class NotYetStored(Unavailable):
    """The message is not stored yet, and somebody is in need: `help` holds the messages to show."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        super().__init__()
        self.more = {"help": messages}


async def stored(
    heart: Heart, typed: str | None, allowed: Awaitable[None], store: Callable[[Looking], Awaitable[int]]
) -> int:
    """The number of the message, which `store` gives once it is stored and `allowed` has not raised.

    Raises NotYetStored when its words need an answer at once and it is not stored in time. Storing goes on.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + HELP_SECONDS
    asked = asyncio.ensure_future(allowed)
    await asyncio.wait({asked}, timeout=LOOK_SECONDS)
    if asked.done() and isinstance(problem := asked.exception(), ServiceError):
        raise problem
    looking: Looking = asyncio.ensure_future(look_at(heart, typed))

    async def through() -> int:
        await asked
        return await store(looking)

    storing = asyncio.ensure_future(through())
    _going_on.add(storing)
    storing.add_done_callback(_ended)
    look = await looking
    notice = look.notice if look is not None else None
    await asyncio.wait({storing}, timeout=None if notice is None else max(0.0, end - clock()))
    if notice is not None and (not storing.done() or isinstance(storing.exception(), DATABASE_AWAY)):
        log.warning("help_before_storing")
        raise NotYetStored(notice.answer(None, None))
    return storing.result()


def _ended(storing: asyncio.Future[int]) -> None:
    """Also of work that nobody waits for any more the error is looked at: the caller hands the message in again."""
    _going_on.discard(storing)
    if not storing.cancelled():
        storing.exception()
