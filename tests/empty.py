"""Databases with all tables and no rows: the migrations make one, as in production, and each test gets a copy of it."""

import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from api import migrate


def make(url: str) -> None:
    """Make the SQLite file of this address."""
    path = Path(str(make_url(url).database))
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_migrated(), path)


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "empty.db"
    # In a thread: where this is called an event loop may be running, and the migrations run one of their own.
    with ThreadPoolExecutor() as apart:
        apart.submit(migrate.upgrade, f"sqlite+aiosqlite:///{file}").result()
    return file
