"""Signing in with an account of one's organisation: to its provider and back. Without a provider there is no page."""

from typing import Annotated, cast

import structlog
from fastapi import APIRouter, Depends, Request, Response

from api.accounts import audit
from api.accounts import service as accounts
from api.accounts.oidc import VALID_SECONDS, Provider, Reason, Refused
from api.console.deps import DatabaseDep, keep_session
from api.console.pages import ConsoleRoute, render, see
from api.database import Database
from api.errors import NotFound

router = APIRouter(prefix="/console/sign-in/oidc", route_class=ConsoleRoute, include_in_schema=False)
COOKIE, COOKIE_PATH = "drogowskaz_oidc", "/console/sign-in/oidc"

log = structlog.get_logger()


def provider_of(request: Request) -> Provider:
    """The provider of this application. Raises NotFound when there is none."""
    found = cast(Provider | None, request.app.state.provider)
    if found is None:
        raise NotFound("Signing in with an account of an organisation is not set up.")
    return found


ProviderDep = Annotated[Provider, Depends(provider_of)]


@router.get("")
async def begin(request: Request, provider: ProviderDep, database: DatabaseDep) -> Response:
    """Send the browser to the provider."""
    try:
        begun = await provider.begin()
    except Refused as refused:
        return await _refuse(database, refused)
    response = see(begun.address)
    # Lax, since the browser comes back from another site.
    response.set_cookie(
        COOKIE,
        begun.kept,
        path=COOKIE_PATH,
        max_age=VALID_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("/done")
async def finish(request: Request, provider: ProviderDep, database: DatabaseDep) -> Response:
    """The browser is back: sign in whom the provider vouches for, if an admin has made an account for the address."""
    try:
        email = await provider.finish(request.cookies.get(COOKIE, ""), request.query_params)
        token = await accounts.sign_in_by_provider(database, email)
    except Refused as refused:
        return await _refuse(database, refused)
    if token is None:
        return _back(Reason.UNKNOWN)
    # A page, not a redirect: the session's cookie is strict, so a browser that another site sends on does not show it.
    return _forget(keep_session(request, render(request, "signed_in.html"), token))


async def _refuse(database: Database, refused: Refused) -> Response:
    log.warning("oidc_refused", reason=refused.reason, detail=refused.detail)
    async with database.transaction() as session:
        audit.write(session, None, "sign_in_failed", by="oidc", reason=refused.reason)
    return _back(refused.reason)


def _back(reason: Reason) -> Response:
    """To the form, which says what went wrong."""
    return _forget(see(f"/console/sign-in?problem={reason}"))


def _forget(response: Response) -> Response:
    """What is kept of an attempt is used once."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response
