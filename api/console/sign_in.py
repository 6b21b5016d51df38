"""Signing in and out, one-time links, the language, and the console's files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from api.accounts import secrets
from api.accounts import service as accounts
from api.accounts.oidc import Reason
from api.console import pages
from api.console.deps import COOKIE, DatabaseDep, SignedDep, from_our_own_page, keep_session
from api.console.pages import ConsoleRoute, render, see
from api.database import Database
from api.errors import Invalid, NotFound, TooMany
from api.texts import Language

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)
OursOnly = Depends(from_our_own_page)
YEAR_SECONDS = 365 * 24 * 3600


@router.get("")
async def start(signed: SignedDep) -> Response:
    """The first place that the menu has for this person."""
    return see(pages.menu(signed)[0].address)


@router.get("/sign-in")
async def sign_in_page(request: Request, problem: Reason | None = None) -> Response:
    """The form, with what went wrong at the organisation's provider."""
    return _form(request, problem=f"oidc.problem_{problem}" if problem else "")


@router.post("/sign-in", dependencies=[OursOnly])
async def sign_in(
    request: Request,
    database: DatabaseDep,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Sign in with password and code."""
    address = request.client.host if request.client else ""
    try:
        token = await accounts.sign_in(database, email, password, code, address)
    except TooMany as wait:
        page = _form(request, status=429, problem="console.sign_in_wait", email=email)
        page.headers.update(wait.headers)
        return page
    if token is None:
        return _form(request, status=401, problem="console.sign_in_wrong", email=email)
    return keep_session(request, see("/console"), token)


def _form(request: Request, *, status: int = 200, problem: str = "", email: str = "") -> Response:
    oidc = request.app.state.provider is not None
    return render(request, "sign_in.html", status=status, problem=problem, email=email, oidc=oidc)


@router.post("/sign-out")
async def sign_out(request: Request, signed: SignedDep, database: DatabaseDep) -> Response:
    """End the session."""
    async with database.transaction() as session:
        await accounts.sign_out(session, signed.staff, request.cookies[COOKIE])
    response = see("/console/sign-in")
    response.delete_cookie(COOKIE, path="/console")
    return response


@router.get("/invitation/{token}")
async def invitation_page(request: Request, database: DatabaseDep, token: str) -> Response:
    """Where somebody with a one-time link chooses a password and couples an app for the codes."""
    return await _invitation(request, database, token, None)


@router.post("/invitation/{token}", dependencies=[OursOnly])
async def accept_invitation(
    request: Request,
    database: DatabaseDep,
    token: str,
    password: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Make the account and sign in."""
    try:
        session_token = await accounts.accept_invitation(database, token, password, code)
    except Invalid as problem:
        return await _invitation(request, database, token, problem.field)
    return keep_session(request, see("/console"), session_token)


async def _invitation(request: Request, database: Database, token: str, problem: str | None) -> Response:
    async with database.transaction(read_only=True) as session:
        found = await accounts.invitation(session, token)
    return render(
        request,
        "invitation.html",
        status=422 if problem else 200,
        invitation=found,
        key=secrets.key_for_app(found.code_secret),
        picture=secrets.picture_for_app(found.code_secret, found.email),
        shortest=accounts.SHORTEST_PASSWORD,
        problem=problem,
    )


@router.post("/language", dependencies=[OursOnly])
async def choose_language(language: Annotated[Language, Form()], back: Annotated[str, Form()] = "/console") -> Response:
    """Show the console in the other language from now on."""
    response = see(back if back.startswith("/console") else "/console")
    response.set_cookie(
        pages.LANGUAGE_COOKIE, language, path="/console", max_age=YEAR_SECONDS, httponly=True, samesite="lax"
    )
    return response


@router.get("/files/{stamp}/{name}")
async def file(stamp: str, name: str) -> Response:
    """A style sheet or script."""
    found = pages.file(name)
    if found is None:
        raise NotFound("There is no such file.")
    return found
