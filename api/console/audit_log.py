"""The auditor's pages: who did what and when, without any pupil's words."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.accounts import audit
from api.accounts import service as accounts
from api.console.deps import Audit, DatabaseDep
from api.console.pages import HEADERS, ConsoleRoute, render
from api.console.spreadsheet import row
from api.database import Database

router = APIRouter(prefix="/console/audit", route_class=ConsoleRoute, include_in_schema=False)


@router.get("")
async def page(
    request: Request,
    signed: Audit,
    database: DatabaseDep,
    who: Annotated[str, Query()] = "",
    action: Annotated[str, Query()] = "",
    talk: Annotated[str, Query()] = "",
    before: Annotated[int | None, Query()] = None,
) -> Response:
    """The latest entries, or those that fit."""
    chosen = audit.Filter(int(who) if who.isdecimal() else None, action, talk.strip(), before)
    async with database.transaction(read_only=True) as session:
        entries = await audit.page(session, chosen)
        everybody = await accounts.everybody(session)
        actions = await audit.actions(session)
    more = entries[-1].id if len(entries) == audit.PAGE else None
    return render(
        request,
        "audit.html",
        signed=signed,
        entries=entries,
        everybody=everybody,
        actions=actions,
        chosen=chosen,
        more=more,
    )


@router.get("/export.csv")
async def export(signed: Audit, database: DatabaseDep) -> Response:
    """The whole log for other programs."""
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(_rows(database), media_type="text/csv; charset=utf-8", headers=headers)


async def _rows(database: Database) -> AsyncIterator[str]:
    yield row("id", "at", "staff_id", "staff_name", "action", "conversation_id", "detail")
    async with database.transaction(read_only=True) as session:
        async for entry in audit.everything(session):
            detail = json.dumps(entry.detail, ensure_ascii=False)
            at = entry.at.isoformat()
            yield row(entry.id, at, entry.staff_id, entry.staff_name, entry.action, entry.conversation_id, detail)
