"""The lines of a talk as they come, ready to be put into the page, and who else has the talk open."""

import json
from collections.abc import AsyncIterator

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api.accounts import service as accounts
from api.accounts.roles import Permission
from api.accounts.service import Signed
from api.channels.messenger import service as messenger
from api.console import repository, service
from api.console.deps import COOKIE
from api.console.pages import HEADERS, fragment, language_of
from api.console.service import Line
from api.conversations import desk, reader, understanding
from api.conversations.service import Heart
from api.texts import text


async def still_allowed(request: Request, heart: Heart) -> bool:
    """Whether the session lives on, and its owner may still read talks: a stream is open for hours."""
    signed = await accounts.signed(heart.database, request.cookies[COOKIE])
    return signed is not None and signed.may(Permission.TALKS)


async def answer(request: Request, heart: Heart, signed: Signed, id: str, after: int) -> Response:
    """The stream. Raises NotFound."""
    async with heart.database.transaction(read_only=True) as session:
        await service.find(session, id)
    resumed = request.headers.get("last-event-id", "")
    parts = _parts(request, heart, signed, id, int(resumed) if resumed.isdecimal() else after)
    return StreamingResponse(parts, media_type="text/event-stream", headers=HEADERS)


async def _parts(request: Request, heart: Heart, signed: Signed, id: str, after: int) -> AsyncIterator[str]:
    """`line` for each event, `present` with the names of others, `gone` when the pupil has erased the talk.

    `undelivered` tells by number why lines have not reached a pupil on Messenger.
    """
    names: list[str] = []
    lost: dict[int, str] | None = None
    yield ": hello\n\n"
    async for event in reader.stream(heart, id, after):
        if not await still_allowed(request, heart):
            return
        if event is not None:
            yield await _line(request, heart, signed, id, event)
            continue
        async with heart.database.transaction() as session:
            if not await desk.find(session, [id]):
                break
            await repository.be_present(session, signed.staff, id)
            others = await repository.present(session, id, signed.staff)
            undelivered = await messenger.undelivered(session, id)
        if others != names:
            names = others
            yield f"event: present\ndata: {json.dumps(names, ensure_ascii=False)}\n\n"
        if undelivered != lost:
            lost = undelivered
            words = {seq: text(f"messenger.line_{why}", language_of(request)) for seq, why in lost.items()}
            yield f"event: undelivered\ndata: {json.dumps(words, ensure_ascii=False)}\n\n"
        yield ": still here\n\n"
    yield "event: gone\ndata: {}\n\n"


async def _line(request: Request, heart: Heart, signed: Signed, id: str, event: dict[str, object]) -> str:
    """An event as a part of the page. The end of a turn brings what the bot understood of its message."""
    async with heart.database.transaction(read_only=True) as session:
        understood = await understanding.of(session, id) if event["type"] == "turn_end" else {}
    about = event["reply_to"]
    data = {
        "type": event["type"],
        "sender": event.get("sender"),
        "about": about,
        "html": fragment(request, "line.html", signed=signed, line=Line(event, None), talk_id=id, reviewed={}).strip(),
        "understood": fragment(
            request, "understood.html", signed=signed, understood=understood.get(about if isinstance(about, int) else 0)
        ).strip(),
    }
    return f"id: {event['seq']}\nevent: line\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
