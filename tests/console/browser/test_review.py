"""Search, review and insights in a real browser, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.browser.driver import PATIENCE_MS, Desk, Service, Talk, hire, misunderstood

pytestmark = pytest.mark.browser


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab never reached {selector}")


def test_a_line_is_reviewed_from_the_talk_by_keyboard(service: Service, anna: Desk) -> None:
    talk, seq = misunderstood(service, "mam na imię Ola, co z kursem lutowania")
    page = anna.open_talk(talk)
    tab_to(page, f'a[href^="/console/review/{talk.id}/{seq}"]')
    page.keyboard.press("Enter")
    expect(page.locator("blockquote")).to_have_text("mam na imię [imię], co z kursem lutowania")
    tab_to(page, "input[name=verdict]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=wrong]")).to_be_checked()
    tab_to(page, "#intent")
    page.keyboard.type("Kursy")
    expect(page.locator("#intent")).to_have_value("ask_courses")
    tab_to(page, "#sentence")
    page.keyboard.press("Control+a")
    page.keyboard.type("co z kursem lutowania")
    tab_to(page, "input[name=confirmed]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/console/talks/{talk.id}#line-{seq}$"))
    expect(page.locator(f"#line-{seq} .judge")).to_contain_text("ocena: źle: Kursy")


def test_a_new_line_of_an_open_talk_can_be_reviewed_without_a_reload(service: Service, anna: Desk) -> None:
    talk = Talk(service)
    talk.say("pierwsza")
    page = anna.open_talk(talk)
    seq = talk.say("druga")
    expect(page.locator(f"#line-{seq} .judge a")).to_be_visible(timeout=PATIENCE_MS)


def test_groups_are_searched_and_settled_at_once(service: Service, anna: Desk) -> None:
    for words in ("Gdzie jest skatepark", "gdzie jest skatepark?", "gdzie sa skateparki"):
        misunderstood(service, words)
    page = anna.open("/console/review")
    row = page.locator(".row", has_text=re.compile("skatepark"))
    expect(row).to_have_count(1)
    expect(row.locator(".tag.new")).to_have_text("3 podobne")
    row.locator("a").click()
    expect(page.locator("input[name=also]")).to_have_count(2)
    page.get_by_label("Tak").check()
    page.locator("button.main").click()
    expect(page).to_have_url(re.compile("/console/review$"))
    expect(page.locator("a.quoted", has_text=re.compile("skatepark"))).to_have_count(0)
    expect(page.locator("input[name=sentence][value*=skatepark i]")).to_have_count(3)
    page.get_by_role("button", name="Nie ma danych osobowych").first.click()
    expect(page.locator("input[name=sentence][value*=skatepark i]")).to_have_count(2)


def test_a_talk_is_found_by_its_words_and_printed(service: Service, anna: Desk) -> None:
    talk = Talk(service)
    talk.say("Lubię hydraulikę siłową")
    page = anna.open("/console/search")
    tab_to(page, "#words")
    page.keyboard.type("HYDRAULIKE silowa")
    page.keyboard.press("Enter")
    expect(page.locator(".row a")).to_have_text([f"Rozmowa {talk.name}"])
    page.locator(".row a").click()
    page.get_by_role("link", name="Wersja do druku").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Rozmowa {talk.name}")
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_text("Lubię hydraulikę siłową")).to_be_visible()
    page.emulate_media(media="screen")


def test_an_auditor_sees_figures_and_no_talks(service: Service, chromium: Browser) -> None:
    talk, seq = misunderstood(service, "tajemnica ucznia")
    ola = hire(service, chromium, "Ola", "auditor")
    page = ola.open("/console/insights")
    expect(page.locator("#reach")).to_be_visible()
    expect(page.locator("section.figure").first.locator("table tbody th").first).to_have_text("cokolwiek z tego")
    expect(page.get_by_text("tajemnica")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Pobierz CSV: Tematy").click()
    assert download.value.suggested_filename == "topics.csv"
    ola.problems.clear()
    for path in ("/console/search", "/console/review", f"/console/review/{talk.id}/{seq}", f"/console/talks/{talk.id}"):
        answer = page.goto(service.url + path)
        assert answer is not None
        assert answer.status == 403, path
        expect(page.get_by_text("tajemnica")).to_have_count(0)
    page.context.close()
