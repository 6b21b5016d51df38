"""A pupil opens the page in a real browser and gets courses; `SCREENSHOTS=docs/images` keeps the pictures."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import chromium
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. In CI it must be there; elsewhere the test is left out without it."""
    with chromium.running() as started:
        yield started


@pytest.fixture
def page(browser: Browser, system: System) -> Iterator[Page]:
    """The page at `/`, with the panel open."""
    opened = browser.new_page(viewport={"width": 1100, "height": 820})
    opened.goto(system.url)
    opened.get_by_role("button").first.click()
    expect(opened.get_by_role("textbox")).to_be_focused(timeout=PATIENCE_MS)
    yield opened
    opened.close()


def keep(page: Page, name: str) -> None:
    """Save a picture of the page, if pictures are wanted."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.wait_for_timeout(800)
        page.screenshot(path=Path(folder) / name)


def say(page: Page, text: str) -> None:
    """Type a message and send it with Enter."""
    page.get_by_role("textbox").fill(text)
    page.get_by_role("textbox").press("Enter")


def test_a_polish_pupil_gets_courses_in_the_browser(page: Page) -> None:
    say(page, "cześć, chodzę do 2 klasy technikum mechatronicznego i lubię programować roboty, macie jakieś kursy?")
    course = page.get_by_role("heading", name="Programowanie i obsługa robotów przemysłowych")
    expect(course).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Dlaczego:").first).to_be_visible()
    keep(page, "widget.png")


def test_an_english_pupil_gets_courses_in_the_browser(page: Page) -> None:
    say(page, "hi, I like cooking and I'm learning to be a cook, any courses?")
    expect(page.get_by_text("because you like cooking", exact=False).first).to_be_visible(timeout=PATIENCE_MS)


def test_the_page_asks_no_stranger_for_anything(browser: Browser, system: System) -> None:
    page = browser.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(system.url)
    page.get_by_role("button").first.click()
    expect(page.get_by_role("textbox")).to_be_visible(timeout=PATIENCE_MS)
    assert all(url.startswith(system.url) for url in asked)
    assert complaints == []
    page.close()
