"""On a school's page: its policy, its styles, its attributes, and what it costs in bytes."""

from collections import defaultdict

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Request

from tests.widget.driver import Server, Widget

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BEFORE_OPENING = 3_000
IN_ALL = 20_000


class Watch:
    """What a page complains about, and what it fetches."""

    def __init__(self, widget: Widget) -> None:
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        widget.page.on("console", self._console)
        widget.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        widget.page.on("requestfinished", lambda request: self.requests.append(request))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    async def bytes_of_files(self) -> dict[str, int]:
        """Bytes as they came over the wire, by kind, answers of the API left out."""
        sizes: dict[str, int] = defaultdict(int)
        for request in self.requests:
            if "/widget" in request.url:
                sizes[request.url.rpartition(".")[2].partition("?")[0]] += (await request.sizes())["responseBodySize"]
        return sizes


async def _use_everything(widget: Widget) -> None:
    await widget.open()
    await widget.ask("kursy", "Mam dwa kursy")
    await widget.ask("zawód", "Barometr")
    await widget.ask("nie chcę żyć", "116")
    await widget.panel.locator(".tools button").nth(2).click()
    await widget.question.get_by_role("button", name="Nie, zostaw").click()


async def test_a_page_of_another_origin_with_a_strict_policy(
    widget: Widget, server: Server, other_server: Server
) -> None:
    watch = Watch(widget)
    policy = f"default-src 'self'; script-src 'self' {server.url}; connect-src 'self' {server.url}"
    address = other_server.school(host=server.url, csp=policy, attributes='data-language="pl"')
    await widget.visit(address)
    await _use_everything(widget)
    assert watch.complaints == []
    assert {request.url.split("/")[2] for request in watch.requests[1:]} == {server.url.removeprefix("http://")}
    assert other_server.told()["talks"] == []


@pytest.mark.parametrize("path", ["/", "/school?csp=default-src 'self'&attributes=data-language=pl"])
async def test_a_page_of_our_own_with_default_src_self(widget: Widget, path: str) -> None:
    watch = Watch(widget)
    await widget.visit(widget.server.url + path)
    await _use_everything(widget)
    assert watch.complaints == []


async def test_trusted_types_do_not_stop_it(widget: Widget) -> None:
    watch = Watch(widget)
    policy = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    await widget.visit(widget.server.school(csp=policy, attributes='data-language="pl"'))
    await _use_everything(widget)
    assert watch.complaints == []


async def test_the_policy_is_enforced(widget: Widget) -> None:
    """The checks above mean something: without our host in the policy the script does not run."""
    watch = Watch(widget)
    await widget.page.goto(widget.server.school(csp="default-src 'none'"))
    await widget.page.wait_for_timeout(300)
    assert await widget.host.count() == 0
    assert any("Content Security Policy" in complaint for complaint in watch.complaints)


async def test_nothing_inline_is_in_the_widget(widget: Widget) -> None:
    await widget.visit()
    await _use_everything(widget)
    inline = await widget.page.evaluate(
        """() => {
          const root = document.querySelector('#drogowskaz-widget').shadowRoot;
          return root.querySelectorAll('[style], style, script').length + document.querySelectorAll('[style]').length;
        }"""
    )
    assert inline == 0


async def test_it_stays_within_its_bytes(widget: Widget) -> None:
    watch = Watch(widget)
    await widget.visit()
    await widget.page.wait_for_timeout(500)
    before = await watch.bytes_of_files()
    assert 0 < sum(before.values()) <= BEFORE_OPENING
    assert set(before) == {"js"}
    await _use_everything(widget)
    sizes = await watch.bytes_of_files()
    assert set(sizes) == {"js", "css"}
    assert BEFORE_OPENING < sum(sizes.values()) <= IN_ALL


async def test_a_second_visit_fetches_nothing_big(widget: Widget, context: BrowserContext) -> None:
    await widget.start()
    again = Widget(await context.new_page(), widget.server)
    watch = Watch(again)
    await again.start()
    assert sum((await watch.bytes_of_files()).values()) <= BEFORE_OPENING


HOSTILE = """
    * { all: unset !important; display: none !important; font-size: 3px !important; color: red !important }
    html { font-size: 3px } html, body { display: block !important } aside { position: absolute; left: -9999px }
    button, dialog, p { visibility: hidden !important }
"""


async def test_styles_of_the_page_do_not_reach_it(widget: Widget) -> None:
    await widget.visit()
    await widget.page.evaluate(
        "(css) => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", HOSTILE
    )
    await widget.open()
    assert await widget.panel.evaluate("(panel) => getComputedStyle(panel).fontSize") == "16px"
    assert await widget.button("Rozmowa z człowiekiem").is_visible()
    await widget.ask("ola", "Piszesz: ola")


async def test_the_size_of_text_follows_the_browser_not_the_page(widget: Widget) -> None:
    await widget.visit()
    await widget.page.evaluate("document.documentElement.setAttribute('style', 'font-size: 62.5%')")
    assert await widget.launcher.evaluate("(button) => getComputedStyle(button).fontSize") == "16px"


async def test_attributes_of_the_script(widget: Widget) -> None:
    attributes = 'data-language="en" data-colour="#7a0019" data-position="left" data-title="Compass"'
    widget.language = "en"
    await widget.visit(widget.server.school(attributes=attributes))
    box = await widget.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 50
    assert await widget.launcher.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(122, 0, 25)"
    assert await widget.launcher.get_attribute("aria-label") == "Compass – open the chat"
    await widget.open()
    panel = await widget.panel.bounding_box()
    assert panel is not None
    assert panel["x"] < 50
    assert await widget.panel.get_by_role("heading", name="Compass").is_visible()
    assert widget.server.told()["talks"][0]["language"] == "en"


@pytest.mark.parametrize(
    "attributes", ['data-colour="red;} * {display:none"', 'data-position="nowhere"', 'data-language="xx"']
)
async def test_attributes_that_make_no_sense_do_no_harm(widget: Widget, attributes: str) -> None:
    await widget.visit(widget.server.school(attributes=attributes))
    await widget.open()
    assert await widget.launcher.get_attribute("class") == "launcher right"


async def test_without_an_attribute_the_page_decides_the_language(widget: Widget) -> None:
    await widget.visit(widget.server.school(lang="en-GB"))
    assert await widget.launcher.get_attribute("aria-label") == "Drogowskaz – open the chat"


async def test_two_script_tags_make_one_widget(widget: Widget) -> None:
    attributes = f'></script><script src="{widget.server.url}/widget.js"'
    await widget.visit(widget.server.school(attributes=attributes))
    assert await widget.host.count() == 1


async def test_the_page_for_schools_copies_the_snippet(widget: Widget) -> None:
    watch = Watch(widget)
    await widget.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await widget.page.goto(f"{widget.server.url}/embed")
    await widget.page.get_by_role("button", name="Kopiuj kod").click()
    await widget.page.get_by_text("Skopiowano.").wait_for()
    snippet = f'<script src="{widget.server.url}/widget.js" data-language="pl" defer></script>'
    assert await widget.page.evaluate("navigator.clipboard.readText()") == snippet
    assert watch.complaints == []
