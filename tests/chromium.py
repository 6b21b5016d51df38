"""The system's Chromium, for all tests that need a browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.needs import missing
from tests.widget.driver import ARGUMENTS

# The headless shell first: the same engine, a third of the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def program() -> str:
    """Where it is. Without it the test is left out, and in CI fails."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or missing("Chromium is missing: apt-get install chromium")


@contextmanager
def running() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield started
        started.close()
