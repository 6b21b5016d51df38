"""Reading a conversation's events as they come: once with a wait (long-poll), or as an endless stream."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import batched
from typing import Any

from api.conversations import repository
from api.conversations.service import Heart, event_json
from api.errors import NotFound, Unauthorized

QUIET_SECONDS = 15.0
LOOKED_UP_AT_ONCE = 500


async def owned_by(heart: Heart, conversation_id: str, token: str) -> None:
    """Raises Unauthorized for a token that opens no conversation, NotFound for one that opens another."""
    async with heart.database.transaction(read_only=True, quick=True) as session:
        _check(await repository.newest(session, token=token), conversation_id)


async def read(
    heart: Heart, conversation_id: str, after: int, wait: float, token: str | None = None
) -> list[dict[str, Any]] | None:
    """The events after number `after`; waits up to `wait` seconds for the first one. None without a conversation.

    With a token that is checked first, as in `owned_by`.
    """
    end = asyncio.get_running_loop().time() + wait
    while True:
        news = heart.notifier.register(conversation_id, seen=after)
        try:
            events = await _look(heart, conversation_id, after, token)
            token = None
            left = end - asyncio.get_running_loop().time()
            if events is None or events or left <= 0:
                return events
            await asyncio.wait([news], timeout=left)
            if not news.done():
                return []
        finally:
            heart.notifier.forget(conversation_id, news)


async def stream(heart: Heart, conversation_id: str, after: int) -> AsyncGenerator[dict[str, Any] | None]:
    """All events after number `after`, now and later; None each time that a while has passed without one.

    Ends when the conversation is erased. While nothing happens it asks nobody.
    """
    while True:
        news = heart.notifier.register(conversation_id, seen=after)
        try:
            events = await _look(heart, conversation_id, after)
            if events is None:
                return
            for event in events:
                after = event["seq"]
                yield event
            while not events and not news.done():
                await asyncio.wait([news], timeout=QUIET_SECONDS)
                if not news.done():
                    yield None
        finally:
            heart.notifier.forget(conversation_id, news)


async def _look(
    heart: Heart, conversation_id: str, after: int, token: str | None = None
) -> list[dict[str, Any]] | None:
    async with heart.database.transaction(read_only=True, quick=True) as session:
        if token is None:
            newest = await repository.newest(session, conversation_id=conversation_id)
        else:
            newest = _check(await repository.newest(session, token=token), conversation_id)
        if newest is None:
            return None
        events = await repository.events_after(session, conversation_id, after) if newest.last_seq > after else []
    return [event_json(event) for event in events]


def _check(opened: repository.Newest | None, conversation_id: str) -> repository.Newest:
    if opened is None:
        raise Unauthorized
    if opened.id != conversation_id:
        raise NotFound("There is no such conversation.")
    return opened


async def look_out(heart: Heart) -> None:
    """Wake the readers whose conversation has news that this process has not written: events, or its erasure.

    One look for all readers, however many there are.
    """
    watched = heart.notifier.watched()
    for some in batched(watched, LOOKED_UP_AT_ONCE):
        async with heart.database.transaction(read_only=True, quick=True) as session:
            latest = await repository.latest(session, some)
        for conversation_id in some:
            newest = latest.get(conversation_id)
            if newest is None or newest > watched[conversation_id]:
                heart.notifier.notify(conversation_id)
