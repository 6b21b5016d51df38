"""The database: one engine for the process, sessions as transactions, the base class of all tables."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import asyncpg
from sqlalchemy import JSON, DateTime, MetaData, event
from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert
from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from api import sqlite


class DatabaseAway(Exception):
    """PostgreSQL cannot be reached, the connection broke, or it has no room."""


# What is raised when the database does not answer now (locked, restarting, out of connections); it may later.
DATABASE_AWAY = (DatabaseAway, InterfaceError, OperationalError, PoolTimeout)
# PostgreSQL's classes of errors that are its own: connection, resources (a full disk), operator, system.
AWAY_STATES = ("08", "53", "57", "58")
# A server that is gone without a word must be noticed before a lease runs out.
POSTGRESQL = {"timeout": 5, "command_timeout": 15}

type Line = AbstractAsyncContextManager[object]

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone was given to the database.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(AsyncAttrs, DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class Database:
    """An engine with its session factory. `transaction()` is the only way in."""

    def __init__(self, url: str) -> None:
        # Errors must not carry what a pupil wrote, hence no parameters in them.
        is_sqlite = url.startswith("sqlite")
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_pre_ping=not is_sqlite,
            hide_parameters=True,
            connect_args={"async_creator_fn": sqlite.connect}
            if is_sqlite
            else {"async_creator_fn": _connect_postgresql, **POSTGRESQL},
        )
        if is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        self._sessions = {
            (read_only, quick): async_sessionmaker(
                self.engine.execution_options(read_only=read_only, quick=quick),
                expire_on_commit=False,
                info={Database: self},
            )
            for read_only in (False, True)
            for quick in (False, True)
        }
        # SQLite lets one write at a time; waiting in line here is fair, its own waiting is a lottery with long losers.
        # Of those that are not urgent only the first stands in that line, so that an urgent one finds it short.
        self._line: Line = asyncio.Lock() if is_sqlite else nullcontext()
        self._not_urgent: Line = asyncio.Lock() if is_sqlite else nullcontext()

    @asynccontextmanager
    async def transaction(
        self, *, read_only: bool = False, urgent: bool = False, quick: bool = False
    ) -> AsyncGenerator[AsyncSession]:
        """A session whose changes are committed at the end of the block, or rolled back when it raises.

        `read_only` lets SQLite take no write lock at the start, `urgent` lets a write go before others that wait: for
        what somebody outside waits for. `quick` lets SQLite work without a thread: for the few rows of one talk, found
        by their keys, while a pupil waits. Raises one of DATABASE_AWAY when there is no database.
        """
        async with (
            nullcontext() if read_only or urgent else self._not_urgent,
            nullcontext() if read_only else self._line,
            _noticed(),
            self._sessions[read_only, quick]() as session,
            session.begin(),
        ):
            yield session

    async def scrub(self) -> bool:
        """After an erasure: have SQLite drop the erased text from its write-ahead log, too. Elsewhere nothing to do.

        False when another connection reads for so long that SQLite cannot do so now.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        async with self._line, self.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert isinstance(raw, sqlite.Connection)  # noqa: S101 - says to the checker which driver this is
            return await sqlite.scrub(raw)

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


@asynccontextmanager
async def _noticed() -> AsyncGenerator[None]:
    """Call it by its name when the connection breaks within the block: drivers have many names for that."""
    try:
        yield
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        is_away = error.connection_invalidated or state.startswith(AWAY_STATES)
        if is_away and not isinstance(error, DATABASE_AWAY):
            raise DatabaseAway(type(error).__name__) from error
        raise


async def _connect_postgresql(*arguments: Any, **options: Any) -> Any:
    try:
        return await asyncpg.connect(*arguments, **options)
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseAway(type(error).__name__) from error


def database_of(session: AsyncSession) -> Database:
    """The database in which the session's transaction is."""
    return cast(Database, session.info[Database])


def insert_into(session: AsyncSession, table: type[Base]) -> SQLiteInsert | PostgreSQLInsert:
    """An insertion that can say what to do about a row that is there already (`on_conflict_…`)."""
    kind = PostgreSQLInsert if session.get_bind().dialect.name == "postgresql" else SQLiteInsert
    return kind(table)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    connection.connection.driver_connection.is_quick = options.get("quick", False)
    # IMMEDIATE: a transaction that reads and then writes would otherwise fail with "database is locked".
    connection.exec_driver_sql("BEGIN" if options.get("read_only", False) else "BEGIN IMMEDIATE")
