"""Databases with all tables and no rows: the migrations make one, as in production, and each test gets a copy of it."""

import asyncio
import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from api import migrate
from api.catalogue import loader
from api.database import Database
from api.settings import ROOT


def make(url: str) -> None:
    """Make the SQLite file of this address."""
    _copy(_migrated(), url)


def with_catalogue(url: str) -> None:
    """Make the SQLite file of this address, with the shipped catalogue and nothing else."""
    _copy(_with_catalogue(), url)


def _copy(file: Path, url: str) -> None:
    path = Path(str(make_url(url).database))
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, path)


# Both in a thread: where they are called an event loop may be running, and each runs one of its own.


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "empty.db"
    with ThreadPoolExecutor() as apart:
        apart.submit(migrate.upgrade, _url(file)).result()
    return file


@cache
def _with_catalogue() -> Path:
    file = _migrated().with_name("catalogue.db")
    make(_url(file))
    with ThreadPoolExecutor() as apart:
        apart.submit(asyncio.run, _load(_url(file))).result()
    return file


async def _load(url: str) -> None:
    database = Database(url)
    await loader.load(database, ROOT / "data" / "catalogue")
    await database.close()


def _url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"
