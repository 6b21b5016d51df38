"""The same test on SQLite and on PostgreSQL: what must hold when many write at once."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api import migrate
from api.conversations import service
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database, now
from api.sealed import Keyring
from tests import empty, postgres
from tests.needs import missing


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """A PostgreSQL server for the whole run."""
    if not postgres.is_here():
        missing("PostgreSQL's programs are not here: apt-get install postgresql")
    with postgres.server() as address:
        # In a thread: whoever asks first may have an event loop running.
        with ThreadPoolExecutor() as apart:
            apart.submit(_migrate, address).result()
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, keys: Keyring) -> AsyncIterator[Database]:
    """An empty database of either kind, made by the migrations."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
        empty.make(url)
    else:
        url = await _copy(request.getfixturevalue("postgres_address"))
    opened = Database(url)
    yield opened
    await opened.close()


def _migrate(server: str) -> None:
    asyncio.run(_create(server, "migrated"))
    migrate.upgrade(_address(server, "migrated"))


async def _copy(server: str) -> str:
    """The address of a database with all tables and no rows."""
    name = f"t{uuid.uuid4().hex}"
    await _create(server, f"{name} TEMPLATE migrated")
    return _address(server, name)


async def _create(server: str, what: str) -> None:
    administrator = Database(server)
    async with administrator.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql(f"CREATE DATABASE {what}")
    await administrator.close()


def _address(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


async def conversation(database: Database) -> str:
    """The id of a new conversation."""
    opened, _ = await service.open_conversation(Heart(database, Notifier()), "web", "pl")
    assert opened.created_at <= now()
    return opened.id
