"""Writers of one process wait in line; an urgent one finds it short, and nobody waits for ever."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import text

from api.database import Database


def writer(database: Database, done: list[str]) -> Callable[[str, bool], Awaitable[None]]:
    """A write that takes a moment and notes its name when it is done."""

    async def write(name: str, urgent: bool) -> None:
        async with database.transaction(urgent=urgent) as session:
            await session.execute(text("SELECT 1"))
            await asyncio.sleep(0.001)
            done.append(name)

    return write


async def test_an_urgent_write_waits_for_two_others_at_most(database: Database) -> None:
    done: list[str] = []
    write = writer(database, done)
    others = [asyncio.create_task(write(f"{number}", False)) for number in range(20)]
    await others[0]
    started = len(done)
    await write("urgent", True)
    assert done.index("urgent") <= started + 2
    await asyncio.gather(*others)
    assert [name for name in done if name != "urgent"] == [f"{number}" for number in range(20)]


async def test_the_others_get_their_turn_between_urgent_writes(database: Database) -> None:
    done: list[str] = []
    write = writer(database, done)

    async def always() -> None:
        while True:
            await write("urgent", True)

    crowd = [asyncio.create_task(always()) for _ in range(3)]
    await asyncio.gather(*(write(f"{number}", False) for number in range(5)))
    for one in crowd:
        one.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    assert [name for name in done if name != "urgent"] == [f"{number}" for number in range(5)]


async def test_two_writes_never_overlap(database: Database) -> None:
    inside = most = 0

    async def write(urgent: bool) -> None:
        nonlocal inside, most
        async with database.transaction(urgent=urgent):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(write(number % 3 == 0) for number in range(30)))
    assert most == 1
