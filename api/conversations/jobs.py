"""What the process does again and again beside answering requests."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

# However long a job takes, it takes at most this share of the time.
MOST_SHARE = 0.02


async def every(seconds: float, job: Callable[[], Awaitable[None]], *, share: float = MOST_SHARE) -> None:
    """Do the job for ever with pauses of `seconds`, longer ones after a long job; one that fails is done again.

    `share` is the largest part of the time that it may take; 1 for a job that must not be late.
    """
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            await job()
        except Exception:
            log.exception("job_failed", job=getattr(job, "__qualname__", str(job)))
        await asyncio.sleep(max(seconds, (clock() - began) / share))
