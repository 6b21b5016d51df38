"""The catalogue editor over HTTP: forms, the pupil's card, history, files; all of it without a script."""

import asyncio
import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api import sheets
from api.accounts.models import AuditEntry
from api.accounts.roles import Role
from api.appointments.models import Appointment
from api.catalogue import editing, loader, service
from api.catalogue.kinds import CourseType
from api.conversations import service as conversations
from api.person import AgeGroup
from api.settings import ROOT
from api.signups import service as signups
from api.signups.models import Kind, Status
from api.signups.service import Applicant, Target
from tests import empty
from tests.console.conftest import HTML, Hire, Worker

HOME = "/console/catalogue"
COURSE = {
    "name_pl": "Druk 3D",
    "name_en": "3D printing",
    "aliases_pl": "drukowanie przestrzenne",
    "kind": "competence_course",
    "industries": ["mechanical"],
    "status": "unverified",
    "source.title": "CKZ",
    "display": "ok",
}

assert Appointment


@pytest.fixture
def new_database() -> Callable[[str], None]:
    """The application begins with the shipped catalogue."""
    return empty.with_catalogue


@pytest.fixture
async def ewa(hire: Hire) -> Worker:
    """A coordinator."""
    return await hire("Ewa", Role.COORDINATOR)


async def filled(ewa: Worker, path: str) -> dict[str, Any]:
    """What the form of a page has in its fields, as a browser would send it back."""
    page = (await ewa.get(path)).text.split('<form method="post" class="card"')[1].split("</form>")[0]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        known = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if known.get("type") == "checkbox":
            if " checked" in tag:
                fields.setdefault(known["name"], []).append(html.unescape(known["value"]))
        elif known.get("name"):
            fields[known["name"]] = html.unescape(known.get("value", ""))
    for name, words in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', page):
        fields[name] = html.unescape(words)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = html.unescape(chosen[1]) if chosen else ""
    return {key: value for key, value in fields.items() if key != "csrf"}


async def course(app: FastAPI, id_: str) -> CourseType | None:
    """The course as pupils see it."""
    async with app.state.database.transaction(read_only=True) as session:
        return (await service.snapshot(session)).find(CourseType, id_)


async def audited(app: FastAPI, action: str) -> list[dict[str, Any]]:
    """The details of the audit log's entries of this kind."""
    async with app.state.database.transaction(read_only=True) as session:
        return list(await session.scalars(select(AuditEntry.detail).where(AuditEntry.action == action)))


async def upload(ewa: Worker, kind: str, data: bytes, **fields: str) -> httpx.Response:
    """Send a file."""
    return await ewa.client.post(
        f"{HOME}/{kind}/import", data={"csrf": ewa.csrf, **fields}, files={"file": ("x.csv", data)}, headers=HTML
    )


@pytest.mark.parametrize("kind", editing.EDITABLE)
async def test_every_record_of_every_kind_opens_and_saving_it_changes_nothing(
    app: FastAPI, ewa: Worker, kind: str
) -> None:
    assert (await ewa.get(f"{HOME}?kind={kind}")).status_code == 200
    async with app.state.database.transaction(read_only=True) as session:
        stored = [one for one in await editing.listing(session, kind) if not one.demo][:3]
    for one in stored:
        path = f"{HOME}/{kind}/records/{one.id}"
        assert (await ewa.post(path, **await filled(ewa, path))).status_code == 303, one.id
    async with app.state.database.transaction(read_only=True) as session:
        for one in stored:
            assert await editing.find(session, kind, one.id) == one


async def test_a_new_course_is_previewed_saved_and_in_the_catalogue_at_once(app: FastAPI, ewa: Worker) -> None:
    form = {**await filled(ewa, f"{HOME}/course_types/new"), **COURSE}
    shown = await ewa.post(f"{HOME}/course_types/new", **form, do="preview")
    assert "To jeszcze nie jest zapisane" in shown.text
    assert re.search(r'<article[^>]*lang="en".*3D printing', shown.text, re.DOTALL)
    assert await course(app, "druk-3d") is None
    saved = await ewa.post(f"{HOME}/course_types/new", **form, do="save")
    assert saved.headers["location"] == f"{HOME}/course_types/records/druk-3d?saved=1"
    assert "Zapisane" in (await ewa.get(saved.headers["location"])).text
    assert (await course(app, "druk-3d")).aliases_pl == ("drukowanie przestrzenne",)  # type: ignore[union-attr]
    (detail,) = await audited(app, "added_to_catalogue")
    assert detail["record"] == "druk-3d"
    assert "druk-3d" in (await ewa.get(f"{HOME}?q=przestrzenne")).text


async def test_a_mistake_is_explained_at_its_field_in_both_languages(app: FastAPI, ewa: Worker) -> None:
    form = {**COURSE, "min_age": "dużo", "source.title": ""}
    wrong = await ewa.post(f"{HOME}/course_types/new", **form)
    assert wrong.status_code == 422
    assert "„dużo” nie jest liczbą całkowitą" in wrong.text
    assert re.search(r'id="f-min_age"[^>]*value="dużo"[^>]*aria-invalid="true"[^>]*aria-describedby', wrong.text)
    assert 'href="#f-min_age"' in wrong.text
    ewa.client.cookies.set("console_language", "en", path="/console")
    assert "is not a whole number" in html.unescape((await ewa.post(f"{HOME}/course_types/new", **form)).text)
    assert await course(app, "druk-3d") is None


async def test_a_record_on_hold_is_gone_for_pupils_until_it_is_confirmed(app: FastAPI, ewa: Worker) -> None:
    path = f"{HOME}/course_types/records/cnc"
    await ewa.post(path, **{**await filled(ewa, path), "display": "hold"})
    assert await course(app, "cnc") is None
    assert "wstrzymany" in (await ewa.get(path)).text
    await ewa.post(path, **{**await filled(ewa, path), "display": "ok"})
    assert await course(app, "cnc") is not None


async def test_of_two_coordinators_the_slower_one_is_told_and_loses_nothing(
    app: FastAPI, ewa: Worker, hire: Hire
) -> None:
    jan, path = await hire("Jan", Role.COORDINATOR), f"{HOME}/course_types/records/cnc"
    hers, his = await filled(ewa, path), await filled(jan, path)
    await ewa.post(path, **{**hers, "name_en": "By Ewa"})
    late = await jan.post(path, **{**his, "name_en": "By Jan"})
    assert late.status_code == 409
    assert "Ktoś zmienił ten wpis" in late.text
    assert 'value="By Jan"' in late.text
    assert (await course(app, "cnc")).name_en == "By Ewa"  # type: ignore[union-attr]


async def test_the_history_tells_who_changed_what_and_undoes_it(app: FastAPI, ewa: Worker) -> None:
    path = f"{HOME}/course_types/records/cnc"
    before = (await course(app, "cnc")).name_en  # type: ignore[union-attr]
    await ewa.post(path, **{**await filled(ewa, path), "name_en": "<b>New</b>"})
    page = (await ewa.get(f"{path}/history")).text
    assert "Ewa: zmiana" in page
    assert "&lt;b&gt;New&lt;/b&gt;" in page
    change = re.search(r'name="change" value="(\d+)"', page)
    assert change
    assert (await ewa.post(f"{path}/undo", change=change[1])).status_code == 303
    assert (await course(app, "cnc")).name_en == before  # type: ignore[union-attr]
    assert "cofnięcie" in (await ewa.get(f"{path}/history")).text


async def test_a_date_is_added_to_a_course_and_more_seats_reach_who_waits(app: FastAPI, ewa: Worker) -> None:
    new = f"{HOME}/editions/new?course_id=cnc"
    form = {**await filled(ewa, new), "starts_on": "2027-01-09", "seats": "1"}
    saved = await ewa.post(f"{HOME}/editions/new", **form)
    path = saved.headers["location"].partition("?")[0]
    id_ = path.rpartition("/")[2]
    assert "9 sty 2027" in (await ewa.get(f"{HOME}/course_types/records/cnc")).text
    for _ in range(2):
        await sign_up(app, Target(Kind.EDITION, id_, "CNC"))
    assert await statuses(app) == [Status.NEW, Status.WAITING]
    refused = await ewa.post(f"{path}/remove")
    assert refused.status_code == 409
    assert "ktoś jest zapisany" in refused.text
    await ewa.post(path, **{**await filled(ewa, path), "seats": "2"})
    assert await statuses(app) == [Status.NEW, Status.NEW]


async def test_a_date_that_nobody_wants_yet_is_removed(app: FastAPI, ewa: Worker) -> None:
    saved = await ewa.post(f"{HOME}/editions/new", course_id="cnc", starts_on="2027-01-09")
    path = saved.headers["location"].partition("?")[0]
    gone = await ewa.post(f"{path}/remove")
    assert gone.headers["location"] == f"{HOME}/course_types/records/cnc"
    assert (await ewa.get(path)).status_code == 404
    assert "Przywróć" in (await ewa.get(f"{path}/history")).text


@pytest.mark.parametrize("form", sheets.FORMATS)
async def test_a_file_is_looked_through_then_kept_whole(app: FastAPI, ewa: Worker, form: str) -> None:
    answer = await ewa.get(f"{HOME}/course_types/export.{form}")
    assert answer.headers["content-type"] == sheets.FORMATS[form]
    table = sheets.read(answer.content)
    rows = [row.cells for row in table.rows]
    next(row for row in rows if row["id"] == "cnc")["name_en"] = "From a file"
    data = sheets.write(form, table.columns, [*rows, {"id": "", **COURSE, "industries": "mechanical"}])
    checked = await upload(ewa, "course_types", data, do="check")
    assert "Nowe wpisy: 1. Zmienione wpisy: 1." in checked.text
    assert (await course(app, "cnc")).name_en != "From a file"  # type: ignore[union-attr]
    kept = re.search(r'name="data" value="([^"]+)"', checked.text)
    assert kept
    assert (await ewa.post(f"{HOME}/course_types/import", data=kept[1], do="apply")).status_code == 303
    assert (await course(app, "cnc")).name_en == "From a file"  # type: ignore[union-attr]
    assert await course(app, "druk-3d") is not None
    assert (await audited(app, "imported_catalogue"))[0]["records"] == ["druk-3d", "cnc"]
    again = await ewa.post(f"{HOME}/course_types/import", data=kept[1], do="apply")
    assert again.status_code == 422
    assert "Ktoś zmienił ten wpis po pobraniu pliku" in again.text


async def test_a_file_with_a_mistake_names_row_and_column_and_changes_nothing(app: FastAPI, ewa: Worker) -> None:
    answer = await ewa.get(f"{HOME}/course_types/export.csv")
    table = sheets.read(answer.content)
    rows = [row.cells for row in table.rows]
    rows[0]["name_en"], rows[1]["min_age"] = "Changed", "sto"
    wrong = await upload(ewa, "course_types", sheets.write("csv", table.columns, rows), do="apply")
    assert wrong.status_code == 422
    assert re.search(r"<td>3</td><td>min_age \(Od ilu lat\)</td><td>„sto” nie jest liczbą", wrong.text)
    assert "W pliku jest 1 błąd" in wrong.text
    assert (await course(app, rows[0]["id"])).name_en != "Changed"  # type: ignore[union-attr]


async def test_a_file_takes_dates_away_but_none_that_somebody_wants(app: FastAPI, ewa: Worker) -> None:
    paths = []
    for day in ("2027-01-09", "2027-02-09"):
        saved = await ewa.post(f"{HOME}/editions/new", course_id="cnc", starts_on=day)
        paths.append(saved.headers["location"].partition("?")[0])
    wanted = paths[1].rpartition("/")[2]
    await sign_up(app, Target(Kind.EDITION, wanted, "CNC"))
    table = sheets.read((await ewa.get(f"{HOME}/editions/export.csv")).content)
    rows = [row.cells | {"remove": "tak"} for row in table.rows]
    data = sheets.write("csv", table.columns, rows)
    refused = await upload(ewa, "editions", data, do="apply")
    assert refused.status_code == 422
    assert re.search(r"<td>3</td><td>remove</td><td>Na ten termin są zapisy \(liczba: 1\)", refused.text)
    assert (await ewa.get(paths[0])).status_code == 200
    async with app.state.database.transaction() as session:
        (signup,) = await signups.find_all(session)
        await signups.set_status(session, signup.id, Status.WITHDRAWN)
    checked = await upload(ewa, "editions", data, do="check")
    assert "Terminy do usunięcia: 2." in checked.text
    assert checked.text.count("do usunięcia</span>") == 2
    assert (await ewa.get(paths[0])).status_code == 200
    await upload(ewa, "editions", data, do="apply")
    assert [(await ewa.get(path)).status_code for path in paths] == [404, 404]
    assert len((await audited(app, "imported_catalogue"))[0]["removed"]) == 2


@pytest.mark.parametrize("data", [b"", b"PK nonsense", b"\0\0", b"a;a\n1;1", b"x" * 800_000])
async def test_what_is_no_spreadsheet_is_told(ewa: Worker, data: bytes) -> None:
    answer = await upload(ewa, "course_types", data, do="check")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_what_is_not_edited_is_not_found(ewa: Worker) -> None:
    for path in ("legal_basis/new", "course_types/records/none", "course_types/export.pdf", "eligibility_rules/import"):
        assert (await ewa.get(f"{HOME}/{path}")).status_code == 404, path


async def test_a_restart_keeps_what_was_saved(app: FastAPI, ewa: Worker) -> None:
    path = f"{HOME}/course_types/records/cnc"
    await ewa.post(path, **{**await filled(ewa, path), "name_en": "Kept"})
    assert await loader.load(app.state.database, ROOT / "data" / "catalogue") == 0
    assert (await course(app, "cnc")).name_en == "Kept"  # type: ignore[union-attr]


async def sign_up(app: FastAPI, target: Target, school: str = "ZSM 1") -> str:
    """A pupil who signs up; the conversation's id."""
    talk, _ = await conversations.open_conversation(app.state.heart, "web", "pl")
    who = Applicant("Ola", school, "2b", "600 700 800", AgeGroup.FROM_16_TO_17, False, "pl")
    async with app.state.database.transaction() as session:
        await signups.apply(session, talk.id, target, who)
    await asyncio.sleep(0)
    return talk.id


async def statuses(app: FastAPI) -> list[str]:
    """The status of each sign-up, in their order."""
    async with app.state.database.transaction(read_only=True) as session:
        return [one.status for one in await signups.find_all(session)]
