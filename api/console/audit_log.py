"""The auditor's pages: who did what and when, without any pupil's words."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.accounts import audit
from api.accounts import service as accounts
from api.console.deps import Audit, DatabaseDep
from api.console.pages import HEADERS, ConsoleRoute, language_of, render
from api.console.spreadsheet import row
from api.database import Database
from api.texts import Language, all_texts, text

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
        language = language_of(request)
        actions = {name: in_words(name, language) for name in await audit.actions(session)}
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


def in_words(action: str, language: Language) -> str:
    """What somebody did; entries of versions before this one may hold an action that has no text any more."""
    key = f"audit.{action}"
    return text(key, language) if key in all_texts() else action


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
