"""Run by Alembic: connects with the address that `api.migrate` gives and applies the revisions."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from api.database import Base, Database, UTCDateTime
from api.sealed import Sealed
from api.tables import ALL_TABLES

assert ALL_TABLES  # noqa: S101 - imported so that the metadata knows every table


def _item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Revisions name plain SQLAlchemy types, so that they stay valid when our code changes."""
    plain = {UTCDateTime: "sa.DateTime()", Sealed: "sa.Text()"}
    return plain.get(type(item), False) if kind == "type" else False


def _apply(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Several processes may start at once; one of them migrates, the others find it done.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260001)")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=_item)
    with context.begin_transaction():
        context.run_migrations()


async def _run() -> None:
    database = Database(str(context.config.get_main_option("sqlalchemy.url")))
    async with database.engine.begin() as connection:
        await connection.run_sync(_apply)
    await database.close()


asyncio.run(_run())
