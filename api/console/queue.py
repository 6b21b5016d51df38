"""The queue: its page, its list for the live page, and the news as a stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.console import service
from api.console.deps import DatabaseDep, HeartDep, Talks
from api.console.live import still_allowed
from api.console.pages import HEADERS, ConsoleRoute, render
from api.conversations import desk
from api.conversations.service import Heart

router = APIRouter(prefix="/console/queue", route_class=ConsoleRoute, include_in_schema=False)

LOOK_AGAIN_SECONDS = 15.0


@router.get("")
async def page(request: Request, signed: Talks, database: DatabaseDep) -> Response:
    """Who waits, who is talked to, and what goes on with the bot."""
    async with database.transaction(read_only=True) as session:
        queue = await service.queue(session, signed.staff)
    return render(request, "queue.html", signed=signed, queue=queue)


@router.get("/list")
async def lists(request: Request, signed: Talks, database: DatabaseDep) -> Response:
    """The lists alone."""
    async with database.transaction(read_only=True) as session:
        queue = await service.queue(session, signed.staff)
    return render(request, "queue_list.html", signed=signed, queue=queue)


@router.get("/news")
async def news(
    request: Request,
    signed: Talks,
    heart: HeartDep,
    last_event_id: Annotated[int | None, Header()] = None,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """What happens at the desk, numbered; resumes after the number that the reader saw last."""
    stream = _news(request, heart, after if last_event_id is None else last_event_id)
    return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)


async def _news(request: Request, heart: Heart, after: int) -> AsyncIterator[str]:
    yield ": hello\n\n"
    while await still_allowed(request, heart):
        awake = heart.notifier.register(desk.DESK)
        try:
            async with heart.database.transaction(read_only=True) as session:
                found = await desk.news_after(session, after)
            for item in found:
                after = item.number
                data = json.dumps({"kind": item.kind, "conversation": item.conversation_id})
                yield f"id: {after}\nevent: news\ndata: {data}\n\n"
            if not found:
                await asyncio.wait([awake], timeout=LOOK_AGAIN_SECONDS)
                yield ": still here\n\n"
        finally:
            heart.notifier.forget(desk.DESK, awake)
