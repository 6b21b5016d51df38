"""The application in this process, on an empty database, with Rasa away."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.main import app as make_app
from api.sealed import keyring
from api.settings import Settings, settings
from tests import empty


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    """The application as it runs."""
    monkeypatch.setenv("DROGOWSKAZ_VAR", str(tmp_path))
    for cached in (settings, keyring):
        cached.cache_clear()
    chosen = Settings(drogowskaz_var=tmp_path, rasa_port=9, rate_limits=False)
    empty.make(chosen.database)
    application = make_app(chosen)
    async with application.router.lifespan_context(application):
        yield application
    for cached in (settings, keyring):
        cached.cache_clear()


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the application; an error of ours is an answer with 500, as in production."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
