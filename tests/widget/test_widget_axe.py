"""axe finds nothing, in any state of the widget and in both languages; and what axe cannot see is measured."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import BrowserContext

from tests.widget.driver import Server, Widget

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
Step = Callable[[Widget], Awaitable[Any]]
SAYS = {
    "pl": {"job": "zawód", "danger": "nie chcę żyć", "bye": "do widzenia"},
    "en": {"job": "job", "danger": "I want to die", "bye": "goodbye"},
}


async def violations(widget: Widget, axe_source: str) -> list[str]:
    """What axe says against the page as it is now; nothing unless it looked inside the widget."""
    # Every state is checked at rest.
    await widget.page.wait_for_timeout(150)
    await widget.page.evaluate(axe_source)
    found = await widget.page.evaluate(
        "(tags) => axe.run(document, {runOnly: tags, rules: {'target-size': {enabled: true}}})", TAGS
    )
    looked_at = [node["target"] for rule in found["passes"] for node in rule["nodes"]]
    assert any(isinstance(part, list) for target in looked_at for part in target), "axe did not see the shadow root"
    return [
        f"{rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def _cards(widget: Widget) -> None:
    await widget.log.get_by_role("group").get_by_role("button").first.click()
    await widget.log.locator(".card").nth(1).wait_for()


async def _cards_by_word(widget: Widget) -> None:
    await widget.ask("kursy", "Mam dwa kursy")


async def _job(widget: Widget) -> None:
    await widget.ask(SAYS[widget.language]["job"], "Barometr")


async def _danger(widget: Widget) -> None:
    await widget.ask(SAYS[widget.language]["danger"], "116")


async def _waiting(widget: Widget) -> None:
    await widget.panel.locator(".human").click()
    await widget.log.locator(".notice").wait_for()


async def _counsellor(widget: Widget) -> None:
    await _waiting(widget)
    widget.server.control("/event", type="owner", owner="counsellor", name="Anna")
    await widget.log.locator(".notice").nth(1).wait_for()
    widget.server.control("/event", type="message", sender="counsellor", text="Dzień dobry!", language="pl")
    await widget.lines("counsellor").wait_for()


async def _typing(widget: Widget) -> None:
    widget.server.control(delay=30)
    await widget.say("test")
    await widget.panel.locator(".typing").wait_for()


async def _offline(widget: Widget) -> None:
    widget.server.kill()
    await widget.say("test")
    await widget.banner.wait_for()


async def _too_long(widget: Widget) -> None:
    await widget.say("a" * 4001)
    await widget.panel.locator("#problem").wait_for()


async def _erase(widget: Widget) -> None:
    await widget.panel.locator(".tools button").nth(2).click()
    await widget.question.wait_for()


async def _erased(widget: Widget) -> None:
    await _erase(widget)
    await widget.question.locator(".send").click()
    await widget.log.locator(".notice").wait_for()


async def _end(widget: Widget) -> None:
    await widget.panel.locator(".tools button").nth(1).click()
    await widget.question.wait_for()


async def _rating(widget: Widget) -> None:
    await widget.say(SAYS[widget.language]["bye"])
    await widget.panel.locator(".extra fieldset").wait_for()


async def _switched(widget: Widget) -> None:
    await widget.panel.locator("header .plain").first.click()
    await widget.lines("bot").nth(1).wait_for()


async def _closed_again(widget: Widget) -> None:
    await widget.page.keyboard.press("Escape")


async def _nothing(_widget: Widget) -> None:
    """The greeting only."""


STATES: list[Step] = [
    _nothing, _cards, _job, _danger, _waiting, _counsellor, _typing, _offline, _too_long, _erase, _erased, _end,
    _rating, _switched, _closed_again,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda step: step.__name__.strip("_"))
async def test_no_violation(
    context: BrowserContext, server: Server, axe_source: str, language: str, state: Step
) -> None:
    widget = Widget(await context.new_page(), server, language)
    await widget.start()
    await state(widget)
    assert await violations(widget, axe_source) == []


@pytest.mark.parametrize("state", [_cards, _danger, _erase], ids=lambda step: step.__name__.strip("_"))
async def test_no_violation_on_a_phone(
    phone: BrowserContext, server: Server, axe_source: str, language: str, state: Step
) -> None:
    widget = Widget(await phone.new_page(), server, language)
    await widget.start()
    await state(widget)
    assert await violations(widget, axe_source) == []


async def test_no_violation_before_it_is_opened(
    context: BrowserContext, server: Server, axe_source: str, language: str
) -> None:
    widget = Widget(await context.new_page(), server, language)
    await widget.visit()
    assert await violations(widget, axe_source) == []


@pytest.mark.parametrize("path", ["/", "/embed"])
async def test_no_violation_on_our_pages(widget: Widget, axe_source: str, path: str) -> None:
    await widget.page.goto(widget.server.url + path)
    await widget.page.evaluate(axe_source)
    found = await widget.page.evaluate("(tags) => axe.run(document, {runOnly: tags})", TAGS)
    assert found["violations"] == []


@pytest.mark.parametrize("colour", ["#ffd400", "#7a7a7a", "#ff4f00", "#000000", "#ffffff"])
async def test_any_colour_of_a_school_stays_readable(widget: Widget, axe_source: str, colour: str) -> None:
    await widget.visit(widget.server.school(attributes=f'data-colour="{colour}" data-language="pl"'))
    assert await violations(widget, axe_source) == []
    await widget.open()
    await _cards(widget)
    assert await violations(widget, axe_source) == []


async def test_targets_are_large_enough(widget: Widget) -> None:
    """24 by 24 pixels (WCAG 2.5.8), for all but links within a sentence."""
    await widget.start()
    await _cards(widget)
    await _rating(widget)
    small = await widget.panel.locator("button, input, textarea, .call").evaluate_all(
        """(all) => all.map((one) => [one.textContent, one.closest('label') ?? one])
          .map(([name, one]) => [name, one.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []


SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""


async def _cut_off(widget: Widget) -> list[str]:
    """Elements with text that do not show all of it."""
    return list(
        await widget.panel.locator(":is(p, h2, h3, dt, dd, button, label, li, a, b):not(.sr, .sr *)").evaluate_all(
            """(all) => {
              const panel = all[0].closest('dialog').getBoundingClientRect();
              return all.filter((one) => one.checkVisibility()).filter((one) => {
                const box = one.getBoundingClientRect();
                const wide = getComputedStyle(one).display !== 'inline' && one.scrollWidth > one.clientWidth + 1;
                return wide || box.left < panel.left - 1 || box.right > panel.right + 1;
              }).map((one) => one.textContent);
            }"""
        )
    )


@pytest.mark.parametrize("size", [(1280, 800), (360, 740), (320, 256)], ids=str)
async def test_wider_text_spacing_cuts_nothing_off(widget: Widget, size: tuple[int, int]) -> None:
    await widget.page.set_viewport_size({"width": size[0], "height": size[1]})
    await widget.start()
    await _cards(widget)
    await _danger(widget)
    await widget.page.evaluate(
        """(css) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          const root = document.querySelector('#drogowskaz-widget').shadowRoot;
          root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
        }""",
        SPACING,
    )
    assert await _cut_off(widget) == []


async def test_usable_in_320_by_256_pixels(widget: Widget) -> None:
    """That is a screen of 1280 by 1024 at 400 %: everything can be reached and nothing scrolls sideways."""
    await widget.page.set_viewport_size({"width": 320, "height": 256})
    await widget.start()
    await _cards(widget)
    await widget.ask("ola", "Piszesz: ola")
    assert await widget.panel.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")
    for control in [widget.input, widget.panel.locator(".send").first, widget.panel.locator(".close")]:
        await control.scroll_into_view_if_needed()
        box = await control.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 256
    await widget.panel.locator(".close").click()
    assert not await widget.panel.is_visible()


async def test_forced_colours_keep_edges_and_pictures(widget: Widget) -> None:
    await widget.page.emulate_media(forced_colors="active")
    await widget.start()
    await _job(widget)
    await _cards_by_word(widget)
    for place in (".choice", ".text", ".card", "textarea", ".human"):
        width = await widget.panel.locator(place).first.evaluate("(one) => getComputedStyle(one).borderTopWidth")
        assert float(width.removesuffix("px")) >= 1, place
    rest, value = [
        await widget.panel.locator(f".bar .{part}").first.evaluate("(one) => getComputedStyle(one).fill")
        for part in ("rest", "value")
    ]
    assert rest != value


async def test_reduced_motion_stills_everything(widget: Widget) -> None:
    await widget.page.emulate_media(reduced_motion="no-preference")
    await widget.start()
    await _typing(widget)
    moving = "(one) => one.getAnimations({subtree: true}).filter((a) => a.playState === 'running').length"
    behaviour = "(one) => getComputedStyle(one).scrollBehavior"
    assert await widget.panel.evaluate(moving) == 1
    assert await widget.log.evaluate(behaviour) == "smooth"
    await widget.page.emulate_media(reduced_motion="reduce")
    assert await widget.panel.evaluate(moving) == 0
    assert await widget.log.evaluate(behaviour) == "auto"


async def test_every_line_names_its_language(context: BrowserContext, server: Server, language: str) -> None:
    widget = Widget(await context.new_page(), server, language)
    await widget.start()
    await _switched(widget)
    other = {"pl": "en", "en": "pl"}[language]
    assert await widget.lines("bot").nth(0).get_attribute("lang") == language
    assert await widget.lines("bot").nth(1).get_attribute("lang") == other
    assert await widget.panel.get_attribute("lang") == other
    assert await widget.panel.locator("header .plain").first.get_attribute("lang") == language
