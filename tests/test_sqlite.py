"""SQLite without threads: who waits for whom, and what becomes of work that is cancelled."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api import sqlite
from api.database import Database

# Has no end: a test that waits for it instead of ending it never ends, either.
LONG = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
async def database(file: Path) -> AsyncGenerator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{file}")
    async with opened.transaction() as session:
        await session.execute(text("CREATE TABLE t (i INTEGER)"))
    yield opened
    await opened.close()


async def count(database: Database) -> int:
    async with database.transaction(read_only=True, quick=True) as session:
        return int(await session.scalar(text("SELECT count(*) FROM t")) or 0)


async def where(database: Database, quick: bool) -> set[int]:
    """The threads in which the statements of a transaction run."""
    seen: set[int] = set()
    async with database.transaction(read_only=True, quick=quick) as session:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        assert isinstance(raw, sqlite.Connection)
        await raw.call(lambda: seen.add(threading.get_ident()))
    return seen


async def test_only_a_quick_transaction_works_in_the_callers_thread(database: Database) -> None:
    here = {threading.get_ident()}
    assert await where(database, quick=True) == here
    # One connection after the other serves both kinds.
    assert await where(database, quick=False) != here
    assert await where(database, quick=True) == here


@pytest.mark.parametrize("quick", [False, True])
async def test_a_write_waits_for_another_process_and_keeps_nobody_waiting(
    database: Database, file: Path, quick: bool
) -> None:
    async def write() -> None:
        async with database.transaction(quick=quick) as session:
            await session.execute(text("INSERT INTO t VALUES (1)"))

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(write())
        for _ in range(20):
            await asyncio.sleep(0.001)
            assert await count(database) == 0
        assert not task.done()
        other.execute("ROLLBACK")
        await task
    assert await count(database) == 1


async def test_who_waits_too_long_is_told_so(database: Database, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            async with database.transaction(quick=True) as session:
                await session.execute(text("INSERT INTO t VALUES (1)"))
    async with database.transaction(quick=True) as session:
        await session.execute(text("INSERT INTO t VALUES (2)"))
    assert await count(database) == 1


async def test_a_long_statement_keeps_no_quick_one_waiting(database: Database) -> None:
    async def long() -> None:
        async with database.transaction(read_only=True) as session:
            await session.execute(LONG)

    task = asyncio.create_task(long())
    for _ in range(20):
        await asyncio.sleep(0.001)
        assert await count(database) == 0
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("quick", [False, True])
async def test_what_is_cancelled_or_fails_leaves_nothing_behind(database: Database, quick: bool) -> None:
    class Failed(Exception):
        pass

    async def write(pause: float) -> None:
        async with database.transaction(quick=quick) as session:
            await session.execute(text("INSERT INTO t VALUES (1)"))
            await asyncio.sleep(pause)
            raise Failed

    with pytest.raises(Failed):
        await write(0)
    task = asyncio.create_task(write(60))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(database) == 0
    async with database.transaction(quick=quick) as session:
        await session.execute(text("INSERT INTO t VALUES (:i)"), [{"i": i} for i in range(3)])
    assert await count(database) == 3


async def test_a_log_that_is_read_is_emptied_later(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM t").fetchall()
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO t VALUES (1)"))
        assert not await database.scrub()
        other.execute("ROLLBACK")
    assert await database.scrub()
    assert not file.with_name("some.db-wal").stat().st_size
