"""The catalogue editor and the lists in a real browser: axe finds nothing, and everything works by keyboard alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from api.appointments import service as appointments
from api.appointments.models import Mode
from api.catalogue import loader
from api.conversations import service as conversations
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database, now
from api.person import AgeGroup
from api.requests import service as requests
from api.requests.models import Kind as Asked
from api.settings import ROOT
from api.signups import service as signups
from api.signups.models import Kind
from api.signups.service import Applicant, Target
from tests.console.browser.driver import Desk, Service, hire
from tests.console.browser.test_axe import check

pytestmark = pytest.mark.browser


async def fill(database: Database) -> None:
    """What pupils and the shipped files bring; Rasa, which would play the pupils' part, is away here."""
    await loader.load(database, ROOT / "data" / "catalogue")
    heart = Heart(database, Notifier())
    talks = [(await conversations.open_conversation(heart, "web", "pl"))[0].id for _ in range(3)]
    who = Applicant("Ola", "ZSM 1", "2b", "600 700 800", AgeGroup.FROM_16_TO_17, False, "pl")
    teacher = {"contact": "pani@szkola.pl", "age_group": AgeGroup.ADULT, "parent_agreed": False, "language": "pl"}
    pupil = {"first_name": "Olek", "contact": None, "age_group": None, "parent_agreed": False, "language": "pl"}
    async with database.transaction() as session:
        await signups.apply(session, talks[0], Target(Kind.COURSE, "cnc", "Obsługa obrabiarek CNC"), who)
        await requests.ask(session, talks[1], Asked.PREVENTION_CLASS, school="ZSE", grade="3a", topic="hejt", **teacher)
        for day in (2, 3):
            slot = await appointments.offer(
                session, starts_at=now() + timedelta(days=day), minutes=45, mode=Mode.ONLINE, counsellor="Anna"
            )
        await appointments.book(session, talks[2], slot.id, **pupil)


@pytest.fixture(scope="module")
def filled(service: Service) -> Service:
    """The service with a catalogue and with what pupils have left."""
    service.behind(fill)
    return service


@pytest.fixture(scope="module", params=["pl", "en"])
def ewa(request: pytest.FixtureRequest, filled: Service, chromium: Browser) -> Desk:
    """A coordinator, in one of the languages."""
    return hire(filled, chromium, f"Ewa-{request.param}", "coordinator", language=str(request.param))


def _record(desk: Desk, kind: str, id_: str) -> Page:
    return desk.open(f"/console/catalogue/{kind}/records/{id_}")


def _press(desk: Desk, value: str) -> None:
    desk.page.locator(f'button[name="do"][value="{value}"]').click()


def _wrong(desk: Desk) -> None:
    page = _record(desk, "course_types", "cnc")
    page.locator("#f-hours-min").fill("x")
    page.locator("#f-name_pl").fill("")
    page.locator("#f-name_en").fill("")
    _press(desk, "save")
    page.get_by_role("alert").wait_for()


def _preview(desk: Desk) -> None:
    page = _record(desk, "institutions", "mufo")
    page.locator("#f-display").select_option("hold")
    _press(desk, "preview")
    page.get_by_role("status").first.wait_for()


def _history(desk: Desk) -> None:
    page = _record(desk, "course_types", "barista")
    name = page.locator("#f-name_en").input_value()
    page.locator("#f-name_en").fill(f"{name} +")
    _press(desk, "save")
    page.get_by_role("status").wait_for()
    desk.open("/console/catalogue/course_types/records/barista/history")


def _file(desk: Desk, words: str) -> None:
    page = desk.open("/console/catalogue/course_types/import")
    page.locator("#file").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": words.encode()})
    _press(desk, "check")


def _file_of_dates(desk: Desk) -> None:
    page = desk.open("/console/catalogue/editions/new?course_id=cnc")
    page.locator("#f-starts_on").fill("2027-01-09")
    _press(desk, "save")
    page.get_by_role("status").wait_for()
    id_ = page.url.partition("?")[0].rpartition("/")[2]
    page = desk.open("/console/catalogue/editions/import")
    words = f"id;revision;remove\n{id_};1;tak".encode()
    page.locator("#file").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": words})
    _press(desk, "check")
    page.locator(".tag.bad").wait_for()


def _withdraw(desk: Desk) -> None:
    page = desk.open("/console/appointments")
    page.locator("li.row", has=page.locator(".tag.new")).get_by_role("button").click()
    page.get_by_role("alert").wait_for()


PAGES: dict[str, Callable[[Desk], object]] = {
    "catalogue": lambda desk: desk.open("/console/catalogue"),
    "editions": lambda desk: desk.open("/console/catalogue?kind=editions"),
    "course": lambda desk: _record(desk, "course_types", "cnc"),
    "example": lambda desk: desk.page.goto(
        desk.open("/console/catalogue?kind=editions").locator(".rows a.open").first.evaluate("one => one.href")
    ),
    "helpline": lambda desk: _record(desk, "helplines", "116111"),
    "programme-new": lambda desk: desk.open("/console/catalogue/programmes/new"),
    "mistakes": _wrong,
    "preview": _preview,
    "history": _history,
    "import": lambda desk: desk.open("/console/catalogue/course_types/import"),
    "import-mistakes": lambda desk: _file(desk, "id;revision;min_age\ncnc;0;x\nnone;0;1"),
    "import-fine": lambda desk: _file(desk, "id;revision;name_en\ncnc;0;Other\n;;"),
    "import-dates": _file_of_dates,
    "sign-ups": lambda desk: desk.open("/console/sign-ups"),
    "requests": lambda desk: desk.open("/console/requests"),
    "appointments": lambda desk: desk.open("/console/appointments"),
    "withdraw": _withdraw,
}


@pytest.mark.parametrize("name", PAGES)
def test_no_violation(ewa: Desk, axe_source: str, name: str) -> None:
    ewa.problems.clear()
    PAGES[name](ewa)
    language = ewa.page.locator("html").get_attribute("lang")
    check(ewa.page, axe_source, f"console-{name}-{language}")
    # A refused form is answered with 422, which the browser reports, too.
    assert [one for one in ewa.problems if "422" not in one] == []


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_record_is_found_changed_and_brought_back_by_keyboard_alone(ewa: Desk) -> None:
    page = ewa.open("/console/catalogue")
    tab_to(page, "#q")
    page.keyboard.type("sushi")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=sushi**")
    tab_to(page, ".rows a.open")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/sushi")
    before = page.locator("#f-name_en").input_value()
    tab_to(page, "#f-name_en")
    page.keyboard.press("End")
    page.keyboard.type(" at night")
    tab_to(page, "button[value=save]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("article[lang=en] h3")).to_have_text(f"{before} at night")
    tab_to(page, "a[href$='/history']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/history")
    undo = page.locator("form[action$='/undo']")
    expect(undo.first).to_be_visible()
    changes = undo.count()
    tab_to(page, "form[action$='/undo'] button")
    page.keyboard.press("Enter")
    expect(undo).to_have_count(changes + 1)
    ewa.open("/console/catalogue/course_types/records/sushi")
    expect(page.locator("#f-name_en")).to_have_value(before)


def test_a_status_is_set_by_keyboard_alone(ewa: Desk) -> None:
    page = ewa.open("/console/sign-ups")
    tab_to(page, "td select")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    tab_to(page, "td form button")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.locator("td select")).to_have_value("confirmed")


def test_a_form_with_many_choices_is_small_until_it_is_opened(ewa: Desk) -> None:
    page = ewa.open("/console/catalogue/course_types/records/cnc")
    box = page.locator('input[name="professions"]').first
    expect(box).to_be_hidden()
    page.locator("fieldset#f-professions summary").click()
    expect(box).to_be_visible()
