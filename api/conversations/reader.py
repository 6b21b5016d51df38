"""Reading a conversation's events as they come: once with a wait (long-poll), or as an endless stream."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from api.conversations import repository
from api.conversations.service import Heart, event_json

LOOK_AGAIN_SECONDS = 15.0


async def read(heart: Heart, conversation_id: str, after: int, wait: float) -> list[dict[str, Any]]:
    """The events after number `after`; waits up to `wait` seconds for the first one."""
    end = asyncio.get_running_loop().time() + wait
    while True:
        news = heart.notifier.register(conversation_id)
        try:
            async with heart.database.transaction(read_only=True) as session:
                events = await repository.events_after(session, conversation_id, after)
            left = end - asyncio.get_running_loop().time()
            if events or left <= 0:
                return [event_json(event) for event in events]
            await asyncio.wait([news], timeout=min(left, LOOK_AGAIN_SECONDS))
        finally:
            heart.notifier.forget(conversation_id, news)


async def stream(heart: Heart, conversation_id: str, after: int) -> AsyncIterator[dict[str, Any] | None]:
    """All events after number `after`, now and later; None each time that a while has passed without one."""
    while True:
        events = await read(heart, conversation_id, after, LOOK_AGAIN_SECONDS)
        if not events:
            yield None
        for event in events:
            after = event["seq"]
            yield event
