"""SQLite for SQLAlchemy's asyncio, without a thread for each connection.

The usual driver (aiosqlite) sends every call to a thread: a hundred errands in a turn, each of which waits for Python's
lock twice. Here a quick transaction calls SQLite where it is; any other one sends its statements to a few threads, so
that a long one does not keep everybody else waiting (docs/decisions/0030).

SQLAlchemy's dialect for aiosqlite asks its driver for a connection by `async_creator_fn`; `connect` gives it one in
that driver's shape.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

# How long a statement waits for another process to end its write, and how often it looks.
BUSY_SECONDS = 10.0
LOOK_SECONDS = 0.003
# Of their own: the safety classifier must not wait for a statistic.
_THREADS = ThreadPoolExecutor(4, "sqlite")

type Row = tuple[Any, ...]


async def connect(file: str, **options: Any) -> "Connection":
    """An open connection; transactions are begun by statements only. Raises sqlite3.OperationalError."""
    given = {**options, "check_same_thread": False, "isolation_level": None, "timeout": 0}
    return Connection(sqlite3.connect(file, **given))


class Connection:
    """One connection. `is_quick`: its statements run at once, in the thread of whoever calls."""

    def __init__(self, opened: sqlite3.Connection) -> None:
        self._connection = opened
        self.is_quick = False

    async def call[T](self, work: Callable[[], T]) -> T:
        """What the work gives, done here or in a thread. Work that is cancelled is interrupted, and has ended then."""
        if self.is_quick:
            return work()
        task = asyncio.get_running_loop().run_in_executor(_THREADS, work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._connection.interrupt()
            with suppress(sqlite3.Error):
                await task
            raise

    def cursor(self) -> "Cursor":
        """A new cursor."""
        return Cursor(self, self._connection.cursor())

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        """Let SQL call a function of Python's."""
        self._connection.create_function(*arguments, **options)

    async def commit(self) -> None:
        """End the transaction."""
        await self.call(self._connection.commit)

    async def rollback(self) -> None:
        """Undo the transaction."""
        await self.call(self._connection.rollback)

    async def close(self) -> None:
        """Close it; a second time does nothing."""
        await self.call(self._connection.close)

    def stop(self) -> None:
        """Close it at once."""
        self._connection.close()


class Cursor:
    """One cursor; it fetches all rows as it executes."""

    arraysize = 1

    def __init__(self, connection: Connection, opened: sqlite3.Cursor) -> None:
        self._connection, self._cursor = connection, opened
        self._rows: list[Row] = []

    async def __aenter__(self) -> "Cursor":
        return self

    @property
    def description(self) -> Any:
        """The names of the columns, None without any."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was inserted last."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run the statement; where another process writes, as soon as it lets us. Raises sqlite3.Error."""

        def work() -> list[Row]:
            return self._cursor.execute(statement, parameters).fetchall()

        clock = asyncio.get_running_loop().time
        end = clock() + BUSY_SECONDS
        while True:
            try:
                self._rows = await self._connection.call(work)
                return
            except sqlite3.OperationalError as problem:
                # A statement that finds the database busy has done nothing.
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or clock() > end:
                    raise
            await asyncio.sleep(LOOK_SECONDS)

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run the statement with each of the parameters; within a transaction that writes. Raises sqlite3.Error."""
        await self._connection.call(lambda: self._cursor.executemany(statement, parameters))

    async def fetchall(self) -> list[Row]:
        """The rows that are left."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Let it go."""
        self._cursor.close()


async def scrub(connection: Connection) -> bool:
    """Move what the write-ahead log holds into the file, and empty it; False when somebody reads for too long."""
    connection.is_quick = False
    clock = asyncio.get_running_loop().time
    end = clock() + BUSY_SECONDS
    while True:
        cursor = connection.cursor()
        await cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((busy, _frames, _moved),) = await cursor.fetchall()
        if not busy or clock() > end:
            return not busy
        await asyncio.sleep(LOOK_SECONDS)
