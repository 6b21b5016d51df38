"""Fixtures that more than one room uses."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api import migrate, sealed
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database
from api.sealed import Keyring


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """Keys of its own for names and contacts."""
    own = Keyring(None, tmp_path / "contact.key")
    monkeypatch.setattr(sealed, "keyring", lambda: own)
    return own


@pytest.fixture
async def database(tmp_path: Path, keys: Keyring) -> AsyncIterator[Database]:
    """An empty database of its own, made by the migrations as in production."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    await asyncio.to_thread(migrate.upgrade, url)
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
def heart(database: Database) -> Heart:
    """The heart on the empty database."""
    return Heart(database, Notifier())
