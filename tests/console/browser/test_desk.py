"""Two counsellors and a pupil at once, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.browser.driver import PATIENCE_MS, Desk, Service, Talk, waiting

pytestmark = pytest.mark.browser

# A page in the background, as the browser would report one, that counts what it tells.
WATCHED = """() => {
  window.told = { notices: [], sounds: 0 };
  Object.defineProperty(document, 'hidden', { get: () => true });
  const Shown = Notification;
  window.Notification = class extends Shown {
    static get permission() { return 'granted'; }  // it was; the headless shell says so only when it is asked for it
    constructor(words, options) { super(words, options); told.notices.push(words); }
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function () { told.sounds += 1; return start.call(this); };
}"""


def test_a_pupil_who_asks_appears_in_the_open_queue_and_is_taken(service: Service, anna: Desk) -> None:
    page = anna.open()
    expect(page.locator("#connection")).to_have_text("na żywo", timeout=PATIENCE_MS)
    talk = waiting(service)
    page.get_by_role("button", name=f"Przejmij rozmowę {talk.name}").click()
    expect(page.locator(".state strong")).to_have_text("Prowadzisz tę rozmowę")
    expect(page.get_by_text("Chodzi mi o staż w gastronomii")).to_be_visible()
    assert [e["name"] for e in talk.events() if e["type"] == "owner"] == [None, "Anna"]
    assert "Anna" in [e["text"] for e in talk.events() if e.get("sender") == "system"][-1]


def test_lines_go_both_ways_without_a_reload(service: Service, anna: Desk) -> None:
    talk = waiting(service)
    page = anna.lead(talk)
    page.evaluate("window.stayed = true")
    anna.write("Dzień dobry! W czym pomóc?")
    assert talk.wait_for("Dzień dobry! W czym pomóc?")["sender"] == "counsellor"
    expect(page.locator(".line.counsellor .words")).to_have_text("Dzień dobry! W czym pomóc?")
    expect(page.locator("#text")).to_have_value("")
    talk.say("Szukam miejsca na staż")
    expect(page.locator(".line.pupil .words").last).to_have_text("Szukam miejsca na staż", timeout=PATIENCE_MS)
    expect(page.locator("#said")).to_have_text("Nowa wiadomość od ucznia")
    assert page.evaluate("window.stayed")


def test_of_two_who_take_the_same_talk_one_wins_and_the_other_sees_who(service: Service, anna: Desk, jan: Desk) -> None:
    talk = waiting(service)
    hers, his = anna.open(), jan.open()
    name = f"Przejmij rozmowę {talk.name}"
    expect(hers.get_by_role("button", name=name)).to_be_visible()
    version = his.locator(f'form[action$="{talk.id}/take"] input[name=version]').input_value()
    hers.get_by_role("button", name=name).click()
    expect(hers.locator(".state strong")).to_have_text("Prowadzisz tę rozmowę")
    # His page shows the talk as it was: the click was on its way.
    his.goto(f"{service.url}/console/talks/{talk.id}")
    his.locator("form[data-key=take] input[name=version]").evaluate("(one, old) => one.value = old", version)
    his.locator("form[data-key=take] button").click()
    expect(his.get_by_role("alert").first).to_contain_text("zmienił się")
    expect(his.locator(".state strong")).to_have_text("Prowadzi Anna")
    expect(his.locator("#reply")).to_be_hidden()


def test_who_loses_a_talk_sees_it_at_once_and_cannot_write(service: Service, anna: Desk, jan: Desk) -> None:
    talk = waiting(service)
    hers = anna.lead(talk)
    anna.page.locator("#text").fill("Moja odpowiedź")
    his = jan.open_talk(talk)
    his.get_by_role("button", name="Przejmij od innej osoby").click()
    expect(his.locator(".state strong")).to_have_text("Prowadzisz tę rozmowę")
    expect(hers.locator(".state strong")).to_have_text("Prowadzi Jan", timeout=PATIENCE_MS)
    expect(hers.locator("#reply")).to_be_hidden()


def test_a_line_that_came_meanwhile_is_shown_before_the_reply_goes(service: Service, anna: Desk) -> None:
    talk = waiting(service)
    page = anna.lead(talk)
    page.locator("#text").fill("Proszę zadzwonić do szkoły.")
    talk.say("Już nieaktualne")
    talk.say("Mam inne pytanie")
    expect(page.locator(".line.pupil .words").last).to_have_text("Mam inne pytanie", timeout=PATIENCE_MS)
    page.locator("#text").press("Control+Enter")
    guard = page.locator("#guard")
    expect(guard).to_contain_text("Są 2 nowsze wiadomości. Wysłać mimo to?")
    expect(guard.get_by_role("button")).to_be_focused()
    assert not [e for e in talk.events() if e.get("sender") == "counsellor"]
    guard.get_by_role("button", name="Wyślij mimo to").click()
    talk.wait_for("Proszę zadzwonić do szkoły.")
    expect(guard).to_be_empty()


def test_after_a_gap_every_line_is_there_once(service: Service, anna: Desk) -> None:
    talk = waiting(service)
    page = anna.lead(talk)
    page.context.set_offline(offline=True)
    page.locator("#text").fill("Napisane bez sieci")
    page.locator("#text").press("Control+Enter")
    expect(page.locator("#guard")).to_contain_text("nie dotarła", timeout=PATIENCE_MS)
    for number in range(3):
        talk.say(f"wiersz {number}")
    page.context.set_offline(offline=False)
    anna.problems.clear()
    expect(page.locator(".line.pupil .words").last).to_have_text("wiersz 2", timeout=PATIENCE_MS)
    numbers = page.locator(".line").evaluate_all("(all) => all.map((one) => Number(one.dataset.seq))")
    assert numbers == sorted(set(numbers))


def test_given_back_the_pupil_goes_on_with_the_bot(service: Service, anna: Desk) -> None:
    talk = waiting(service)
    page = anna.lead(talk)
    page.get_by_role("button", name="Oddaj botowi").click()
    expect(page.locator(".state strong")).to_have_text("Odpowiada bot")
    assert [e["owner"] for e in talk.events() if e["type"] == "owner"] == ["waiting", "counsellor", "bot"]
    expect(page.locator("#reply")).to_be_hidden()


def test_a_safety_flag_puts_a_talk_on_top_of_the_open_queue(service: Service, anna: Desk) -> None:
    waiting(service)
    page = anna.open()
    expect(page.locator("#connection")).to_have_text("na żywo", timeout=PATIENCE_MS)
    urgent = Talk(service)
    urgent.say("jest mi bardzo źle")
    service.flag_safety(urgent.id)
    waiting(service)
    first = page.locator("section[aria-labelledby=waiting] .row").first
    expect(first).to_contain_text(f"Rozmowa {urgent.name}", timeout=PATIENCE_MS)
    expect(first).to_contain_text("Bezpieczeństwo")
    talk = anna.open_talk(urgent)
    expect(talk.locator(".state strong")).to_have_text("Odpowiada bot")
    talk.get_by_role("button", name="Zajęto się tym").click()
    expect(talk.locator(".state .tag.bad")).to_have_count(0)


def test_an_erased_talk_goes_from_the_screen(service: Service, anna: Desk) -> None:
    talk = waiting(service, "sekretne słowa")
    page = anna.open_talk(talk)
    expect(page.get_by_text("sekretne słowa")).to_be_visible()
    talk.say("i jeszcze jedno")
    expect(page.get_by_text("i jeszcze jedno")).to_be_visible()
    talk.erase()
    expect(page.get_by_text("Uczeń usunął tę rozmowę.").last).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("sekretne słowa")).to_have_count(0)
    # What the page was asking for while the talk went may not be there any more.
    anna.problems[:] = [one for one in anna.problems if not ("404" in one and talk.id in one)]


def test_a_talk_erased_during_a_gap_goes_from_the_screen(service: Service, anna: Desk) -> None:
    talk = waiting(service, "sekretne słowa")
    anna.page.route("**/stream*", lambda route: route.abort())
    page = anna.open(f"/console/talks/{talk.id}")
    expect(page.locator("#connection")).to_have_text(re.compile("brak"), timeout=PATIENCE_MS)
    talk.erase()
    page.unroute("**/stream*")
    expect(page.get_by_text("Uczeń usunął tę rozmowę.").last).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("sekretne słowa")).to_have_count(0)
    # The browser reports the gap and the talk that is not there.
    anna.problems.clear()


def test_the_whole_work_by_keyboard(service: Service, anna: Desk) -> None:
    talk = waiting(service)
    page = anna.open()
    expect(page.get_by_role("link", name=f"Rozmowa {talk.name}")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.textContent").strip() == f"Rozmowa {talk.name}":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(talk.id))
    page.keyboard.press("t")
    expect(page.locator(".state strong")).to_have_text("Prowadzisz tę rozmowę")
    page.keyboard.press("r")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("jest r, t i q w tekście")
    page.keyboard.press("Control+Enter")
    talk.wait_for("jest r, t i q w tekście")
    page.locator("#lines").focus()
    page.keyboard.press("q")
    expect(page).to_have_url(re.compile("/console/queue$"))


def test_a_canned_reply_in_the_talks_language_is_put_in(service: Service, anna: Desk) -> None:
    page = anna.open("/console/replies")
    page.get_by_label("Nazwa").fill("Powitanie")
    page.get_by_label("Po polsku").fill("Dzień dobry, jestem doradczynią.")
    page.get_by_label("Po angielsku").fill("Good morning, I am a counsellor.")
    page.get_by_role("button", name="Dodaj").click()
    talk = waiting(service, "hello", "en")
    page = anna.lead(talk)
    page.get_by_label("Gotowa odpowiedź").select_option("Powitanie")
    expect(page.locator("#text")).to_have_value("Good morning, I am a counsellor.")


def test_two_who_look_at_a_talk_see_each_other(service: Service, anna: Desk, jan: Desk) -> None:
    talk = waiting(service)
    anna.open_talk(talk)
    his = jan.open_talk(talk)
    expect(his.locator("#present")).to_have_text("Anna", timeout=PATIENCE_MS)


def test_a_page_in_the_background_notifies_and_sounds_without_the_pupils_words(service: Service, anna: Desk) -> None:
    anna.context.grant_permissions(["notifications"], origin=service.url)
    page = anna.open()
    page.evaluate(WATCHED)
    for name in ("sound", "desktop"):
        page.locator(f"#alert-{name}").click()
        expect(page.locator(f"#alert-{name}")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("told") == {"notices": [], "sounds": 1}, "turning the sound on lets it be heard"
    expect(page.locator("#connection")).to_have_text("na żywo", timeout=PATIENCE_MS)
    waiting(service, "tajne słowa")
    expect(page).to_have_title(re.compile("^●"), timeout=PATIENCE_MS)
    told = page.evaluate("told")
    assert told["sounds"] > 1
    assert told["notices"]
    assert set(told["notices"]) <= {"Nowa osoba czeka na rozmowę", "Nowa wiadomość w rozmowie"}
    for name in ("sound", "desktop"):
        page.locator(f"#alert-{name}").click()


def test_nothing_comes_from_elsewhere_and_the_script_is_small(service: Service, anna: Desk) -> None:
    talk = Talk(service)
    asked: list[str] = []
    anna.page.on("request", lambda request: asked.append(request.url))
    anna.open()
    anna.open_talk(talk)
    assert all(url.startswith(service.url) for url in asked)
    script = next(url for url in asked if url.endswith("console.js"))
    assert len(anna.page.request.get(script).body()) <= 40_000
