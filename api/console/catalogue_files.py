"""The catalogue as spreadsheets: export, and import with a dry run that names every mistake."""

import base64
import binascii

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from api import sheets
from api.accounts import audit
from api.accounts.service import Signed
from api.catalogue import editing, exchange, fields
from api.catalogue.editing import EDITIONS
from api.catalogue.exchange import Plan
from api.console.catalogue import HOME, editor
from api.console.catalogue_words import Words
from api.console.deps import Catalogue, DatabaseDep
from api.console.pages import HEADERS, ConsoleRoute, language_of, render, see
from api.errors import NotFound
from api.sheets import BadSheet
from api.signups import service as signups

router = APIRouter(prefix="/console/catalogue", route_class=ConsoleRoute, include_in_schema=False)
MOST_SHOWN = 200


@router.get("/{kind}/export.{form}")
async def export(kind: str, form: str, signed: Catalogue, database: DatabaseDep) -> Response:
    """All records of a kind as a file."""
    columns = exchange.columns(kind)
    async with database.transaction() as session:
        rows = await exchange.rows(session, kind)
        audit.write(session, signed.staff, "exported_catalogue", kind=kind, form=form, rows=len(rows))
    return as_file(kind.replace("_", "-"), form, sheets.write(form, columns, rows))


def as_file(name: str, form: str, data: bytes) -> Response:
    """A spreadsheet to be saved. Raises NotFound for an unknown format."""
    if form not in sheets.FORMATS:
        raise NotFound("There is no such format.")
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(data, media_type=sheets.FORMATS[form], headers=headers)


@router.get("/{kind}/import")
async def import_page(request: Request, kind: str, signed: Catalogue) -> Response:
    """Choose a file."""
    return _show(request, signed, kind)


@router.post("/{kind}/import")
async def import_file(request: Request, kind: str, signed: Catalogue, database: DatabaseDep) -> Response:
    """Look a file through, or keep all of one that has been looked through."""
    async with request.form() as form:
        given = form.get("file")
        sent = await given.read() if isinstance(given, UploadFile) else b""
    try:
        data = sent or base64.urlsafe_b64decode(str(form.get("data", "")))
        table = sheets.read(data)
    except (BadSheet, binascii.Error) as problem:
        what = problem.what if isinstance(problem, BadSheet) else "no_text"
        return _show(request, signed, kind, problem=f"file_{what}", status=422)
    async with database.transaction() as session:
        plan = await exchange.plan(session, kind, table, signups.count_active)
        if plan.problems or form.get("do") != "apply":
            status = 422 if plan.problems else 200
            return _show(request, signed, kind, plan=plan, data=base64.urlsafe_b64encode(data).decode(), status=status)
        kept = await exchange.apply(session, editor(signed), plan)
        for one in kept:
            if kind == EDITIONS:
                await signups.seats_changed(session, one.id)
        ids, gone = [one.id for one in kept], [one.id for one in plan.removed]
        audit.write(session, signed.staff, "imported_catalogue", kind=kind, records=ids, removed=gone)
    return see(f"{HOME}?kind={kind}")


def _show(
    request: Request, signed: Signed, kind: str, *, plan: Plan | None = None, data: str = "", problem: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    columns = {field.key: field for field in fields.of(editing.model_of(kind))}
    return render(
        request, "import.html", status=status, signed=signed, w=Words(language_of(request)), kind=kind, plan=plan,
        data=data, problem=problem, columns=columns, most=MOST_SHOWN, dates=kind == EDITIONS,
    )  # fmt: skip
