"""Appointments: a time is never given twice, one person has one at a time, nothing is lost or kept by mistake."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from api.appointments import service
from api.appointments.calendar import calendar_file
from api.appointments.cards import appointment_card, slot_card
from api.appointments.models import Appointment, AppointmentSlot, Mode, Status
from api.database import Database, now
from api.errors import Conflict, Invalid, NotFound
from api.main import app
from api.person import AgeGroup, Parent
from api.texts import LANGUAGES
from tests.stores import conversation


async def offered(database: Database, **changes: Any) -> AppointmentSlot:
    """A time the day after tomorrow, at a counsellor's of its own."""
    given: dict[str, Any] = {
        "starts_at": now().replace(microsecond=0) + timedelta(days=2),
        "minutes": 45,
        "mode": Mode.IN_PERSON,
        "place": "sala przykładowa 1",
        "counsellor": "Doradczyni A",
    }
    async with database.transaction() as session:
        return await service.offer(session, **given | changes)


async def book(database: Database, slot: AppointmentSlot, talk: str | None = None, **changes: Any) -> Appointment:
    """Book a time, in a conversation of its own unless one is given, without a contact unless one is given."""
    talk = talk or await conversation(database)
    given: dict[str, Any] = {
        "first_name": "Ola",
        "contact": None,
        "age_group": None,
        "parent_agreed": False,
        "language": "pl",
    }
    async with database.transaction() as session:
        return await service.book(session, talk, slot.id, **given | changes)


async def free(database: Database) -> list[int]:
    """The ids of the times that can be booked."""
    async with database.transaction(read_only=True) as session:
        return [slot.id for slot in await service.free(session)]


async def test_of_many_at_once_one_gets_the_time(store: Database) -> None:
    slot = await offered(store)
    talks = [await conversation(store) for _ in range(24)]
    results = await asyncio.gather(*(book(store, slot, talk) for talk in talks), return_exceptions=True)
    assert sum(isinstance(result, Appointment) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 23
    assert await free(store) == []


async def test_the_same_turn_again_gives_the_same_appointment(store: Database) -> None:
    slot = await offered(store)
    talk = await conversation(store)
    first = await book(store, slot, talk)
    again = await asyncio.gather(*(book(store, slot, talk) for _ in range(4)))
    assert {appointment.code for appointment in again} == {first.code}


async def test_one_conversation_has_one_appointment_at_a_time(database: Database) -> None:
    one, other = await offered(database), await offered(database, counsellor="Doradca B")
    talk = await conversation(database)
    await book(database, one, talk)
    with pytest.raises(service.AlreadyBooked):
        await book(database, other, talk)
    async with database.transaction() as session:
        assert await service.cancel(session, talk) is not None
        assert await service.cancel(session, talk) is None
    assert await free(database) == [one.id, other.id]
    await book(database, one, talk)
    assert await free(database) == [other.id]


async def test_a_withdrawn_time_is_gone_and_staff_learn_whom_to_tell(database: Database) -> None:
    slot = await offered(database)
    booked = await book(database, slot, contact="ola@example.com", age_group=AgeGroup.ADULT)
    async with database.transaction() as session:
        told = await service.withdraw(session, slot.id)
    assert told is not None
    assert (told.id, told.contact, told.status) == (booked.id, "ola@example.com", Status.WITHDRAWN)
    with pytest.raises(Conflict):
        await book(database, slot)
    assert await free(database) == []
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await service.withdraw(session, 999)


async def test_times_that_begin_soon_are_no_longer_shown(database: Database) -> None:
    await offered(database, starts_at=now() + timedelta(minutes=30))
    assert await free(database) == []


async def test_staff_see_times_and_appointments(database: Database) -> None:
    slot = await offered(database)
    await book(database, slot)
    async with database.transaction(read_only=True) as session:
        assert [s.id for s in await service.find_slots(session)] == [slot.id]
        (appointment,) = await service.find_all(session)
    assert (appointment.first_name, appointment.slot.counsellor) == ("Ola", "Doradczyni A")


async def test_erasing_frees_the_time(database: Database) -> None:
    slot = await offered(database)
    booked = await book(database, slot)
    async with database.transaction() as session:
        await service.erase(session, booked.conversation_id)
    assert await free(database) == [slot.id]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": now() - timedelta(days=1)}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"place": None}, "place"),
        ({"counsellor": " "}, "counsellor"),
        ({"language": "de"}, "language"),
    ],
)
async def test_impossible_times_are_refused(database: Database, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await offered(database, **changes)
    assert refused.value.field == field


async def test_a_counsellor_offers_a_moment_once(database: Database) -> None:
    slot = await offered(database)
    with pytest.raises(Conflict):
        await offered(database, starts_at=slot.starts_at)
    async with database.transaction() as session:
        await service.withdraw(session, slot.id)
    again = await offered(database, starts_at=slot.starts_at, minutes=30)
    assert (again.id, again.minutes, await free(database)) == (slot.id, 30, [slot.id])


async def test_below_16_a_contact_needs_a_parent_and_without_a_contact_no_age_is_kept(database: Database) -> None:
    slot = await offered(database)
    with pytest.raises(Invalid):
        await book(database, slot, contact="ola@example.com", age_group=AgeGroup.UNDER_16)
    booked = await book(database, slot)
    assert (booked.contact, booked.age_group, booked.parent) == (None, None, Parent.NOT_NEEDED)


async def test_the_calendar_file_reminds_and_names_nobody(database: Database) -> None:
    booked = await book(database, await offered(database), contact="ola@example.com", age_group=AgeGroup.ADULT)
    content = calendar_file(booked)
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["DTSTART"].dt == booked.slot.starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=45)
    assert "sala przykładowa 1" in event["LOCATION"]
    assert booked.code in event["DESCRIPTION"]
    assert event.walk("VALARM")[0]["TRIGGER"].dt == -timedelta(days=1)
    assert b"Ola" not in content
    assert b"ola@" not in content


async def test_the_calendar_link_opens_with_its_token_only(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    booked = await book(database, await offered(database))
    application = app()
    application.state.database = database
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        found = await client.get(appointment_card(booked, "pl", "http://api")["url"])
        assert found.status_code == 200
        assert found.headers["content-type"].startswith("text/calendar")
        assert Calendar.from_ical(found.content)["METHOD"] == "PUBLISH"
        missing = await client.get("/appointments/guessed.ics")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
        async with database.transaction() as session:
            await service.cancel(session, booked.conversation_id)
        assert Calendar.from_ical((await client.get(f"/appointments/{booked.token}.ics")).content)["METHOD"] == "CANCEL"


async def test_cards_have_the_shape_of_the_contract_in_both_languages(database: Database) -> None:
    slot = await offered(database)
    booked = await book(database, slot)
    shape = {"kind", "id", "title", "subtitle", "why", "url", "facts", "source", "buttons"}
    for language in LANGUAGES:
        for card in (slot_card(slot, language), appointment_card(booked, language, "https://host")):
            assert set(card) == shape
            assert card["kind"] == "appointment"
            assert card["source"]["title"]
            assert all(fact["label"] and fact["value"] for fact in card["facts"])
