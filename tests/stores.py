"""The same test on SQLite and on PostgreSQL: what must hold when many write at once."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from api import migrate
from api.conversations import service
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database, now
from api.sealed import Keyring
from tests import postgres
from tests.needs import missing


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """A PostgreSQL server for the whole run."""
    if not postgres.is_here():
        missing("PostgreSQL's programs are not here: apt-get install postgresql")
    with postgres.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, keys: Keyring) -> AsyncIterator[Database]:
    """An empty database of either kind, made by the migrations."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    else:
        server = request.getfixturevalue("postgres_address")
        name = f"t{uuid.uuid4().hex}"
        administrator = Database(server)
        async with administrator.engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.exec_driver_sql(f"CREATE DATABASE {name}")
        await administrator.close()
        url = server.replace("/postgres?", f"/{name}?")
    await asyncio.to_thread(migrate.upgrade, url)
    opened = Database(url)
    yield opened
    await opened.close()


async def conversation(database: Database) -> str:
    """The id of a new conversation."""
    opened, _ = await service.open_conversation(Heart(database, Notifier()), "web", "pl")
    assert opened.created_at <= now()
    return opened.id
