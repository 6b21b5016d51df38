"""The list of requests: prevention classes, and meetings for which no time was free."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api import sheets
from api.accounts import audit
from api.console import lists
from api.console.catalogue_files import as_file
from api.console.deps import DatabaseDep, SignUps
from api.console.lists import Words, one_of
from api.console.pages import ConsoleRoute, language_of, render, see
from api.errors import Invalid
from api.requests import service as requests
from api.requests.models import Kind, Status

router = APIRouter(prefix="/console/requests", route_class=ConsoleRoute, include_in_schema=False)
HOME = "/console/requests"
COLUMNS = (
    "code", "status", "kind", "topic", "first_name", "contact", "school", "grade", "age_group", "parent", "language",
    "created_at",
)  # fmt: skip
Text = Annotated[str, Query()]


@router.get("")
async def page(
    request: Request, signed: SignUps, database: DatabaseDep, kind: Text = "", status: Text = "",
    number: Annotated[int, Query(alias="page")] = 1,
) -> Response:  # fmt: skip
    """The requests that fit, the oldest first; the look is noted."""
    async with database.transaction() as session:
        chosen = await requests.find_all(session, kind=one_of(Kind, kind), status=one_of(Status, status))
        found = lists.page_of(chosen, number)
        audit.write(session, signed.staff, "looked_at_requests", codes=[one.code for one in found.rows])
    return render(
        request, "class_requests.html", signed=signed, w=Words(language_of(request)), found=found, kinds=Kind,
        statuses=Status, kind=kind, chosen=status, query=lists.query(kind=kind, status=status),
    )  # fmt: skip


@router.post("/{id}/status")
async def set_status(
    id: int, signed: SignUps, database: DatabaseDep,
    status: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Note how far staff are."""
    wanted = one_of(Status, status)
    if wanted is None:
        raise Invalid("Choose a status.", field="status")
    async with database.transaction() as session:
        changed = await requests.set_status(session, id, wanted)
        audit.write(session, signed.staff, "set_request_status", code=changed.code, status=wanted.value)
    return see(lists.back(HOME, back))


@router.get("/export.{form}")
async def export(
    request: Request, form: str, signed: SignUps, database: DatabaseDep, kind: Text = "", status: Text = ""
) -> Response:
    """The requests that fit, as a file."""
    words = Words(language_of(request))
    async with database.transaction() as session:
        found = await requests.find_all(session, kind=one_of(Kind, kind), status=one_of(Status, status))
        audit.write(session, signed.staff, "exported_requests", form=form, rows=len(found))
    rows = [words.cells(lists.fields_of(COLUMNS)(one), COLUMNS) for one in found]
    return as_file("prosby", form, sheets.write(form, [words.t(f"column_{key}") for key in COLUMNS], rows))
