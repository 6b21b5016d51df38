"""A talk: its page, its lines as they come, and everything that a counsellor does with it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts import audit
from api.accounts.models import Staff
from api.accounts.service import Signed
from api.console import live, repository, service
from api.console.deps import HeartDep, Talks
from api.console.pages import HEADERS, ConsoleRoute, language_of, render, see
from api.conversations import handoff
from api.conversations.handoff import StaleView
from api.conversations.service import Heart, announce
from api.errors import Conflict
from api.texts import text

router = APIRouter(prefix="/console/talks/{id}", route_class=ConsoleRoute, include_in_schema=False)

Version = Annotated[int, Form()]
type Change = Callable[[AsyncSession, Staff, str, int], Awaitable[None]]


@router.get("")
async def page(request: Request, id: str, signed: Talks, heart: HeartDep) -> Response:
    """The talk with everything about it."""
    return await show(request, heart, signed, id)


async def show(
    request: Request, heart: Heart, signed: Signed, id: str, *, status: int = 200, problem: str = "", draft: str = ""
) -> Response:
    """The page, perhaps with a problem to explain and the line that was not sent."""
    async with heart.database.transaction() as session:
        view = await service.view(session, signed.staff, id)
    return render(
        request, "talk.html", status=status, signed=signed, view=view, talk=view.talk, problem=problem, draft=draft
    )


@router.get("/state")
async def state(request: Request, id: str, signed: Talks, heart: HeartDep) -> Response:
    """Who leads the talk and what can be done, for the live page."""
    async with heart.database.transaction(read_only=True) as session:
        talk = await service.find(session, id)
        colleagues = await service.colleagues(session, signed.staff)
    return render(request, "talk_state.html", signed=signed, talk=talk, colleagues=colleagues)


@router.post("/take")
async def take(request: Request, id: str, signed: Talks, heart: HeartDep, version: Version) -> Response:
    """Lead the talk; whoever comes second is shown who was faster."""
    return await _change(request, id, signed, heart, version, service.take)


@router.post("/give-back")
async def give_back(request: Request, id: str, signed: Talks, heart: HeartDep, version: Version) -> Response:
    """Let the bot go on."""
    return await _change(request, id, signed, heart, version, service.give_back)


@router.post("/put-back")
async def put_back(request: Request, id: str, signed: Talks, heart: HeartDep, version: Version) -> Response:
    """Put the talk into the queue again."""
    return await _change(request, id, signed, heart, version, service.put_back)


@router.post("/close")
async def close(
    request: Request, id: str, signed: Talks, heart: HeartDep, version: Version, outcome: Annotated[str, Form()] = ""
) -> Response:
    """End the talk."""

    async def change(session: AsyncSession, staff: Staff, conversation_id: str, seen: int) -> None:
        await service.close(session, staff, conversation_id, seen, outcome)

    return await _change(request, id, signed, heart, version, change)


@router.post("/assign")
async def assign(
    request: Request, id: str, signed: Talks, heart: HeartDep, version: Version, to: Annotated[int, Form()]
) -> Response:
    """Give the talk to a colleague."""

    async def change(session: AsyncSession, staff: Staff, conversation_id: str, seen: int) -> None:
        await service.assign(session, staff, conversation_id, seen, to)

    return await _change(request, id, signed, heart, version, change)


async def _change(request: Request, id: str, signed: Signed, heart: Heart, version: int, change: Change) -> Response:
    try:
        async with heart.database.transaction() as session:
            await change(session, signed.staff, id, version)
    except Conflict:
        return await show(request, heart, signed, id, status=409, problem="faster")
    announce(heart, id)
    return see(f"/console/talks/{id}")


@router.post("/lines")
async def write_line(
    request: Request,
    id: str,
    signed: Talks,
    heart: HeartDep,
    client_id: Annotated[str, Form(max_length=64)],
    seen: Annotated[int, Form()],
    text: Annotated[str, Form()] = "",
    anyway: Annotated[bool, Form()] = False,
) -> Response:
    """Write to the pupil, unless it has written meanwhile and nobody has seen it."""
    by_script = "text/html" not in request.headers.get("accept", "")
    try:
        async with heart.database.transaction() as session:
            seq = await handoff.write_line(
                session, id, service.actor(signed.staff), text, client_id=client_id, seen=seen, anyway=anyway
            )
            audit.write(session, signed.staff, "wrote", conversation_id=id, seq=seq)
    except Conflict as conflict:
        problem = "stale" if isinstance(conflict, StaleView) else "not_yours"
        if by_script:
            return JSONResponse(_explained(request, conflict, problem), status_code=409, headers=HEADERS)
        return await show(request, heart, signed, id, status=409, problem=problem, draft=text)
    announce(heart, id)
    return JSONResponse({"seq": seq}, headers=HEADERS) if by_script else see(f"/console/talks/{id}#reply")


def _explained(request: Request, conflict: Conflict, problem: str) -> dict[str, object]:
    count = conflict.newer if isinstance(conflict, StaleView) else 0
    message = text(f"console.problem_{problem}", language_of(request), count=count)
    return {"error": {"code": problem, "message": message}}


@router.post("/notes")
async def add_note(id: str, signed: Talks, heart: HeartDep, text: Annotated[str, Form()] = "") -> Response:
    """Write a private note."""
    async with heart.database.transaction() as session:
        await service.find(session, id)
        repository.add_note(session, id, signed.staff, text)
        audit.write(session, signed.staff, "noted", conversation_id=id)
    return see(f"/console/talks/{id}#notes")


@router.post("/tags")
async def change_tags(
    id: str,
    signed: Talks,
    heart: HeartDep,
    tag: Annotated[str, Form()] = "",
    remove: Annotated[str, Form()] = "",
) -> Response:
    """Put a tag on, or take one off."""
    async with heart.database.transaction() as session:
        await service.find(session, id)
        if remove:
            await repository.remove_tag(session, id, remove)
        else:
            tag = await repository.add_tag(session, id, tag)
        audit.write(session, signed.staff, "tagged", conversation_id=id, **({"off": remove} if remove else {"on": tag}))
    return see(f"/console/talks/{id}#tags")


@router.post("/safety")
async def settle_safety(id: str, signed: Talks, heart: HeartDep) -> Response:
    """Somebody has dealt with what the talk was flagged for."""
    async with heart.database.transaction() as session:
        await service.settle_safety(session, signed.staff, id)
    announce(heart, id)
    return see(f"/console/talks/{id}")


@router.post("/seen", status_code=204)
async def seen(id: str, signed: Talks, heart: HeartDep, seq: Annotated[int, Form()]) -> Response:
    """The page has shown the lines up to this number."""
    async with heart.database.transaction() as session:
        await service.find(session, id)
        await repository.mark_read(session, signed.staff, id, seq)
    return Response(status_code=204)


@router.get("/stream")
async def stream(
    request: Request, id: str, signed: Talks, heart: HeartDep, after: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """The talk's events after a number as parts of the page, resumed by `Last-Event-ID`."""
    return await live.answer(request, heart, signed, id, after)
