"""A server, a browser and a page for each test; the browser is started once."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.chromium import program
from tests.needs import missing
from tests.widget.driver import ARGUMENTS, Server, Widget

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def axe_source() -> str:
    if not AXE.exists():
        missing("axe-core is missing: run `npm ci` in tests/widget")
    return AXE.read_text(encoding="utf-8")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield started
        await started.close()


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two doubles, started once, since a start takes a second."""
    pair = Server(tmp_path_factory.mktemp("ours")), Server(tmp_path_factory.mktemp("school"))
    yield pair
    for running in pair:
        running.kill()


@pytest.fixture
def server(processes: tuple[Server, Server]) -> Server:
    processes[0].reset()
    return processes[0]


@pytest.fixture
def other_server(processes: tuple[Server, Server]) -> Server:
    """A second origin, for a school's own page."""
    processes[1].reset()
    return processes[1]


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(viewport={"width": 1280, "height": 800})
    made.set_default_timeout(30_000)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    made.set_default_timeout(30_000)
    yield made
    await made.close()


@pytest.fixture(params=["pl", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def widget(context: BrowserContext, server: Server) -> Widget:
    """The Polish widget on a page that has not been visited yet."""
    return Widget(await context.new_page(), server)
