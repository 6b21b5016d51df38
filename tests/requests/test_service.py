"""Requests to staff: taken once, with a contact and consent, erased with the conversation."""

from typing import Any

import pytest

from api.database import Database
from api.errors import Invalid, NotFound
from api.person import AgeGroup
from api.requests import service
from api.requests.models import Kind, Request, Status
from tests.stores import conversation


async def ask(database: Database, talk: str, kind: Kind = Kind.PREVENTION_CLASS, **changes: Any) -> Request:
    """A teacher asks for a class."""
    given: dict[str, Any] = {
        "school": "ZSM nr 3",
        "grade": "2b",
        "topic": "hejt w internecie",
        "contact": "szkola@example.com",
        "age_group": AgeGroup.ADULT,
        "parent_agreed": False,
        "language": "pl",
    }
    async with database.transaction() as session:
        return await service.ask(session, talk, kind, **given | changes)


async def test_the_same_class_again_is_one_request_and_another_class_another(database: Database) -> None:
    talk = await conversation(database)
    first = await ask(database, talk)
    again = await ask(database, talk, school="zsm  NR 3", topic="równość")
    other = await ask(database, talk, grade="3a")
    assert first.code == again.code != other.code
    async with database.transaction(read_only=True) as session:
        found = await service.find_all(session, kind=Kind.PREVENTION_CLASS, status=Status.NEW)
    assert [(request.grade, request.topic) for request in found] == [("2b", "równość"), ("3a", "hejt w internecie")]


async def test_a_wish_for_a_meeting_needs_a_contact_only(database: Database) -> None:
    request = await ask(database, await conversation(database), Kind.MEETING, school=None, grade=None, topic=None)
    assert request.contact == "szkola@example.com"


@pytest.mark.parametrize("field", ["school", "grade", "topic", "contact"])
async def test_a_request_for_a_class_without_a_datum_is_refused(database: Database, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await ask(database, await conversation(database), **{field: " "})
    assert refused.value.field == field


async def test_staff_note_how_far_they_are(database: Database) -> None:
    request = await ask(database, await conversation(database))
    async with database.transaction() as session:
        await service.set_status(session, request.id, Status.DONE)
        assert not await service.find_all(session, status=Status.NEW)
        with pytest.raises(NotFound):
            await service.set_status(session, 999, Status.DONE)


async def test_a_request_is_taken_back_by_its_own_conversation_and_can_be_made_again(database: Database) -> None:
    talk, other = await conversation(database), await conversation(database)
    request = await ask(database, talk)
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await service.withdraw(session, other, request.code)
        await service.withdraw(session, talk, request.code)
        assert not await service.mine(session, talk)
        assert [one.code for one in await service.find_all(session, status=Status.WITHDRAWN)] == [request.code]
    await ask(database, talk)
    async with database.transaction(read_only=True) as session:
        assert [one.status for one in await service.mine(session, talk)] == [Status.NEW]


async def test_requests_go_with_their_conversation(database: Database) -> None:
    request = await ask(database, await conversation(database))
    async with database.transaction() as session:
        await service.erase(session, request.conversation_id)
        assert not await service.find_all(session)
    with pytest.raises(NotFound):
        await ask(database, "no-such-conversation")
