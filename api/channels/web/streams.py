"""Streams of events, of which one process holds thousands.

The application answers the request with headers only and is done with it; `Streams`, around the application, goes on
with the body. So a stream that waits keeps none of the layers that a request passes: some 20 KiB of memory, not 44.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

type Events = AsyncGenerator[dict[str, Any] | None]

KEY = "drogowskaz.streams"
# Keeps proxies from closing a stream on which nothing happens.
STILL_HERE = b": still here\n\n"


class EventStream(Response):
    """Begins the answer and hands the events to `Streams`. None among them is a quiet mark."""

    media_type = "text/event-stream"

    def __init__(self, events: Events) -> None:
        self._events = events
        self.status_code, self.background = 200, None
        self.init_headers({"Cache-Control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[KEY].append(self._events)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})


class Streams:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened: list[Events] = []
        await self._app({**scope, KEY: opened}, receive, send)
        for events in opened:
            await _go_on(events, receive, send)


async def _go_on(opened: Events, receive: Receive, send: Send) -> None:
    """Send all events until there are no more or nobody reads them."""
    async with aclosing(opened) as events:
        async for event in events:
            if event is None and await _is_gone(receive):
                return
            await send({"type": "http.response.body", "body": _written(event), "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _written(event: dict[str, Any] | None) -> bytes:
    if event is None:
        return STILL_HERE
    said = json.dumps(event, ensure_ascii=False)
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {said}\n\n".encode()


async def _is_gone(receive: Receive) -> bool:
    """Whether the reader has closed the connection; asked now and then, so that no task need wait for it."""
    asking = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    if asking.done():
        return bool(asking.result()["type"] == "http.disconnect")
    asking.cancel()
    return False
