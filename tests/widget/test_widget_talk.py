"""A conversation in the widget: what it shows, how it is shared between tabs, how it ends."""

import pytest
from playwright.async_api import BrowserContext

from tests.widget.driver import Server, Widget, eventually

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_reload_shows_the_history(widget: Widget) -> None:
    await widget.start()
    await widget.ask("ola", "Piszesz: ola")
    before = await widget.log.locator(".who, .text, .choices").all_inner_texts()
    await widget.page.reload()
    await widget.bot("Piszesz: ola").wait_for()
    assert await widget.log.locator(".who, .text, .choices").all_inner_texts() == before
    assert len(widget.server.told()["talks"]) == 1
    await widget.ask("ela", "Piszesz: ela")


async def test_a_reload_does_not_take_the_focus(widget: Widget) -> None:
    await widget.start()
    await widget.page.reload()
    await widget.bot("Cześć").wait_for()
    assert await widget.page.evaluate("document.activeElement === document.body")


async def test_on_a_phone_a_new_page_is_not_covered(phone: BrowserContext, server: Server) -> None:
    widget = Widget(await phone.new_page(), server)
    await widget.start()
    await widget.page.reload()
    await widget.launcher.wait_for()
    await widget.page.wait_for_timeout(500)
    assert not await widget.panel.is_visible()
    await widget.open()


async def test_a_second_tab_shares_the_conversation(widget: Widget, context: BrowserContext) -> None:
    await widget.start()
    await widget.ask("z pierwszej", "Piszesz: z pierwszej")
    second = Widget(await context.new_page(), widget.server)
    await second.start()
    await second.bot("Piszesz: z pierwszej").wait_for()
    assert len(widget.server.told()["talks"]) == 1
    await second.ask("z drugiej", "Piszesz: z drugiej")
    await widget.pupil("z drugiej").wait_for()
    await widget.bot("Piszesz: z drugiej").wait_for()
    assert widget.server.heard() == ["z pierwszej", "z drugiej"]


async def test_a_new_browser_session_is_a_new_conversation(widget: Widget, phone: BrowserContext) -> None:
    await widget.start()
    await widget.ask("tajne", "Piszesz: tajne")
    other = Widget(await phone.new_page(), widget.server)
    await other.start()
    assert "tajne" not in await other.log.inner_text()
    assert len(widget.server.told()["talks"]) == 2


async def test_nothing_is_kept_beyond_the_session(widget: Widget) -> None:
    await widget.start()
    await widget.ask("ola", "Piszesz: ola")
    assert await widget.page.evaluate("Object.keys(localStorage).length + document.cookie.length") == 0
    assert "ola" not in await widget.page.evaluate("JSON.stringify(sessionStorage)")


async def test_deleting_asks_first_and_says_that_it_is_done(widget: Widget, context: BrowserContext) -> None:
    await widget.start()
    await widget.ask("skasuj mnie", "Piszesz: skasuj mnie")
    second = Widget(await context.new_page(), widget.server)
    await second.start()
    await widget.button("Usuń rozmowę").click()
    await widget.question.get_by_role("button", name="Nie, zostaw").click()
    assert len(widget.server.told()["talks"]) == 1
    await widget.button("Usuń rozmowę").click()
    await widget.question.get_by_role("button", name="Tak, usuń").click()
    for tab in (widget, second):
        await tab.log.get_by_text("Rozmowa jest usunięta.").wait_for()
        assert "skasuj mnie" not in await tab.panel.inner_text()
        assert await tab.page.evaluate("sessionStorage.length") == 0
    assert widget.server.told()["talks"] == []
    assert await widget.focused() == "Zacznij nową rozmowę"
    await widget.button("Zacznij nową rozmowę").click()
    await widget.bot("Cześć").wait_for()
    await widget.ask("od nowa", "Piszesz: od nowa")


async def test_deleting_that_fails_changes_nothing(widget: Widget) -> None:
    await widget.start()
    await widget.ask("zostań", "Piszesz: zostań")
    widget.server.control(status=503)
    await widget.button("Usuń rozmowę").click()
    await widget.question.get_by_role("button", name="Tak, usuń").click()
    await widget.question.get_by_text("Nie udało się usunąć").wait_for()
    widget.server.control(status=0)
    await widget.question.get_by_role("button", name="Nie, zostaw").click()
    assert await widget.pupil("zostań").is_visible()


@pytest.mark.parametrize("sends", [True, False])
async def test_a_conversation_that_is_gone_is_replaced_with_a_sentence(widget: Widget, sends: bool) -> None:
    await widget.start()
    await widget.ask("dawno temu", "Piszesz: dawno temu")
    widget.server.control("/forget")
    if sends:
        await widget.say("halo")
    await widget.log.get_by_text("Poprzedniej rozmowy już nie ma, więc zaczynamy nową.").wait_for()
    await widget.bot("Cześć").wait_for()
    assert "dawno temu" not in await widget.log.inner_text()
    if sends:
        await widget.bot("Piszesz: halo").wait_for()
    assert len(widget.server.told()["talks"]) == 1


async def test_buttons_send_their_payload_and_show_their_title(widget: Widget) -> None:
    await widget.start()
    await widget.button("Kursy").click()
    await widget.bot("Mam dwa kursy").wait_for()
    assert await widget.pupil("Kursy").count() == 1
    assert "/ask_courses" not in await widget.log.inner_text()
    # The answers of the greeting are gone, those of the new message are there.
    assert await widget.button("Staże").count() == 0
    assert await widget.button("Pokaż więcej").count() == 1
    group = widget.log.get_by_role("group", name="Odpowiedzi do wyboru")
    assert await group.get_by_role("button").all_inner_texts() == ["Pokaż więcej", "Coś innego"]


async def test_a_card_shows_all_it_has(widget: Widget) -> None:
    await widget.start()
    await widget.button("Kursy").click()
    card = widget.log.get_by_role("listitem").filter(has=widget.page.get_by_role("heading", name="Spawanie metodą MAG"))
    await card.wait_for()
    text = await card.inner_text()
    for part in ("Kurs", "kurs kwalifikacyjny · przykład", "Dlaczego:", "145 h", "stan na 2025-11", "Chcę się zapisać"):
        assert part in text
    assert await card.get_by_role("term").all_inner_texts() == ["Czas", "Od ilu lat", "Na koniec"]
    source = card.get_by_role("link", name="bgslusarnia.pl")
    assert await source.get_attribute("href") == "https://www.bgslusarnia.pl/blog"
    assert await source.get_attribute("rel") == "noopener noreferrer"
    assert "otwiera się w nowej karcie" in (await source.text_content() or "")


async def test_a_chart_can_be_read_as_text(widget: Widget) -> None:
    await widget.start()
    await widget.ask("zawód", "Barometr")
    figure = widget.log.get_by_role("figure")
    read = (await figure.inner_text()).replace("\n", " ")
    assert "Praca z narzędziami 5 na 6" in read
    assert "mało" in read, "what is said of a bar stands beside it"
    assert await widget.log.locator("dl").count() == 0
    widths = await figure.locator(".value").evaluate_all("(all) => all.map((one) => one.getAttribute('width'))")
    assert [round(float(width.removesuffix("%"))) for width in widths] == [83, 33, 17]


async def test_help_stands_out_and_its_numbers_can_be_tapped(widget: Widget) -> None:
    await widget.start()
    await widget.ask("nie chcę żyć", "116")
    message = widget.log.locator(".safety")
    links = message.locator("a[href^='tel:']")
    assert await links.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))") == [
        "tel:112", "tel:116111", "tel:800121212",
    ]  # fmt: skip
    assert await message.get_by_text("Ważne – tu znajdziesz pomoc").is_visible()


async def test_help_does_not_wait_until_the_message_is_stored(widget: Widget) -> None:
    await widget.start()
    widget.server.control(unstored=2)
    await widget.say("nie chcę żyć")
    help_line = widget.log.locator(".safety")
    await help_line.get_by_text("116 111").first.wait_for()
    assert widget.server.heard() == []
    order = await widget.log.locator(".line").evaluate_all("(all) => all.map((one) => one.classList[1])")
    assert order == ["bot", "pupil", "system"]
    # The stored answer takes its place.
    await widget.pupil("nie chcę żyć").filter(has_text="wysłane").wait_for(timeout=20_000)
    await eventually(lambda: widget.server.heard() == ["nie chcę żyć"], 20)
    await widget.ask("hej", "Piszesz: hej")
    assert await help_line.count() == 1
    order = await widget.log.locator(".line").evaluate_all("(all) => all.map((one) => one.classList[1])")
    assert order == ["bot", "pupil", "system", "pupil", "bot"]


async def test_numbers_in_other_messages_are_no_links(widget: Widget) -> None:
    await widget.start()
    await widget.ask("112 razy", "Piszesz: 112 razy")
    assert await widget.log.locator("a[href^='tel:']").count() == 0


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "<b>x</b> &amp; {{x}}", "javascript:alert(1)"])
async def test_text_is_never_markup(widget: Widget, text: str) -> None:
    await widget.start()
    await widget.ask(text, text)
    assert await widget.log.locator("img, b, a").count() == 0


async def test_links_lead_to_the_web_only(widget: Widget) -> None:
    await widget.start()
    card = {
        "kind": "school", "id": "x", "title": "X", "subtitle": None, "why": None, "url": "javascript:alert(1)",
        "facts": [{"label": "Strona", "value": "https://example.org/a?b=c."}],
        "source": {"title": "Y", "url": "data:text/html,x", "as_of": None}, "buttons": [],
    }  # fmt: skip
    widget.server.control("/event", type="message", sender="bot", text="karta", language="pl", cards=[card])
    await widget.bot("karta").wait_for()
    links = widget.log.locator("a")
    assert await links.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))") == [
        "https://example.org/a?b=c"
    ]


async def test_the_bot_types_from_sending_until_the_turn_ends(widget: Widget) -> None:
    await widget.start()
    typing = widget.panel.locator(".typing")
    assert not await typing.is_visible()
    widget.server.control(delay=0.7)
    await widget.say("ola")
    await typing.wait_for()
    assert await typing.inner_text() == "Drogowskaz pisze…"
    await typing.wait_for(state="hidden")
    assert await widget.bot("Piszesz: ola").is_visible()


async def test_a_person_is_always_one_press_away(widget: Widget) -> None:
    await widget.start()
    human = widget.button("Rozmowa z człowiekiem")
    place = await human.bounding_box()
    await widget.ask("kursy", "Mam dwa kursy")
    assert await human.bounding_box() == place
    await human.click()
    await widget.log.get_by_text("Twoja prośba dotarła.").wait_for()
    assert widget.server.heard()[-1] == "Chcę porozmawiać z człowiekiem"
    assert await widget.panel.locator(".owner").inner_text() == "Czekasz na człowieka"
    assert await human.bounding_box() == place
    widget.server.control("/event", type="owner", owner="counsellor", name="Anna")
    await widget.log.get_by_text("Od teraz odpowiada Ci Anna – człowiek, nie bot.").wait_for()
    assert await widget.panel.locator(".owner").inner_text() == "Teraz pisze Anna – człowiek, nie bot"
    widget.server.control("/event", type="typing", sender="counsellor")
    await widget.panel.get_by_text("Anna pisze…").wait_for()
    widget.server.control("/event", type="message", sender="counsellor", text="Dzień dobry!", language="pl")
    await widget.lines("counsellor").filter(has_text="Anna").wait_for()
    assert not await widget.panel.locator(".typing").is_visible()
    widget.server.control("/event", type="owner", owner="bot", name=None)
    await widget.log.get_by_text("Od teraz znów odpowiada bot.").wait_for()


async def test_the_services_own_notice_is_not_doubled(widget: Widget) -> None:
    await widget.start()
    events = [
        {"type": "owner", "owner": "counsellor", "name": "Anna"},
        {"type": "message", "sender": "system", "text": "Dołączyła Anna.", "language": "pl"},
    ]
    widget.server.control("/event", events=events)
    await widget.bot("Dołączyła Anna.").wait_for()
    assert await widget.log.locator(".notice").count() == 0


async def test_while_an_answer_takes_long_the_notice_is_shown_and_said_and_the_bot_goes_on_typing(
    widget: Widget,
) -> None:
    await widget.start()
    await widget.listen()
    widget.server.control(delay=60)
    await widget.say("hej")
    await widget.pupil("hej").filter(has_text="wysłane").wait_for()
    widget.server.control(
        "/event", type="message", sender="system", text="Chwilę to potrwa.", language="pl", reply_to=2
    )
    await widget.bot("Chwilę to potrwa.").wait_for()
    assert [words for words in await widget.said() if "Chwilę" in words] == ["Informacja: Chwilę to potrwa."]
    assert await widget.panel.locator(".typing").is_visible()


async def test_a_turn_that_fails_is_explained(widget: Widget) -> None:
    await widget.start()
    await widget.ask("zepsuj", "Coś się nie udało po naszej stronie.")
    assert not await widget.panel.locator(".typing").is_visible()


async def test_the_language_is_switched_and_kept(widget: Widget) -> None:
    await widget.start()
    await widget.panel.get_by_role("button", name="English").click()
    await widget.bot("Sure, let us speak English.").wait_for()
    assert widget.server.heard() == ["English please"]
    assert await widget.button("Talk to a person").is_visible()
    assert await widget.input.get_attribute("placeholder") == "Write a message"
    await widget.page.reload()
    await widget.button("Talk to a person").wait_for()
    await widget.panel.get_by_role("button", name="Polski").click()
    await widget.bot("Jasne, mówmy po polsku.").wait_for()
    assert await widget.button("Rozmowa z człowiekiem").is_visible()


async def test_a_mark_is_asked_for_after_goodbye(widget: Widget) -> None:
    await widget.start()
    await widget.say("pa, dzięki!")
    form = widget.panel.locator(".extra form")
    await form.get_by_role("group", name="Jak oceniasz tę rozmowę?").wait_for()
    await form.get_by_role("button", name="Wyślij ocenę").click()
    await form.get_by_text("Wybierz ocenę od 1 do 5.").wait_for()
    await form.get_by_role("radio", name="4 – dobrze").check()
    await form.get_by_label("Co możemy poprawić?").fill("więcej zdjęć")
    await form.get_by_role("button", name="Wyślij ocenę").click()
    await widget.panel.locator(".extra").get_by_text("Dziękujemy za ocenę!").wait_for()
    assert widget.server.told()["talks"][0]["feedback"] == [{"score": 4, "comment": "więcej zdjęć"}]
    await widget.ask("pa pa", "Piszesz: pa pa")
    await widget.page.wait_for_timeout(300)
    assert await form.count() == 0


@pytest.mark.parametrize("text", ["październik", "pani mówi", "papryka"])
async def test_words_that_begin_like_goodbye_ask_for_no_mark(widget: Widget, text: str) -> None:
    await widget.start()
    await widget.ask(text, f"Piszesz: {text}")
    await widget.page.wait_for_timeout(300)
    assert await widget.panel.locator(".extra form").count() == 0


async def test_after_a_talk_about_danger_no_mark_is_asked_for(widget: Widget) -> None:
    await widget.start()
    await widget.ask("nie chcę żyć", "116")
    await widget.ask("pa pa", "Piszesz: pa pa")
    await widget.page.wait_for_timeout(300)
    assert await widget.panel.locator("fieldset").count() == 0
    await widget.button("Zakończ rozmowę").click()
    assert await widget.question.locator("fieldset").count() == 0


async def test_ending_offers_a_mark_and_leaves_nothing_behind(widget: Widget) -> None:
    await widget.start()
    await widget.ask("ola", "Piszesz: ola")
    await widget.button("Zakończ rozmowę").click()
    await widget.question.get_by_role("radio", name="5 – bardzo dobrze").check()
    await widget.question.get_by_role("button", name="Zakończ rozmowę").click()
    await widget.log.get_by_text("Rozmowa zakończona.").wait_for()
    assert "ola" not in await widget.log.inner_text()
    assert await widget.page.evaluate("sessionStorage.length") == 0
    assert widget.server.told()["talks"][0]["feedback"] == [{"score": 5}]
    await widget.button("Rozmowa z człowiekiem").click()
    await widget.log.get_by_text("Twoja prośba dotarła.").wait_for()
    assert len(widget.server.told()["talks"]) == 2


async def test_after_it_has_expired_writing_starts_anew(widget: Widget) -> None:
    await widget.start()
    widget.server.control("/event", type="expired")
    await widget.log.get_by_text("Ta rozmowa jest zakończona.").wait_for()
    await widget.ask("jestem znów", "Piszesz: jestem znów")
    assert len(widget.server.told()["talks"]) == 2


async def test_an_idle_panel_asks_rarely(widget: Widget) -> None:
    await widget.start()
    await widget.page.wait_for_timeout(1500)
    assert widget.server.told()["calls"].count("events") <= 3


async def test_a_closed_panel_that_expects_nothing_stops_asking(widget: Widget) -> None:
    await widget.start()
    await widget.page.keyboard.press("Escape")
    # The call that waits already gets an answer; no other follows.
    widget.server.control("/event", type="typing", sender="bot")
    await widget.page.wait_for_timeout(500)
    asked = widget.server.told()["calls"].count("events")
    widget.server.control("/event", type="typing", sender="bot")
    await widget.page.wait_for_timeout(1000)
    assert widget.server.told()["calls"].count("events") == asked


async def test_no_storage_and_no_channel_still_make_a_conversation(context: BrowserContext, server: Server) -> None:
    page = await context.new_page()
    await page.add_init_script(
        """delete window.BroadcastChannel;
        delete crypto.randomUUID;
        const refuse = () => { throw new DOMException('no', 'SecurityError'); };
        Object.defineProperty(window, 'sessionStorage', { get: refuse });"""
    )
    widget = Widget(page, server)
    await widget.start()
    await widget.ask("ola", "Piszesz: ola")
    await eventually(lambda: server.heard() == ["ola"])


async def test_an_old_browser_gets_its_styles_by_link(context: BrowserContext, server: Server) -> None:
    page = await context.new_page()
    await page.add_init_script("CSSStyleSheet.prototype.replaceSync = undefined")
    widget = Widget(page, server)
    await widget.start()
    await widget.ask("ola", "Piszesz: ola")
    assert await widget.panel.evaluate("(panel) => getComputedStyle(panel).position") == "fixed"
    assert await widget.launcher.evaluate("(button) => getComputedStyle(button).borderTopWidth") == "2px"
