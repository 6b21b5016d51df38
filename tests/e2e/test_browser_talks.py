"""Whole talks in the real widget with the real bot, as pupils lead them: questionnaire, sign-up, appointment, stop.

Each in both languages. What is answered in detail is tested over HTTP; here it is that a pupil can see and press it.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests import chromium
from tests.e2e.records import Records
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

PATIENCE_MS = 60_000
BY_LANGUAGE = pytest.mark.parametrize("language", ["pl", "en"])
WORDS = {
    "pl": {
        "lost": "nie wiem, co chcę robić w życiu",
        "questionnaire": "Krótka ankieta",
        "steps": ("Lubię", "Nie", "Trochę"),
        "price": "a ile to kosztuje?",
        "free": "Ankieta jest bezpłatna",
        "show": "Pokaż wynik",
        "result": "Twój wynik",
        "strong": "mocno",
        "job": "Kursy do tego zawodu",
        "cnc": "kurs CNC",
        "join": "Wpisz mnie na listę chętnych",
        "another": "Inny termin",
        "school": "ZSM nr 1",
        "correction": "nie, jednak 2 klasa",
        "age": "16 lub 17 lat",
        "agree": "Zgadzam się",
        "noted": "Jesteś na liście zainteresowanych",
        "withdraw": "Wypisz mnie",
        "withdrawn": "Zgłoszenie wycofane",
        "meet": "chcę się umówić do doradcy zawodowego",
        "choose": "Wybieram ten termin",
        "skip": "Bez kontaktu",
        "booked": "Umówione:",
        "calendar": "Dodaj do kalendarza",
        "stopped": "nie zapisuję",
        "name": "Jak masz na imię?",
        "trouble": "ojciec mnie bije",
        "waits": "Ta rozmowa czeka na człowieka",
        "back": "Wróć do bota",
        "question": "Wracam do pytania",
    },
    "en": {
        "lost": "I don't know what to do with my life",
        "questionnaire": "Short questionnaire",
        "steps": ("I like it", "No", "A bit"),
        "price": "how much does it cost?",
        "free": "The questionnaire is free",
        "show": "Show the result",
        "result": "Your result",
        "strong": "strong",
        "job": "Courses for this job",
        "cnc": "a CNC course",
        "join": "Put me on the interest list",
        "another": "Another date",
        "school": "ZSM nr 1",
        "correction": "no, class 2",
        "age": "16 or 17",
        "agree": "I agree",
        "noted": "You are on the interest list",
        "withdraw": "Withdraw",
        "withdrawn": "Withdrawn:",
        "meet": "book me a meeting with a career counsellor",
        "choose": "Choose this time",
        "skip": "No contact",
        "booked": "Booked:",
        "calendar": "Add to your calendar",
        "stopped": "keeping nothing of it|Nothing from the form is kept",
        "name": "What is your first name?",
        "trouble": "my dad beats me",
        "waits": "This conversation is waiting for a person",
        "back": "Back to the bot",
        "question": "Back to the question",
    },
}


@dataclass
class Seat:
    """A pupil before the widget."""

    page: Page

    @property
    def log(self) -> Locator:
        """The talk."""
        return self.page.get_by_role("log")

    def say(self, text: str) -> None:
        """Type a message, send it with Enter and wait for the answer's first line."""
        before = self.log.locator(".line.bot").count()
        self.page.get_by_role("textbox").fill(text)
        self.page.get_by_role("textbox").press("Enter")
        expect(self.log.locator(".line.bot").nth(before)).to_be_visible(timeout=PATIENCE_MS)

    def press(self, title: str, *, exact: bool = True, number: int = -1) -> None:
        """Press a button of this title, by default the last one, and wait for the answer's first line."""
        before = self.log.locator(".line.bot").count()
        button = self.log.get_by_role("button", name=title, exact=exact).nth(number)
        expect(button).to_be_visible(timeout=PATIENCE_MS)
        button.click()
        expect(self.log.locator(".line.bot").nth(before)).to_be_visible(timeout=PATIENCE_MS)

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until the talk says this."""
        expect(self.log.get_by_text(text).last).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with chromium.running() as started:
        yield started


@pytest.fixture
def seat(browser: Browser, system: System, language: str) -> Iterator[Seat]:
    """The page on a phone in this language, with the panel open and the greeting there."""
    page = browser.new_page(viewport={"width": 390, "height": 800}, locale=language)
    page.goto(f"{system.url}/?lang={language}")
    page.get_by_role("button").first.click()
    taken = Seat(page)
    expect(taken.log.locator(".line.bot").first).to_be_visible(timeout=PATIENCE_MS)
    yield taken
    page.close()


@BY_LANGUAGE
def test_the_questionnaire_leads_to_a_chart_and_occupations(seat: Seat, language: str) -> None:
    words = WORDS[language]
    like, no, some = words["steps"]
    seat.say(str(words["lost"]))
    seat.press(str(words["questionnaire"]))
    seat.press(like)
    seat.say(str(words["price"]))
    seat.sees(str(words["free"]))
    seat.sees("2 / 18")
    for number, step in enumerate((some, like, no, no, like), start=3):
        seat.press(step)
        seat.sees(f"{number} / 18")
    seat.press(str(words["show"]))
    expect(seat.log.get_by_role("heading", name=str(words["result"]))).to_be_visible(timeout=PATIENCE_MS)
    figure = seat.log.get_by_role("figure")
    expect(figure.locator("svg")).to_have_count(6)
    expect(figure).to_contain_text(str(words["strong"]))
    expect(seat.log.get_by_role("button", name=str(words["job"])).first).to_be_visible(timeout=PATIENCE_MS)


@BY_LANGUAGE
def test_a_card_leads_to_a_sign_up_which_is_withdrawn(seat: Seat, language: str) -> None:
    words = WORDS[language]
    seat.say(str(words["cnc"]))
    seat.press(str(words["join"]), exact=False, number=0)
    seat.press(str(words["another"]))
    for typed in ("Ola", words["school"], "3b", words["correction"]):
        seat.say(str(typed))
    seat.press(str(words["age"]))
    seat.say("600 700 800")
    expect(seat.log.locator(".line.bot").last).to_contain_text("Ola, ZSM nr 1", timeout=PATIENCE_MS)
    expect(seat.log.locator(".line.bot").last).to_contain_text("2")
    seat.press(str(words["agree"]))
    seat.sees(str(words["noted"]))
    seat.press(str(words["withdraw"]), exact=False)
    seat.sees(str(words["withdrawn"]))


@BY_LANGUAGE
def test_trouble_in_the_middle_of_a_form_goes_to_a_person_and_back_to_the_question(seat: Seat, language: str) -> None:
    words = WORDS[language]
    seat.say(str(words["cnc"]))
    seat.press(str(words["join"]), exact=False, number=0)
    seat.press(str(words["another"]))
    seat.sees(str(words["name"]))
    seat.page.get_by_role("textbox").fill(str(words["trouble"]))
    seat.page.get_by_role("textbox").press("Enter")
    seat.sees(str(words["waits"]))
    expect(seat.log.locator("a[href='tel:116111']").first).to_be_visible()
    seat.press(str(words["back"]))
    seat.sees(str(words["question"]))
    expect(seat.log.locator(".line.bot").last).to_contain_text(str(words["name"]))
    seat.say("Ola")
    expect(seat.log.locator(".line.bot").last).not_to_contain_text(str(words["name"]))


@BY_LANGUAGE
def test_stop_leaves_a_form_and_a_free_time_is_booked_afterwards(
    seat: Seat, records: Records, system: System, language: str
) -> None:
    words = WORDS[language]
    with ThreadPoolExecutor() as beside:
        # The browser's own loop runs in this thread.
        beside.submit(records.withdraw_times).result()
        slot = beside.submit(records.offer_time, f"Doradczyni {language}").result()
    seat.say(str(words["meet"]))
    seat.press(str(words["choose"]), exact=False)
    seat.sees(str(words["name"]))
    seat.say("stop")
    seat.sees(re.compile(str(words["stopped"])))
    seat.say(str(words["meet"]))
    seat.press(str(words["choose"]), exact=False)
    seat.say("Ola")
    seat.press(str(words["skip"]))
    expect(seat.log.locator(".line.bot").last).to_contain_text(slot.counsellor, timeout=PATIENCE_MS)
    seat.press(str(words["agree"]))
    seat.sees(str(words["booked"]))
    link = seat.log.locator("a[href$='.ics']").last
    expect(link).to_contain_text(str(words["calendar"]), timeout=PATIENCE_MS)
    assert str(link.get_attribute("href")).startswith(system.url)
