"""A coordinator changes the catalogue in a real browser; the pupil sees it in the bot's next answer."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.settings import ROOT
from tests import chromium, http
from tests.console.browser.driver import Desk, hire
from tests.e2e.pupil import Pupil
from tests.e2e.replicas import COPIES
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


class Office:
    """The running system, as those who work in its console meet it."""

    def __init__(self, system: System) -> None:
        self.url = system.url
        self._environment = system._environment

    def link(self, name: str, *roles: str) -> str:
        """A one-time link to an account."""
        command = [sys.executable, "-m", "scripts.create_admin", f"{name.lower()}@example.org", name]
        command += [part for role in roles for part in ("--role", role)]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with chromium.running() as started:
        yield started


@pytest.fixture(scope="module")
def ewa(system: System, browser: Browser) -> Desk:
    """A coordinator."""
    office: Any = Office(system)
    return hire(office, browser, "Ewa", "coordinator")


def save(page: Page) -> None:
    """Save the form and see that it is done."""
    with page.expect_navigation():
        page.get_by_role("button", name="Zapisz", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Zapisane")


def new_course(ewa: Desk, pl: str, en: str, alias: str) -> None:
    """Fill in the form of a new course and save it, on hold."""
    page = ewa.open("/console/catalogue/course_types/new")
    page.get_by_label("Nazwa po polsku").first.fill(pl)
    page.get_by_label("Nazwa po angielsku").first.fill(en)
    page.get_by_label("Inne nazwy, jak mówią uczniowie po polsku").fill(alias)
    page.locator("#f-kind").select_option("competence_course")
    page.get_by_role("group", name="Branże").get_by_label("mechaniczna").check()
    page.get_by_label("Źródło: skąd to wiadomo").fill("CKZ")
    save(page)


def shown(system: System, text: str, language: str | None = None) -> dict[str, dict[str, Any]]:
    """The cards that a new pupil gets for these words, by id."""
    return {card["id"]: card for card in Pupil(system.url, language).say(text).cards}


def test_a_new_course_is_in_the_next_answer_once_it_is_confirmed(ewa: Desk, system: System) -> None:
    asked = "macie kurs haftu maszynowego?"
    assert "haft-maszynowy" not in shown(system, asked)
    new_course(ewa, "Haft maszynowy", "Machine embroidery", "wyszywanki na maszynie")
    assert "haft-maszynowy" not in shown(system, asked)
    ewa.page.get_by_label("Czy uczeń to widzi").select_option("ok")
    save(ewa.page)
    assert shown(system, asked)["haft-maszynowy"]["title"] == "Haft maszynowy"
    assert "haft-maszynowy" in shown(system, "szukam kursu: wyszywanki na maszynie")


def test_what_rasa_understands_alone_knows_the_new_name_too(ewa: Desk, system: System, pupil: Pupil) -> None:
    new_course(ewa, "Lutowanie biżuterii", "Jewellery soldering", "srebrne kolczyki od zera")
    for _ in range(COPIES):  # each Rasa learns it with its next turn
        pupil.say("cześć")
    parsed = http.post(
        f"{system.rasa_url}/model/parse", params={"token": system.token()},
        json={"text": "macie coś jak srebrne kolczyki od zera?"}, timeout=60,
    ).json()  # fmt: skip
    assert ("course_type", "lutowanie-bizuterii") in [(one["entity"], one["value"]) for one in parsed["entities"]]


def test_a_date_and_a_changed_name_are_on_the_pupils_card(ewa: Desk, system: System) -> None:
    page = ewa.open("/console/catalogue/course_types/records/barista")
    page.get_by_label("Nazwa po angielsku").first.fill("Coffee school")
    save(page)
    page.get_by_role("link", name="Nowy termin kursu").click()
    page.get_by_label("Początek").fill("2027-03-05")
    page.get_by_label("Miejsce po polsku").fill("ul. Kawowa 1")
    page.get_by_label("Liczba miejsc").fill("7")
    save(page)
    card = shown(system, "macie kurs baristy?")["barista"]
    assert "5 marca 2027, ul. Kawowa 1, 7 miejsc" in [fact["value"] for fact in card["facts"]]
    assert shown(system, "do you have a coffee school course?", "en")["barista"]["title"] == "Coffee school"


def test_a_record_put_on_hold_is_not_named_any_more(ewa: Desk, system: System) -> None:
    assert "carving" in shown(system, "macie kurs carvingu?")
    page = ewa.open("/console/catalogue/course_types/records/carving")
    page.get_by_label("Czy uczeń to widzi").select_option("hold")
    save(page)
    assert "carving" not in shown(system, "macie kurs carvingu?")
