"""Pictures for the README. `SCREENSHOTS=docs/images` keeps them; otherwise they are thrown away."""

import os
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext

from tests.widget.driver import Server, Widget

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chosen = Path(os.environ.get("SCREENSHOTS", tmp_path))
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


async def _picture(widget: Widget, file: Path) -> None:
    # Scrolling has come to rest.
    await widget.page.wait_for_timeout(800)
    assert len(await widget.page.screenshot(path=file)) > 10_000


async def test_pictures_of_the_page(widget: Widget, folder: Path) -> None:
    await widget.visit(widget.server.url)
    await _picture(widget, folder / "widget-launcher.png")
    await widget.open()
    await _picture(widget, folder / "widget-open.png")
    await widget.ask("kursy", "Mam dwa kursy")
    await _picture(widget, folder / "widget-cards.png")


async def test_pictures_of_a_phone(phone: BrowserContext, server: Server, folder: Path) -> None:
    widget = Widget(await phone.new_page(), server)
    await widget.visit(server.url)
    await widget.open()
    await widget.ask("kursy", "Mam dwa kursy")
    await _picture(widget, folder / "widget-phone.png")
    await widget.ask("nie chcę żyć", "116")
    await _picture(widget, folder / "widget-phone-help.png")
