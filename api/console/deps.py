"""What routes of the console ask for: who is signed in, what they may do, and that a form is really ours."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Request, Response

from api.accounts import service as accounts
from api.accounts.roles import Permission
from api.accounts.secrets import same
from api.accounts.service import Signed
from api.conversations.service import Heart
from api.database import Database
from api.errors import Forbidden, Unauthorized

COOKIE = "drogowskaz_console"


def heart_of(request: Request) -> Heart:
    """The heart of this application."""
    return cast(Heart, request.app.state.heart)


def database_of(request: Request) -> Database:
    """The database of this application."""
    return cast(Database, request.app.state.database)


HeartDep = Annotated[Heart, Depends(heart_of)]
DatabaseDep = Annotated[Database, Depends(database_of)]


async def signed_in(request: Request, database: DatabaseDep) -> Signed:
    """Who works with this browser. Raises Unauthorized. A change must carry the session's token, too."""
    found = await accounts.signed(database, request.cookies.get(COOKIE, ""))
    if found is None:
        raise Unauthorized("Sign in to the console first.")
    request.state.signed = found
    if request.method not in ("GET", "HEAD"):
        await _check_form(request, found)
    return found


SignedDep = Annotated[Signed, Depends(signed_in)]


def needs(permission: Permission) -> Callable[[Signed], Awaitable[Signed]]:
    """A dependency that lets only those in whose roles allow this."""

    async def check(signed: SignedDep) -> Signed:
        if not signed.may(permission):
            raise Forbidden("Your roles do not allow this.")
        return signed

    return check


async def from_our_own_page(request: Request) -> None:
    """Refuse a form that another site has sent (for pages without a session, whose forms carry no token)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("The form was sent from another site.")


def keep_session(request: Request, response: Response, token: str) -> Response:
    """Give the browser its session."""
    response.set_cookie(
        COOKIE, token, path="/console", httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return response


async def _check_form(request: Request, signed: Signed) -> None:
    await from_our_own_page(request)
    given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
    if not same(given, signed.csrf):
        raise Forbidden("The form has expired. Load the page again.")


Talks = Annotated[Signed, Depends(needs(Permission.TALKS))]
Hours = Annotated[Signed, Depends(needs(Permission.HOURS))]
Catalogue = Annotated[Signed, Depends(needs(Permission.CATALOGUE))]
SignUps = Annotated[Signed, Depends(needs(Permission.SIGN_UPS))]
Appointments = Annotated[Signed, Depends(needs(Permission.APPOINTMENTS))]
People = Annotated[Signed, Depends(needs(Permission.PEOPLE))]
Statistics = Annotated[Signed, Depends(needs(Permission.STATISTICS))]
Audit = Annotated[Signed, Depends(needs(Permission.AUDIT))]
