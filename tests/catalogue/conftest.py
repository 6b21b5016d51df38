"""The facts of the repository with interests of their own, loaded into a database of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.catalogue import loader, service
from api.catalogue.view import Catalogue, build
from api.database import Database
from tests.catalogue.samples import EXAMPLE, REAL, TODAY, created, write_facts


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the facts as they are, and interests that these tests know."""
    return write_facts(tmp_path_factory.mktemp("facts") / "catalogue")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database of its own."""
    opened = await created(tmp_path / "test.db")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def filled(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all facts and the demonstration editions, loaded on TODAY."""
    file = tmp_path_factory.mktemp("filled") / "filled.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "today", lambda: TODAY)
        asyncio.run(_fill(file, facts))
    return file


async def _fill(file: Path, facts: Path) -> None:
    database = await created(file)
    await loader.load(database, facts)
    await database.close()


@pytest.fixture
async def loaded(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A full database of its own, on TODAY."""
    monkeypatch.setattr(service, "today", lambda: TODAY)
    shutil.copy(filled, tmp_path / "loaded.db")
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'loaded.db'}")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def catalogue(facts: Path) -> Catalogue:
    """The catalogue of all facts, with one example edition and one of the staff."""
    rows = [(row.kind, row.body) for row in loader.read(facts)]
    return build(1, rows, [EXAMPLE, REAL])
