"""What the pupil sends arrives once: through outages, reloads, refusals and answers that get lost."""

import pytest

from tests.widget.driver import Widget, eventually

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_message_shows_its_state_in_words(widget: Widget) -> None:
    await widget.start()
    widget.server.control(hold=0.5)
    await widget.say("ola")
    await widget.pupil("ola").filter(has_text="wysyłanie…").wait_for()
    await widget.pupil("ola").filter(has_text="wysłane").wait_for()


async def test_a_message_typed_during_an_outage_arrives_once(widget: Widget) -> None:
    await widget.start()
    widget.server.kill()
    await widget.say("podczas awarii")
    await widget.pupil("podczas awarii").filter(has_text="czeka na połączenie").wait_for()
    assert "poczeka tutaj i wyśle się samo" in await widget.banner.inner_text()
    assert not await widget.panel.locator(".typing").is_visible()
    await widget.say("i jeszcze jedna")
    widget.server.start()
    await widget.bot("Piszesz: i jeszcze jedna").wait_for(timeout=20_000)
    assert widget.server.heard() == ["podczas awarii", "i jeszcze jedna"]
    assert await widget.lines("pupil").count() == 2
    assert not await widget.banner.is_visible()
    assert "czeka" not in await widget.log.inner_text()


async def test_a_message_waits_through_a_reload(widget: Widget) -> None:
    await widget.start()
    widget.server.control(status=503)
    await widget.say("przed odświeżeniem")
    await widget.banner.wait_for()
    await widget.page.reload()
    await widget.pupil("przed odświeżeniem").filter(has_text="czeka na połączenie").wait_for()
    widget.server.control(status=0)
    await widget.bot("Piszesz: przed odświeżeniem").wait_for(timeout=20_000)
    assert widget.server.heard() == ["przed odświeżeniem"]
    assert await widget.lines("pupil").count() == 1


async def test_it_is_sent_even_if_the_panel_stays_closed_after_the_reload(widget: Widget) -> None:
    await widget.start()
    widget.server.control(status=503)
    await widget.say("potem zamykam")
    await widget.banner.wait_for()
    await widget.page.keyboard.press("Escape")
    await widget.page.reload()
    widget.server.control(status=0)
    await eventually(lambda: widget.server.heard() == ["potem zamykam"], 20)
    assert not await widget.panel.is_visible()


async def test_a_lost_acknowledgement_makes_no_second_message(widget: Widget) -> None:
    await widget.start()
    widget.server.control(swallow=1)
    await widget.say("raz")
    await widget.bot("Piszesz: raz").wait_for()
    await widget.pupil("raz").filter(has_text="wysłane").wait_for()
    assert widget.server.heard() == ["raz"]
    assert await widget.lines("pupil").count() == 1


async def test_an_event_after_the_acknowledgement_makes_no_second_line(widget: Widget) -> None:
    await widget.start()
    widget.server.control(late=0.5)
    await widget.say("ola")
    await widget.pupil("ola").filter(has_text="wysłane").wait_for()
    await widget.bot("Piszesz: ola").wait_for()
    assert await widget.lines("pupil").count() == 1


async def test_an_event_before_the_acknowledgement_makes_no_second_line(widget: Widget) -> None:
    await widget.start()
    widget.server.control(hold=1)
    await widget.button("Kursy").click()
    await widget.bot("Mam dwa kursy").wait_for()
    assert await widget.lines("pupil").count() == 1
    await widget.pupil("Kursy").filter(has_text="wysłane").wait_for()
    assert await widget.lines("pupil").count() == 1
    order = await widget.log.locator(".line").evaluate_all("(all) => all.map((one) => one.classList[1])")
    assert order == ["bot", "pupil", "bot"]


async def test_the_same_words_twice_are_two_messages(widget: Widget) -> None:
    await widget.start()
    widget.server.control(hold=0.3)
    await widget.say("tak")
    await widget.say("tak")
    await widget.bot("Piszesz: tak").nth(1).wait_for()
    await widget.page.wait_for_timeout(500)
    assert widget.server.heard() == ["tak", "tak"]
    assert await widget.lines("pupil").count() == 2


async def test_messages_keep_their_order(widget: Widget) -> None:
    await widget.start()
    widget.server.control(hold=0.2, delay=0.3)
    for number in range(5):
        await widget.say(f"nr {number}")
    await widget.bot("Piszesz: nr 4").wait_for()
    assert widget.server.heard() == [f"nr {number}" for number in range(5)]
    shown = await widget.lines("pupil").locator(".text").all_inner_texts()
    assert shown == [f"nr {number}" for number in range(5)]


async def test_too_fast_is_said_in_words_and_sent_later(widget: Widget) -> None:
    await widget.start()
    widget.server.control(limit=1)
    await widget.say("szybko")
    await widget.banner.filter(has_text="wyśle się sama za 2 s").wait_for()
    await widget.pupil("szybko").filter(has_text="czeka na swoją kolej").wait_for()
    await widget.bot("Piszesz: szybko").wait_for()
    assert not await widget.banner.is_visible()
    assert widget.server.heard() == ["szybko"]


async def test_a_refused_message_says_why_and_can_be_corrected(widget: Widget) -> None:
    await widget.start()
    await widget.say("422")
    await widget.panel.get_by_text("Tej wiadomości nie da się wysłać. text: nie rozumiem tego pola").first.wait_for()
    await widget.pupil("422").filter(has_text="nie wysłano").wait_for()
    assert await widget.input.input_value() == "422"
    assert await widget.input.get_attribute("aria-invalid") == "true"
    await widget.ask("już dobrze", "Piszesz: już dobrze")
    assert not await widget.panel.locator("#problem").is_visible()


async def test_a_text_that_is_too_long_is_not_cut(widget: Widget) -> None:
    await widget.start()
    await widget.say("a" * 4001)
    await widget.panel.get_by_text("4001 na 4000 znaków").first.wait_for()
    assert len(await widget.input.input_value()) == 4001
    assert widget.server.heard() == []
    await widget.ask("😀" * 4000, "Piszesz: 😀")
    assert [len(text) for text in widget.server.heard()] == [4000]


async def test_a_button_that_the_service_does_not_know_is_sent_as_its_words(widget: Widget) -> None:
    await widget.start()
    widget.server.control(unknown="/ask_human")
    await widget.button("Rozmowa z człowiekiem").click()
    await widget.bot("Piszesz: Chcę porozmawiać z człowiekiem").wait_for()
    assert widget.server.heard() == ["Chcę porozmawiać z człowiekiem"]


async def test_a_line_that_comes_back_in_other_words_is_shown_once(widget: Widget) -> None:
    """A service may know a button under an older title."""
    await widget.start()
    widget.server.control(retitle="Kursy w Krakowie", hold=0.5)
    await widget.button("Kursy").click()
    await widget.bot("Mam dwa kursy").wait_for()
    await widget.pupil("wysłane").wait_for()
    assert await widget.lines("pupil").count() == 1


async def test_a_network_that_is_gone_and_back(widget: Widget) -> None:
    await widget.start()
    await widget.page.context.set_offline(True)
    await widget.banner.wait_for()
    await widget.say("bez sieci")
    await widget.pupil("bez sieci").filter(has_text="czeka na połączenie").wait_for()
    # Long enough for the pauses between two tries to have grown; they are not waited for.
    await widget.page.wait_for_timeout(4_500)
    await widget.page.context.set_offline(False)
    await widget.bot("Piszesz: bez sieci").wait_for(timeout=1_500)
    assert widget.server.heard() == ["bez sieci"]


async def test_opening_during_an_outage_says_so_and_goes_on_by_itself(widget: Widget) -> None:
    await widget.visit()
    widget.server.control(status=503)
    await widget.launcher.click()
    await widget.banner.wait_for()
    await widget.say("jestem")
    widget.server.control(status=0)
    await widget.bot("Piszesz: jestem").wait_for(timeout=20_000)
    assert len(widget.server.told()["talks"]) == 1


async def test_a_panel_that_cannot_be_fetched_says_so_and_can_be_tried_again(widget: Widget) -> None:
    await widget.visit()
    widget.server.kill()
    await widget.launcher.click()
    await widget.page.get_by_role("status").filter(has_text="Czat się nie wczytał").wait_for()
    widget.server.start()
    await widget.open()
