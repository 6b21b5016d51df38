"""Accounts: who may work in the console, and one-time links."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.accounts import service as accounts
from api.accounts.roles import Role
from api.accounts.service import Signed
from api.console.deps import DatabaseDep, People
from api.console.pages import ConsoleRoute, render, see
from api.database import Database
from api.errors import Conflict, Invalid

router = APIRouter(prefix="/console/people", route_class=ConsoleRoute, include_in_schema=False)
Roles = Annotated[list[str], Form()]


@router.get("")
async def page(request: Request, signed: People, database: DatabaseDep) -> Response:
    """All accounts, and a form to invite somebody."""
    return await _show(request, signed, database)


@router.post("")
async def invite(
    request: Request,
    signed: People,
    database: DatabaseDep,
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    roles: Roles = [],  # noqa: B006 - FastAPI reads it as the default of a form field
) -> Response:
    """Make a one-time link; it is shown once, to be handed over in person or by mail."""
    try:
        async with database.transaction() as session:
            token = await accounts.invite(session, signed.staff, email, name, roles)
    except Invalid as problem:
        return await _show(request, signed, database, status=422, problem=f"people_{problem.field}")
    link = f"{request.app.state.settings.public}/console/invitation/{token}"
    return await _show(request, signed, database, link=link)


@router.post("/{id}")
async def change(
    request: Request,
    id: int,
    signed: People,
    database: DatabaseDep,
    roles: Roles = [],  # noqa: B006
    active: Annotated[bool, Form()] = False,
) -> Response:
    """Set somebody's roles, or take the account out of use."""
    try:
        async with database.transaction() as session:
            await accounts.change(session, signed.staff, id, roles=roles, active=active)
    except (Conflict, Invalid) as problem:
        key = "people_last_admin" if isinstance(problem, Conflict) else "people_roles"
        return await _show(request, signed, database, status=problem.status, problem=key)
    return see("/console/people")


async def _show(
    request: Request, signed: Signed, database: Database, *, status: int = 200, problem: str = "", link: str = ""
) -> Response:
    async with database.transaction(read_only=True) as session:
        everybody = await accounts.everybody(session)
    return render(
        request,
        "people.html",
        status=status,
        signed=signed,
        everybody=everybody,
        roles=list(Role),
        problem=problem,
        link=link,
        oidc=request.app.state.provider is not None,
    )
