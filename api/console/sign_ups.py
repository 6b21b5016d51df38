"""The list of sign-ups: who wants to take part in what, how far that is, and a file of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api import sheets
from api.accounts import audit
from api.accounts.service import Signed
from api.console import lists
from api.console.catalogue_files import as_file
from api.console.deps import DatabaseDep, SignUps
from api.console.lists import Words, one_of
from api.console.pages import ConsoleRoute, language_of, render, see
from api.database import Database
from api.errors import Conflict, Invalid
from api.signups import service as signups
from api.signups.models import Kind, Status

router = APIRouter(prefix="/console/sign-ups", route_class=ConsoleRoute, include_in_schema=False)
HOME = "/console/sign-ups"
# Nobody is set to waiting: that follows from the seats.
SETTABLE = (Status.NEW, Status.CONFIRMED, Status.DECLINED, Status.WITHDRAWN)
Text = Annotated[str, Query()]


@router.get("")
async def page(
    request: Request, signed: SignUps, database: DatabaseDep, kind: Text = "", status: Text = "", target: Text = "",
    number: Annotated[int, Query(alias="page")] = 1,
) -> Response:  # fmt: skip
    """The sign-ups that fit, in the order in which they came; the look is noted."""
    return await _show(request, signed, database, kind, status, target, number)


@router.post("/{id}/status")
async def set_status(
    request: Request, id: int, signed: SignUps, database: DatabaseDep,
    status: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Confirm a sign-up, decline it, or take that back."""
    wanted = one_of(Status, status)
    if wanted not in SETTABLE:
        raise Invalid("Choose a status.", field="status")
    try:
        async with database.transaction() as session:
            changed = await signups.set_status(session, id, wanted)
            audit.write(session, signed.staff, "set_sign_up_status", code=changed.code, status=wanted.value)
    except Conflict:
        return await _show(request, signed, database, "", "", "", 1, code=409, problem="no_seat")
    return see(lists.back(HOME, back))


@router.get("/export.{form}")
async def export(
    request: Request, form: str, signed: SignUps, database: DatabaseDep, kind: Text = "", status: Text = "",
    target: Text = "",
) -> Response:  # fmt: skip
    """The sign-ups that fit, as a file."""
    words = Words(language_of(request))
    async with database.transaction() as session:
        found = await signups.find_all(
            session, kind=one_of(Kind, kind), target=target or None, status=one_of(Status, status)
        )
        audit.write(session, signed.staff, "exported_sign_ups", form=form, rows=len(found))
    rows = [words.cells(lists.fields_of(signups.COLUMNS)(one), signups.COLUMNS) for one in found]
    return as_file("zapisy", form, sheets.write(form, [words.t(f"column_{key}") for key in signups.COLUMNS], rows))


async def _show(
    request: Request, signed: Signed, database: Database, kind: str, status: str, target: str, number: int, *,
    code: int = 200, problem: str = "",
) -> Response:  # fmt: skip
    async with database.transaction() as session:
        everything = await signups.find_all(session)
        targets = {one.target: one.title for one in everything}
        chosen = [
            one
            for one in everything
            if kind in ("", one.kind) and status in ("", one.status) and target in ("", one.target)
        ]
        found = lists.page_of(chosen, number)
        audit.write(session, signed.staff, "looked_at_sign_ups", codes=[one.code for one in found.rows])
    return render(
        request, "sign_ups.html", status=code, signed=signed, w=Words(language_of(request)), found=found, kinds=Kind,
        statuses=Status, settable=SETTABLE, targets=targets, kind=kind, chosen=status, target=target, problem=problem,
        query=lists.query(kind=kind, status=status, target=target),
    )  # fmt: skip
