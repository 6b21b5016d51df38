"""The console in this process: an application on an empty database, and people who work in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from api.accounts import service
from api.accounts.models import Staff
from api.accounts.roles import Role
from api.main import app as make_app
from api.sealed import keyring
from api.settings import Settings, settings
from tests import empty

PASSWORD = "dobry koń bateria zszywka"
HTML = {"accept": "text/html"}


@dataclass
class Worker:
    """Somebody who is signed in; `client` is the browser."""

    staff: Staff
    client: httpx.AsyncClient
    csrf: str

    async def get(self, path: str, **options: object) -> httpx.Response:
        """Open a page."""
        return await self.client.get(path, headers=HTML, **options)  # type: ignore[arg-type]

    async def post(self, path: str, **fields: object) -> httpx.Response:
        """Send a form."""
        data = {"csrf": self.csrf, **{name: value for name, value in fields.items() if value is not None}}
        return await self.client.post(path, data=data, headers=HTML)


@pytest.fixture
def new_database() -> Callable[[str], None]:
    """What makes the application's database."""
    return empty.make


@pytest.fixture
async def app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_database: Callable[[str], None], cheap_passwords: None
) -> AsyncIterator[FastAPI]:
    """The application as it runs, with Rasa away."""
    monkeypatch.setenv("DROGOWSKAZ_VAR", str(tmp_path))
    settings.cache_clear()
    keyring.cache_clear()
    chosen = Settings(drogowskaz_var=tmp_path, rasa_port=9, rate_limits=False)
    new_database(chosen.database)
    application = make_app(chosen)
    async with application.router.lifespan_context(application):
        yield application
    settings.cache_clear()
    keyring.cache_clear()


def browser(app: FastAPI) -> httpx.AsyncClient:
    """A browser that knows nobody yet."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://console.test")


@pytest.fixture
async def visitor(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in."""
    async with browser(app) as client:
        yield client


type Hire = Callable[..., Awaitable[Worker]]


@pytest.fixture
async def hire(app: FastAPI) -> AsyncIterator[Hire]:
    """Make accounts: `await hire("Anna", Role.COUNSELLOR)` is signed in."""
    clients: list[httpx.AsyncClient] = []

    async def make(name: str, *roles: Role) -> Worker:
        database = app.state.database
        async with database.transaction() as session:
            email = f"{name.lower()}@example.org"
            token = await service.invite(session, None, email, name, list(roles))
            found = await service.invitation(session, token)
            secret = found.code_secret
        signed_token = await service.accept_invitation(database, token, PASSWORD, pyotp.TOTP(secret).now())
        signed = await service.signed(database, signed_token)
        assert signed is not None
        client = browser(app)
        client.cookies.set("drogowskaz_console", signed_token, path="/console")
        clients.append(client)
        return Worker(signed.staff, client, signed.csrf)

    yield make
    for client in clients:
        await client.aclose()
