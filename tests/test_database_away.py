"""However PostgreSQL goes away, it is called by one name, and the next transaction works again."""

from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from api.database import DATABASE_AWAY, Database
from tests import postgres
from tests.needs import missing


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_server_that_restarts_is_away_for_a_while(mode: str) -> None:
    if not postgres.is_here():
        missing("PostgreSQL's programs are not here: apt-get install postgresql")
    with postgres.running() as server:
        database = Database(server.address)
        async with database.transaction() as session:
            await session.execute(sql("SELECT 1"))
        with pytest.raises(DATABASE_AWAY):
            await _stop_within_a_transaction(database, server, mode)
        with pytest.raises(DATABASE_AWAY):
            async with database.transaction() as session:
                await session.execute(sql("SELECT 1"))
        server.start()
        async with database.transaction() as session:
            assert await session.scalar(sql("SELECT 1")) == 1
        await database.close()


async def _stop_within_a_transaction(database: Database, server: postgres.Server, mode: str) -> None:
    async with database.transaction() as session:
        await session.execute(sql("SELECT 1"))
        server.stop(mode)
        await session.execute(sql("SELECT 1"))


async def test_a_server_that_was_never_there_is_away(tmp_path: Path) -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DATABASE_AWAY):
        async with database.transaction() as session:
            await session.execute(sql("SELECT 1"))
    await database.close()


@pytest.mark.parametrize("state", ["53100", "53300", "57014", "58030"])
async def test_a_server_that_cannot_go_on_is_away_and_a_mistake_of_ours_is_not(state: str) -> None:
    if not postgres.is_here():
        missing("PostgreSQL's programs are not here: apt-get install postgresql")
    with postgres.running() as server:
        database = Database(server.address)
        for given, expected in ((state, DATABASE_AWAY), ("22012", DBAPIError)):
            with pytest.raises(expected) as raised:
                async with database.transaction() as session:
                    await session.execute(sql(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{given}'; END $$"))
            assert isinstance(raised.value, DATABASE_AWAY) == (given == state)
        await database.close()
