"""Two API processes side by side, on SQLite and on PostgreSQL: still each message once, each line once."""

import asyncio

import pytest
from sqlalchemy import select

from api.channels.messenger.courier import Courier
from api.channels.messenger.models import Thread, Update
from api.channels.messenger.processor import Processor
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database
from api.privacy import erasure
from tests.messenger.conftest import Rig
from tests.messenger.processes import FakeGraph, message


@pytest.fixture
def heart(store: Database) -> Heart:
    """The heart on either kind of database."""
    return Heart(store, Notifier())


async def test_two_processes_take_each_message_once_and_in_order(rig: Rig) -> None:
    other = Processor(rig.processor._means)
    given = [message(psid, f"{number}", 1000 + number) for psid in ("7", "8", "9") for number in range(8)]
    await asyncio.gather(*(rig.arrive(*part) for part in (given[::2], given[1::2], given, given[::-1])))
    await asyncio.gather(rig.process(), rig.process(), other.round(), other.round())
    await rig.process()
    for psid in ("7", "8", "9"):
        assert await rig.said(psid) == [f"{number}" for number in range(8)]
    async with rig.heart.database.transaction(read_only=True) as session:
        assert len(list(await session.scalars(select(Thread)))) == 3
        assert {(one.waiting, one.body) for one in await session.scalars(select(Update))} == {(False, None)}


async def test_two_processes_send_each_line_once_and_in_order(rig: Rig, meta: FakeGraph) -> None:
    other = Courier(rig.heart, rig.graph, rig.configuration, rig.clock)
    meta.heard("7")
    await rig.arrive(message("7", "hej"))
    await rig.process()
    await rig.answer("7", *(f"Wiersz {number}." for number in range(6)))
    for _ in range(4):
        await asyncio.gather(rig.courier.round(), other.round())
        await asyncio.gather(rig.courier.idle(), other.idle())
    assert meta.texts("7")[1:] == [f"Wiersz {number}." for number in range(6)]
    await other.stop()


async def test_a_look_into_the_thread_and_an_erasure(rig: Rig, meta: FakeGraph) -> None:
    meta.heard("7")
    meta.tell(next_sends=[{"code": 2, "status": 500, "echo": False}])
    await rig.arrive(message("7", "hej"))
    await rig.process()
    await rig.send()
    rig.wait(seconds=61)
    await rig.send()
    assert [line.state for line in await rig.lines()] == ["sent"]
    assert len(meta.texts("7")) == 1
    talk = (await rig.thread("7")).conversation_id
    await erasure.erase(rig.heart.database, rig.processor._means.rasa, talk)
    assert await rig.lines() == []
    rig.wait(minutes=2)
    await rig.send()
    assert len(meta.texts("7")) == 1
