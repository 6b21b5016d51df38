"""Sign-ups, requests and appointments over HTTP: what is shown to whom, status, files, and that every look is noted."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from api import sheets
from api.accounts.roles import Role
from api.appointments import service as appointments
from api.appointments.models import Mode
from api.catalogue import editing, loader
from api.catalogue.editing import EDITIONS, Editor
from api.console.pages import ZONE
from api.conversations import repository
from api.conversations import service as conversations
from api.database import now
from api.person import AgeGroup
from api.requests import service as requests
from api.requests.models import Kind as Asked
from api.settings import ROOT
from api.signups.models import Kind, Status
from api.signups.service import Target
from tests.console.conftest import Hire, Worker
from tests.console.test_catalogue_editor import audited, sign_up, statuses

CONTACT = "600 700 800"


@pytest.fixture
async def ewa(hire: Hire) -> Worker:
    """A coordinator."""
    return await hire("Ewa", Role.COORDINATOR)


async def request_class(app: FastAPI) -> None:
    """A teacher who asks for a prevention class."""
    talk, _ = await conversations.open_conversation(app.state.heart, "web", "pl")
    async with app.state.database.transaction() as session:
        await requests.ask(
            session, talk.id, Asked.PREVENTION_CLASS, contact="pani@szkola.pl", age_group=AgeGroup.ADULT,
            parent_agreed=False, language="pl", school="ZSE 1", grade="3a", topic="hejt w sieci",
        )  # fmt: skip


async def offered(app: FastAPI, counsellor: str, days: int = 3) -> int:
    """The id of a time on offer."""
    async with app.state.database.transaction() as session:
        slot = await appointments.offer(
            session, starts_at=now() + timedelta(days=days), minutes=45, mode=Mode.ONLINE, counsellor=counsellor
        )
    return slot.id


async def booked(app: FastAPI, slot: int) -> str:
    """A pupil who has booked the time; the conversation's id."""
    talk, _ = await conversations.open_conversation(app.state.heart, "web", "en")
    async with app.state.database.transaction() as session:
        await appointments.book(
            session, talk.id, slot, first_name="Olek", contact=CONTACT, age_group=AgeGroup.ADULT, parent_agreed=False,
            language="en",
        )  # fmt: skip
    return talk.id


async def test_a_coordinator_sees_contacts_and_each_look_is_noted(app: FastAPI, ewa: Worker) -> None:
    await sign_up(app, Target(Kind.COURSE, "cnc", "CNC <b>"))
    page = (await ewa.get("/console/sign-ups")).text
    assert CONTACT in page
    assert "CNC &lt;b&gt;" in page
    assert "potrzebna zgoda rodzica" in page
    (code,) = re.findall(r"[A-Z2-9]{3}-[A-Z2-9]{3}(?=</th>)", page)
    assert await audited(app, "looked_at_sign_ups") == [{"codes": [code]}]


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.AUDITOR, Role.ADMIN])
async def test_nobody_else_sees_them(app: FastAPI, hire: Hire, role: Role) -> None:
    await sign_up(app, Target(Kind.COURSE, "cnc", "CNC"))
    worker = await hire("Jan", role)
    for path in ("sign-ups", "sign-ups/export.csv", "requests", "requests/export.xlsx"):
        answer = await worker.get(f"/console/{path}")
        assert answer.status_code == 403
        assert CONTACT not in answer.text
    assert await audited(app, "looked_at_sign_ups") == []


async def test_the_audit_log_holds_no_contact(app: FastAPI, ewa: Worker, hire: Hire) -> None:
    await sign_up(app, Target(Kind.COURSE, "cnc", "CNC"))
    await ewa.get("/console/sign-ups")
    await ewa.get("/console/sign-ups/export.csv")
    log = (await (await hire("Adam", Role.AUDITOR)).get("/console/audit/export.csv")).text
    assert "exported_sign_ups" in log
    assert "700" not in log
    assert "Ola" not in log


async def test_sign_ups_are_confirmed_filtered_and_never_beyond_the_seats(app: FastAPI, ewa: Worker) -> None:
    await loader.load(app.state.database, ROOT / "data" / "catalogue")
    async with app.state.database.transaction() as session:
        texts = editing.empty(EDITIONS) | {"course_id": "cnc", "starts_on": "2027-01-09", "seats": "1"}
        wanted = await editing.draft(session, EDITIONS, texts, None)
        edition = (await editing.keep(session, Editor(1, "Ewa"), wanted, 0)).id
    for school in ("Pierwsza", "Druga"):
        await sign_up(app, Target(Kind.EDITION, edition, "CNC"), school)
    assert (await ewa.post("/console/sign-ups/1/status", status="confirmed", back="status=new")).headers[
        "location"
    ] == "/console/sign-ups?status=new"
    refused = await ewa.post("/console/sign-ups/2/status", status="confirmed")
    assert refused.status_code == 409
    assert "Wszystkie miejsca" in refused.text
    assert (await ewa.post("/console/sign-ups/2/status", status="waiting")).status_code == 422
    assert await statuses(app) == [Status.CONFIRMED, Status.WAITING]
    confirmed = (await ewa.get("/console/sign-ups?status=confirmed")).text
    assert "Pierwsza" in confirmed
    assert "Druga" not in confirmed
    await ewa.post("/console/sign-ups/1/status", status="declined")
    assert await statuses(app) == [Status.DECLINED, Status.NEW]
    assert [one["status"] for one in await audited(app, "set_sign_up_status")] == ["confirmed", "declined"]


@pytest.mark.parametrize("form", sheets.FORMATS)
async def test_files_of_the_lists_have_words_and_no_formulas(app: FastAPI, ewa: Worker, form: str) -> None:
    await sign_up(app, Target(Kind.COURSE, "cnc", "CNC"), school="=1+1")
    await request_class(app)
    answer = await ewa.get(f"/console/sign-ups/export.{form}")
    assert b"\n=1+1" not in answer.content
    assert b";=1+1" not in answer.content
    (row,) = sheets.read(answer.content).rows
    assert (row.cells["Stan"], row.cells["Kontakt"], row.cells["Szkoła"]) == ("nowe", CONTACT, "=1+1")
    (asked,) = sheets.read((await ewa.get(f"/console/requests/export.{form}")).content).rows
    assert (asked.cells["Temat"], asked.cells["Rodzaj"]) == ("hejt w sieci", "zajęcia profilaktyczne")
    assert (await ewa.get("/console/sign-ups/export.pdf")).status_code == 404


async def test_long_lists_have_pages(app: FastAPI, ewa: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.console.lists.ROWS", 2)
    for number in range(5):
        await sign_up(app, Target(Kind.COURSE, "cnc", "CNC"), school=f"Szkoła {number}")
    page = (await ewa.get("/console/sign-ups?page=2")).text
    assert "Strona 2 z 3" in page
    assert [one in page for one in ("Szkoła 1", "Szkoła 2", "Szkoła 3", "Szkoła 4")] == [False, True, True, False]


async def test_a_request_is_seen_and_moves_on(app: FastAPI, ewa: Worker) -> None:
    await request_class(app)
    assert "hejt w sieci" in (await ewa.get("/console/requests?kind=prevention_class")).text
    assert "hejt w sieci" not in (await ewa.get("/console/requests?kind=meeting")).text
    await ewa.post("/console/requests/1/status", status="in_progress")
    assert "hejt w sieci" in (await ewa.get("/console/requests?status=in_progress")).text
    assert (await ewa.post("/console/requests/1/status", status="lost")).status_code == 422
    assert (await audited(app, "set_request_status"))[0]["status"] == "in_progress"


async def test_a_counsellor_offers_times_and_sees_only_the_own_ones(app: FastAPI, hire: Hire, ewa: Worker) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    await booked(app, await offered(app, "Jan Inny"))
    day = (now().astimezone(ZONE) + timedelta(days=5)).date().isoformat()
    times = {"day": day, "start": "10:00", "minutes": "30", "count": "3", "mode": "in_person", "speaks": "pl"}
    wrong = await anna.post("/console/appointments", **times)
    assert wrong.status_code == 422
    assert "podaj adres" in wrong.text
    assert f'value="{day}"' in wrong.text
    made = await anna.post("/console/appointments", **times, place="ul. Szkolna 1", counsellor="Somebody Else")
    assert made.status_code == 303
    page = (await anna.get("/console/appointments")).text
    assert page.count("ul. Szkolna 1") == 3
    assert [time in page for time in ("10:00", "10:30", "11:00")] == [True] * 3
    assert "Jan Inny" not in page
    assert CONTACT not in page
    assert (await anna.post("/console/appointments", **times, place="x")).status_code == 409
    everything = (await ewa.get("/console/appointments")).text
    assert "Jan Inny" in everything
    assert CONTACT in everything
    assert (await anna.post("/console/appointments/1/withdraw")).status_code == 403


async def test_of_times_in_a_row_all_are_added_or_none(app: FastAPI, ewa: Worker) -> None:
    day = (now().astimezone(ZONE) + timedelta(days=5)).date().isoformat()
    times = {"day": day, "minutes": "30", "mode": "online", "speaks": "en", "counsellor": "Anna"}
    await ewa.post("/console/appointments", **times, start="11:00", count="1")
    assert (await ewa.post("/console/appointments", **times, start="10:00", count="4")).status_code == 409
    async with app.state.database.transaction(read_only=True) as session:
        assert len(await appointments.find_slots(session)) == 1


@pytest.mark.parametrize(
    "wrong", [{"day": "jutro"}, {"start": "25:00"}, {"minutes": "2"}, {"count": "99"}, {"mode": ""}]
)
async def test_wrong_times_are_told(ewa: Worker, wrong: dict[str, str]) -> None:
    right = {"day": "2030-01-09", "start": "10:00", "minutes": "30", "count": "1", "mode": "online", "counsellor": "A"}
    answer = await ewa.post("/console/appointments", **{**right, **wrong})
    assert answer.status_code == 422
    assert "Nic nie zostało dodane" in answer.text


async def test_a_booked_time_asks_first_and_then_tells_the_pupil(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    slot = await offered(app, "Anna")
    talk = await booked(app, slot)
    asked = await anna.post(f"/console/appointments/{slot}/withdraw")
    assert asked.status_code == 409
    assert CONTACT in asked.text
    async with app.state.database.transaction(read_only=True) as session:
        assert await appointments.booked(session, slot) is not None
    assert (await anna.post(f"/console/appointments/{slot}/withdraw", told="true")).status_code == 303
    async with app.state.database.transaction(read_only=True) as session:
        assert await appointments.booked(session, slot) is None
        events = await repository.events_after(session, talk, 0)
    last = conversations.event_json(events[-1])
    assert (last["sender"], last["language"]) == ("system", "en")
    assert "called off" in last["text"]
    assert last["buttons"]
    assert (await audited(app, "withdrew_time"))[0]["slot"] == slot


async def test_a_free_time_goes_at_once(app: FastAPI, ewa: Worker) -> None:
    slot = await offered(app, "Anna")
    assert (await ewa.post(f"/console/appointments/{slot}/withdraw")).status_code == 303
    assert "Nie ma żadnego terminu" in (await ewa.get("/console/appointments")).text
    assert (await ewa.post("/console/appointments/999/withdraw")).status_code == 404


async def test_the_file_of_appointments_has_only_what_one_may_see(app: FastAPI, hire: Hire, ewa: Worker) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    await booked(app, await offered(app, "Jan Inny"))
    await booked(app, await offered(app, "Anna", days=4))
    hers = sheets.read((await anna.get("/console/appointments/export.csv")).content)
    assert [row.cells["Doradca"] for row in hers.rows] == ["Anna"]
    assert len(sheets.read((await ewa.get("/console/appointments/export.xlsx")).content).rows) == 2
