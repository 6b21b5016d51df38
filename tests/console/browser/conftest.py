"""One service, one browser, and the people at the desk; each test makes talks of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.chromium import running
from tests.console.browser.driver import Desk, Service, hire
from tests.needs import missing

AXE = Path(__file__).parents[2] / "widget" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def axe_source() -> str:
    if not AXE.exists():
        missing("axe-core is missing: run `npm ci` in tests/widget")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("console"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def _anna(service: Service, chromium: Browser) -> Desk:
    return hire(service, chromium, "Anna", "counsellor")


@pytest.fixture(scope="module")
def _jan(service: Service, chromium: Browser) -> Desk:
    return hire(service, chromium, "Jan", "counsellor")


@pytest.fixture
def anna(_anna: Desk) -> Iterator[Desk]:
    """A counsellor; her pages must not complain."""
    _anna.problems.clear()
    yield _anna
    assert _anna.problems == []
    _anna.open("/console/replies")


@pytest.fixture
def jan(_jan: Desk) -> Iterator[Desk]:
    """Another counsellor."""
    _jan.problems.clear()
    yield _jan
    assert _jan.problems == []
    _jan.open("/console/replies")
