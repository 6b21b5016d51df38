"""What the process does again and again beside answering requests."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

# However long a job takes, it takes at most this share of the time.
MOST_SHARE = 0.02


async def every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    """Do the job for ever with pauses of `seconds`, longer ones after a long job; one that fails is done again."""
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            await job()
        except Exception:
            log.exception("job_failed", job=getattr(job, "__qualname__", str(job)))
        await asyncio.sleep(max(seconds, (clock() - began) / MOST_SHARE))
