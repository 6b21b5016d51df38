"""Everything works by keyboard alone, and the focus is always where it is expected."""

import pytest
from playwright.async_api import BrowserContext

from tests.widget.driver import Server, Widget

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LAUNCHER = "Drogowskaz – otwórz czat"


async def test_focus_goes_in_and_comes_back(widget: Widget) -> None:
    await widget.visit()
    await widget.page.keyboard.press("Tab")
    assert await widget.focused() == "Plan lekcji"
    await widget.page.keyboard.press("Tab")
    assert await widget.focused() == LAUNCHER
    await widget.page.keyboard.press("Enter")
    await widget.log.get_by_text("Cześć").wait_for()
    assert await widget.focused() == "Napisz wiadomość"
    await widget.page.keyboard.press("Escape")
    assert not await widget.panel.is_visible()
    assert await widget.focused() == LAUNCHER


async def test_the_closing_button_gives_the_focus_back_too(widget: Widget) -> None:
    await widget.start()
    await widget.panel.locator(".close").focus()
    await widget.page.keyboard.press("Space")
    assert await widget.focused() == LAUNCHER


async def test_the_focus_goes_through_the_panel_in_the_order_of_sight(widget: Widget) -> None:
    await widget.start()
    await widget.panel.locator("header .plain").first.focus()
    order = [await widget.focused()]
    for _ in range(9):
        await widget.page.keyboard.press("Tab")
        order.append(await widget.focused())
    assert order == [
        "English", "Zamknij czat", "Rozmowa z człowiekiem", "Zakończ rozmowę", "Usuń rozmowę", "Rozmowa",
        "Kursy", "Staże", "Nie wiem, co wybrać", "Napisz wiadomość",
    ]  # fmt: skip


@pytest.mark.parametrize("opened_before", [False, True])
async def test_nothing_can_be_focused_while_closed(widget: Widget, opened_before: bool) -> None:
    await widget.visit()
    if opened_before:
        await widget.open()
        await widget.page.keyboard.press("Escape")
    await widget.page.locator("#plan").focus()
    await widget.page.keyboard.press("Tab")
    assert await widget.focused() == LAUNCHER
    await widget.page.keyboard.press("Tab")
    assert await widget.focused() not in {LAUNCHER, "Napisz wiadomość", "English"}
    inside = await widget.page.evaluate("document.activeElement.id === 'drogowskaz-widget'")
    assert not inside


async def test_a_button_is_pressed_and_the_next_tab_leads_to_the_answer(widget: Widget) -> None:
    await widget.start()
    await widget.button("Kursy").focus()
    await widget.page.keyboard.press("Enter")
    await widget.bot("Mam dwa kursy").wait_for()
    assert "Kursy" in await widget.focused()
    await widget.page.keyboard.press("Tab")
    assert (await widget.focused()).startswith("Więcej informacji")
    await widget.page.keyboard.press("Tab")
    assert (await widget.focused()).startswith("bgslusarnia.pl")
    await widget.page.keyboard.press("Tab")
    assert await widget.focused() == "Chcę się zapisać"
    assert widget.server.heard() == ["Kursy"]


async def test_enter_sends_and_shift_enter_breaks_the_line(widget: Widget) -> None:
    await widget.start()
    await widget.input.focus()
    await widget.page.keyboard.type("raz")
    await widget.page.keyboard.press("Shift+Enter")
    await widget.page.keyboard.type("dwa")
    await widget.page.keyboard.press("Enter")
    await widget.bot("Piszesz: raz").wait_for()
    assert widget.server.heard() == ["raz\ndwa"]
    assert await widget.focused() == "Napisz wiadomość"
    await widget.page.keyboard.press("Enter")
    assert widget.server.heard() == ["raz\ndwa"]


async def test_beside_the_page_the_panel_lets_the_focus_out(widget: Widget) -> None:
    await widget.start()
    await widget.page.locator("#plan").click()
    assert await widget.focused() == "Plan lekcji"
    assert await widget.panel.is_visible()


async def test_on_a_phone_the_panel_fills_the_screen_and_keeps_the_focus(phone: BrowserContext, server: Server) -> None:
    widget = Widget(await phone.new_page(), server)
    await widget.start()
    assert await widget.panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    # A keyboard on the screen would hide the greeting, so the heading has the focus.
    assert await widget.focused() == "Drogowskaz"
    seen = set()
    for _ in range(25):
        await widget.page.keyboard.press("Tab")
        seen.add(await widget.focused())
    assert "Napisz wiadomość" in seen
    assert "Plan lekcji" not in seen
    await widget.page.keyboard.press("Escape")
    assert await widget.focused() == LAUNCHER


async def test_a_keyboard_on_the_screen_does_not_cover_the_input(phone: BrowserContext, server: Server) -> None:
    widget = Widget(await phone.new_page(), server)
    await widget.start()
    await widget.page.evaluate(
        """() => {
          Object.defineProperty(visualViewport, 'height', { get: () => 400 });
          visualViewport.dispatchEvent(new Event('resize'));
        }"""
    )
    box = await widget.input.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 400


async def test_turning_the_screen_keeps_the_focus(widget: Widget) -> None:
    await widget.start()
    await widget.button("Staże").focus()
    for width in (360, 1280):
        await widget.page.set_viewport_size({"width": width, "height": 740})
        await widget.page.wait_for_timeout(200)
        assert await widget.focused() == "Staże"
        assert await widget.panel.is_visible()
    modal = await widget.panel.evaluate("(panel) => panel.matches(':modal')")
    assert not modal


async def test_a_question_takes_the_focus_and_gives_it_back(widget: Widget) -> None:
    await widget.start()
    await widget.button("Usuń rozmowę").focus()
    await widget.page.keyboard.press("Enter")
    await widget.question.wait_for()
    assert await widget.focused() == "Nie, zostaw"
    await widget.page.keyboard.press("Escape")
    assert not await widget.question.is_visible()
    assert await widget.panel.is_visible()
    assert await widget.focused() == "Usuń rozmowę"


async def test_keys_that_the_page_listens_for_do_not_leak_into_it(widget: Widget) -> None:
    """Some pages have shortcuts of one letter; what is typed into the chat must not trigger them."""
    await widget.start()
    await widget.page.evaluate("window.keys = []; document.addEventListener('keydown', (e) => keys.push(e.key))")
    await widget.input.focus()
    await widget.page.keyboard.type("s")
    assert await widget.page.evaluate("keys") == []
