"""Canned replies: everybody's and one's own, in both languages."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.accounts import audit
from api.console import repository
from api.console.deps import DatabaseDep, Talks
from api.console.pages import ConsoleRoute, render, see

router = APIRouter(prefix="/console/replies", route_class=ConsoleRoute, include_in_schema=False)


@router.get("")
async def page(request: Request, signed: Talks, database: DatabaseDep) -> Response:
    """The replies that one can use."""
    async with database.transaction(read_only=True) as session:
        replies = await repository.canned_replies(session, signed.staff)
    return render(request, "replies.html", signed=signed, replies=replies)


@router.post("")
async def add(
    signed: Talks,
    database: DatabaseDep,
    title: Annotated[str, Form()] = "",
    pl: Annotated[str, Form()] = "",
    en: Annotated[str, Form()] = "",
    own: Annotated[bool, Form()] = False,
) -> Response:
    """Keep a reply."""
    async with database.transaction() as session:
        repository.add_canned_reply(session, signed.staff, title, pl, en, own=own)
        audit.write(session, signed.staff, "added_reply", own=own)
    return see("/console/replies")


@router.post("/{id}/remove")
async def remove(id: int, signed: Talks, database: DatabaseDep) -> Response:
    """Drop a reply."""
    async with database.transaction() as session:
        await repository.remove_canned_reply(session, signed.staff, id)
        audit.write(session, signed.staff, "removed_reply", reply=id)
    return see("/console/replies")
