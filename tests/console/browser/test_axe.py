"""axe finds nothing on any page, in either language; pages fit into 320 pixels. `SCREENSHOTS` keeps pictures."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.console.browser.driver import Desk, Service, hire, misunderstood, waiting

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def check(page: Page, axe_source: str, name: str) -> None:
    """No violation, and nothing that scrolls sideways on a narrow screen."""
    page.evaluate(axe_source)
    found = page.evaluate("(tags) => axe.run(document, {runOnly: tags, rules: {'target-size': {enabled: true}}})", TAGS)
    said = [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]
    assert said == [], name
    keep(page, name)
    page.set_viewport_size({"width": 320, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    keep(page, f"{name}-narrow")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert wide <= 0, f"{name} is {wide} px too wide"


def keep(page: Page, name: str) -> None:
    """Save a picture, if pictures are wanted."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module", params=["pl", "en"])
def everybody(request: pytest.FixtureRequest, service: Service, chromium: Browser) -> Desk:
    """Somebody with all roles, in one of the languages."""
    language = str(request.param)
    roles = ("counsellor", "coordinator", "admin", "auditor")
    desk = hire(service, chromium, f"Ewa-{language}", *roles, language=language)
    desk.open("/console/hours")
    assert desk.page.locator("html").get_attribute("lang") == language
    return desk


def _queue(desk: Desk) -> None:
    waiting(desk.service)
    desk.lead(waiting(desk.service, "I look for an internship", "en"))
    desk.open()


def _talk(desk: Desk) -> None:
    talk = waiting(desk.service)
    desk.lead(talk)
    desk.write("Dzień dobry!")
    talk.wait_for("Dzień dobry!")
    desk.page.locator("#note").fill("Zadzwonić jutro")
    desk.page.locator("#notes button").click()
    desk.page.locator("#tag").fill("staż")
    desk.page.locator("#tags button").last.click()
    desk.page.locator("#tags .button").first.wait_for()


def _guard(desk: Desk) -> None:
    talk = waiting(desk.service)
    desk.lead(talk)
    desk.page.locator("#text").fill("x")
    talk.say("jeszcze coś")
    desk.page.locator(".line.pupil").nth(2).wait_for()
    desk.page.locator("#text").press("Control+Enter")
    desk.page.locator("#guard .notice").wait_for()


def _invited(desk: Desk) -> None:
    desk.open("/console/people")
    form = desk.page.locator("form").last
    form.locator("#email").fill("nowy@example.org")
    form.locator("#name").fill("Nowy")
    form.locator("input[value=counsellor]").check()
    form.locator("button").click()
    desk.page.locator("#link").wait_for()


def _data(desk: Desk) -> None:
    talk = waiting(desk.service)
    desk.open(f"/console/data?q={talk.id}")
    desk.page.locator("input[name=sure]").wait_for()


def _wrong_hours(desk: Desk) -> None:
    desk.open("/console/hours")
    desk.page.locator("#opens_0").fill("15:00")
    desk.page.locator("#closes_0").fill("08:00")
    desk.page.locator("button.main").click()
    desk.page.get_by_role("alert").wait_for()


def _search(desk: Desk) -> None:
    talk, _ = misunderstood(desk.service, "gdzie są szlifierki")
    desk.service.flag_safety(talk.id)
    desk.open("/console/search?words=szlifierki&safety=any")
    desk.page.locator(".row .quoted").first.wait_for()


def _print(desk: Desk) -> None:
    talk, _ = misunderstood(desk.service, "proszę na papierze")
    desk.open(f"/console/talks/{talk.id}/print")


def _review(desk: Desk) -> None:
    for words in ("dziwna rzecz numer jeden", "dziwna rzecz numer dwa"):
        misunderstood(desk.service, words)
    _review_line(desk)
    desk.page.locator("input[value=wrong]").check()
    desk.page.locator("#intent").select_option("ask_help")
    desk.page.locator("#suggestion").fill("Powiedz, co umiesz.")
    desk.page.locator("button.main").click()
    desk.page.locator(".suggested .words").first.wait_for()


def _review_line(desk: Desk) -> None:
    talks = [misunderstood(desk.service, words) for words in ("a co z dronami", "a co z dronami??")]
    desk.open(f"/console/review/{talks[0][0].id}/{talks[0][1]}")
    desk.page.locator("input[name=also]").first.wait_for()


def _review_wrong(desk: Desk) -> None:
    _review_line(desk)
    desk.page.locator("input[value=wrong]").check()
    desk.page.locator("button.main").click()
    desk.page.get_by_role("alert").wait_for()


def _insights(desk: Desk) -> None:
    waiting(desk.service)
    misunderstood(desk.service, "kurs na cokolwiek")
    desk.open("/console/insights")
    desk.page.locator("svg.chart").first.wait_for()
    closed = desk.page.locator("main details:not([open]) > summary")
    while closed.count():  # each one that opens leaves the list
        closed.first.click()


PAGES: dict[str, Callable[[Desk], object]] = {
    "queue": _queue,
    "talk": _talk,
    "guard": _guard,
    "replies": lambda desk: desk.open("/console/replies"),
    "data": _data,
    "hours": lambda desk: desk.open("/console/hours"),
    "hours-wrong": _wrong_hours,
    "people": _invited,
    "audit": lambda desk: desk.open("/console/audit"),
    "search": _search,
    "search-none": lambda desk: desk.open("/console/search?words=nie-ma-takich-slow"),
    "print": _print,
    "review-line": _review_line,
    "review-wrong": _review_wrong,
    "review": _review,
    "insights": _insights,
    "missing": lambda desk: desk.open("/console/talks/none"),
}


@pytest.mark.parametrize("name", PAGES)
def test_no_violation(everybody: Desk, axe_source: str, name: str) -> None:
    PAGES[name](everybody)
    language = everybody.page.locator("html").get_attribute("lang")
    check(everybody.page, axe_source, f"console-{name}-{language}")


@pytest.mark.parametrize("language", ["pl", "en"])
def test_no_violation_before_signing_in(service: Service, chromium: Browser, axe_source: str, language: str) -> None:
    page = chromium.new_context(locale=language).new_page()
    page.goto(f"{service.url}/console/sign-in")
    check(page, axe_source, f"console-sign-in-{language}")
    page.locator("#email").fill("x@example.org")
    page.locator("#password").fill("x")
    page.locator("#code").fill("1")
    page.locator("button.main").click()
    page.get_by_role("alert").wait_for()
    check(page, axe_source, f"console-sign-in-wrong-{language}")
    page.goto(service.link(f"Ola-{language}", "counsellor"))
    check(page, axe_source, f"console-invitation-{language}")
    page.context.close()
