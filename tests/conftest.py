"""Fixtures that more than one room uses."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from api import sealed
from api.accounts import secrets
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database
from api.sealed import Keyring
from tests import empty
from tests.stores import postgres_address, store

# Both kinds of database; one PostgreSQL server for the whole run.
__all__ = ["postgres_address", "store"]


SLOWEST = ("e2e", "widget", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.path.parent.name not in SLOWEST)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """Keys of its own for names and contacts."""
    own = Keyring(None, tmp_path / "contact.key")
    monkeypatch.setattr(sealed, "keyring", lambda: own)
    return own


@pytest.fixture
async def database(tmp_path: Path, keys: Keyring) -> AsyncIterator[Database]:
    """An empty database of its own, with the tables that the migrations make."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    empty.make(url)
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as always but with less work: in production each takes a tenth of a second."""
    monkeypatch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def heart(database: Database) -> Heart:
    """The heart on the empty database."""
    return Heart(database, Notifier())
