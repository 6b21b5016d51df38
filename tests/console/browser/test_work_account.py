"""Signing in with a work account in a real browser, which guards cookies between the console's site and the other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts.organisation import Organisation, organisation
from tests.console.browser.driver import PATIENCE_MS, Service
from tests.console.browser.test_axe import check

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    with organisation(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, school: Organisation) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("console"), **school.settings)
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["pl", "en"])
def page(request: pytest.FixtureRequest, service: Service, chromium: Browser) -> Iterator[Page]:
    """A browser in one of the languages, on the page to sign in."""
    context = chromium.new_context(locale=str(request.param), viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{service.url}/console/sign-in")
    yield page
    context.close()


def sign_in_there(page: Page, email: str) -> None:
    """Press the button, and sign in at the organisation."""
    page.locator('a[href="/console/sign-in/oidc"]').click()
    page.locator("input[name=email]").fill(email)
    page.get_by_role("button").click()


def test_an_admin_comes_in_without_a_code_and_is_told_where_roles_are(
    service: Service, page: Page, axe_source: str
) -> None:
    language = page.locator("html").get_attribute("lang")
    check(page, axe_source, f"console-sign-in-work-{language}")
    service.link(f"Ola-{language}", "admin")
    sign_in_there(page, f"ola-{language}@example.org")
    page.wait_for_url("**/console/people")
    expect(page.locator(".me .name")).to_have_text(f"Ola-{language}")
    page.locator(".notice a").click()
    expect(page.locator(":target")).to_have_text(f"Ola-{language}")
    check(page, axe_source, f"console-admin-first-{language}")
    cookies = {one["name"]: one for one in page.context.cookies()}
    assert "drogowskaz_oidc" not in cookies
    assert cookies["drogowskaz_console"]["sameSite"] == "Strict"


def test_somebody_without_an_account_reads_why_and_stays_outside(page: Page, axe_source: str) -> None:
    language = page.locator("html").get_attribute("lang")
    sign_in_there(page, "nobody@example.org")
    expect(page.get_by_role("alert")).to_contain_text("zaproszenie" if language == "pl" else "invitation")
    check(page, axe_source, f"console-sign-in-unknown-{language}")
    assert "drogowskaz_console" not in {one["name"] for one in page.context.cookies()}


def test_the_language_that_was_chosen_stays_when_the_other_site_sends_the_browser_back(page: Page) -> None:
    chosen = "en" if page.locator("html").get_attribute("lang") == "pl" else "pl"
    page.locator("button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", chosen)
    sign_in_there(page, "nobody@example.org")
    page.get_by_role("alert").wait_for()
    expect(page.locator("html")).to_have_attribute("lang", chosen)
