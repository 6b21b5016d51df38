"""What a screen reader is told: each finished message once, and nothing that was read before."""

import pytest

from tests.widget.driver import Widget

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_every_message_is_said_once(widget: Widget) -> None:
    await widget.visit()
    await widget.listen()
    await widget.open()
    await widget.ask("dwie", "Druga.")
    await widget.page.wait_for_timeout(500)
    said = await widget.said()
    assert [words for words in said if "Cześć!" in words] == [
        "Drogowskaz: Cześć! Jestem Drogowskaz, bot. Podpowiem Ci, jakie kursy i staże mogą do Ciebie pasować. "
        "Od czego zaczynamy? Do wyboru: Kursy, Staże, Nie wiem, co wybrać."
    ]
    assert said.count("Drogowskaz: Pierwsza.") == 1
    assert said.count("Drogowskaz: Druga.") == 1
    assert len(said) == 3


async def test_events_that_come_again_are_not_said_again(widget: Widget) -> None:
    await widget.visit()
    await widget.listen()
    widget.server.control(repeat=True)
    await widget.open()
    await widget.ask("dwie", "Druga.")
    await widget.ask("ola", "Piszesz: ola")
    assert len(await widget.said()) == 4
    assert await widget.lines("bot").count() == 4


async def test_cards_are_named(widget: Widget) -> None:
    await widget.start()
    await widget.listen()
    await widget.button("Kursy").click()
    await widget.bot("Mam dwa kursy").wait_for()
    (words,) = await widget.said()
    assert "Kurs, Spawanie metodą MAG (135/136), kurs kwalifikacyjny · przykład." in words
    assert "Kurs, Programowanie obrabiarek CNC" in words
    assert words.endswith("Do wyboru: Pokaż więcej, Coś innego.")


async def test_words_about_sending_and_typing_are_not_said(widget: Widget) -> None:
    await widget.start()
    widget.server.control(delay=1)
    await widget.listen()
    await widget.say("ola")
    await widget.panel.locator(".typing").wait_for()
    await widget.bot("Piszesz: ola").wait_for()
    assert await widget.said() == ["Drogowskaz: Piszesz: ola"]


async def test_history_is_not_said_after_a_reload(widget: Widget) -> None:
    await widget.start()
    await widget.ask("ola", "Piszesz: ola")
    await widget.page.reload()
    await widget.listen()
    await widget.bot("Piszesz: ola").wait_for()
    await widget.page.wait_for_timeout(500)
    assert await widget.said() == []
    await widget.ask("ela", "Piszesz: ela")
    assert await widget.said() == ["Drogowskaz: Piszesz: ela"]


async def test_an_answer_while_closed_marks_the_button_and_is_said_on_opening(widget: Widget) -> None:
    await widget.start()
    widget.server.control(delay=1)
    await widget.say("ola")
    await widget.page.keyboard.press("Escape")
    await widget.listen()
    fresh = widget.page.get_by_role("button", name="Drogowskaz – otwórz czat (nowa wiadomość)")
    await fresh.wait_for()
    assert await widget.said() == ["Drogowskaz: nowa wiadomość"]
    await fresh.click()
    await widget.bot("Piszesz: ola").wait_for()
    assert await widget.said() == ["Drogowskaz: nowa wiadomość", "Drogowskaz: Piszesz: ola"]
    await widget.page.keyboard.press("Escape")
    assert await widget.launcher.get_attribute("aria-label") == "Drogowskaz – otwórz czat"


async def test_an_outage_and_its_end_are_said(widget: Widget) -> None:
    await widget.start()
    await widget.listen()
    widget.server.control(status=503)
    await widget.say("ola")
    await widget.banner.wait_for()
    widget.server.control(status=0)
    await widget.bot("Piszesz: ola").wait_for()
    said = await widget.said()
    assert said[0].startswith("Nie ma połączenia.")
    assert sorted(said[1:]) == ["Drogowskaz: Piszesz: ola", "Połączenie wróciło."]


async def test_a_message_of_help_begins_with_its_weight(widget: Widget) -> None:
    await widget.start()
    await widget.listen()
    await widget.ask("nie chcę żyć", "116")
    (words,) = await widget.said()
    assert words.startswith("Ważne – tu znajdziesz pomoc. Informacja: To brzmi bardzo poważnie.")
    assert "Dziecięcy Telefon Zaufania, 800 12 12 12, Godziny: 24/7." in words


async def test_the_log_itself_is_silent(widget: Widget) -> None:
    await widget.start()
    assert await widget.log.get_attribute("aria-live") == "off"
    assert await widget.panel.locator("[aria-live=polite]").count() == 1
