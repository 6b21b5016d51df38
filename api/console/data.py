"""Answering people who ask what is kept of them: find the talk, hand it out as a file, erase it. All of it is noted."""

from typing import Annotated, cast

from fastapi import APIRouter, Form, Query, Request, Response

from api.accounts import audit
from api.console import service
from api.console.deps import DatabaseDep, HeartDep, Talks
from api.console.pages import HEADERS, ConsoleRoute, render, see
from api.conversations.rasa import RasaClient
from api.errors import Invalid
from api.privacy import access, erasure, search

router = APIRouter(prefix="/console/data", route_class=ConsoleRoute, include_in_schema=False)


@router.get("")
async def page(
    request: Request,
    signed: Talks,
    database: DatabaseDep,
    q: Annotated[str, Query(max_length=200)] = "",
    erased: Annotated[bool, Query()] = False,
) -> Response:
    """A field to search, and what was found."""
    async with database.transaction(read_only=True) as session:
        found = await search.find(session, q)
    return render(request, "data.html", signed=signed, q=q, found=found, erased=erased)


@router.get("/{id}.json")
async def export(request: Request, id: str, signed: Talks, database: DatabaseDep) -> Response:
    """Everything that is kept of the talk."""
    content = await access.document(database, _rasa(request), id)
    async with database.transaction() as session:
        audit.write(session, signed.staff, "exported", conversation_id=id)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{id[:8]}.json"'}
    return Response(access.as_json(content), media_type="application/json", headers=headers)


@router.post("/{id}/erase")
async def erase(
    request: Request, id: str, signed: Talks, heart: HeartDep, sure: Annotated[bool, Form()] = False
) -> Response:
    """Erase the talk and all that hangs on it; that somebody did stays in the log."""
    if not sure:
        raise Invalid("Confirm that the talk shall be erased.", field="sure")
    async with heart.database.transaction() as session:
        await service.find(session, id)
        audit.write(session, signed.staff, "erased", conversation_id=id)
    await erasure.erase(heart.database, _rasa(request), id)
    heart.notifier.notify(id)
    return see("/console/data?erased=true")


def _rasa(request: Request) -> RasaClient:
    return cast(RasaClient, request.app.state.rasa)
