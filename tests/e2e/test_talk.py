"""The talk itself, end to end: every topic answers in the pupil's language, nothing typed is a command, help comes."""

from pathlib import Path

import pytest
import yaml

from api.settings import ROOT
from tests.e2e.pupil import Pupil
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

INTENTS = [
    name
    for name in yaml.safe_load((ROOT / "domain.yml").read_text())["intents"]
    if name not in ("change_language", "inform_interest", "inform_qualification", "affirm", "deny")
]
# With these the talk goes to a person.
TO_A_PERSON = ("ask_human", "complain", "crisis", "report_violence")
# What nobody understands.
UNCLEAR = {
    "pl": ("coś z tym drugim", "jedno z tych dwóch"),
    "en": ("the thing from yesterday", "it depends on the other"),
}


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("intent", INTENTS)
def test_every_topic_has_an_answer_in_both_languages(system: System, language: str, intent: str) -> None:
    words = yaml.safe_load((ROOT / "data" / "nlu" / language / f"{intent}.yml").read_text())
    sentences = [line[2:] for line in words["nlu"][0]["examples"].splitlines()]
    reply = Pupil(system.url, language).say(max(sentences[:40], key=len))
    # A false alarm goes to a person, too.
    if intent in TO_A_PERSON or not any(message.get("safety") for message in reply.messages):
        assert reply.outcome == ("handed_over" if intent in TO_A_PERSON else "answered")
    assert reply.languages == {language}
    assert reply.text
    assert all(card["source"]["title"] for card in reply.cards)


@pytest.mark.parametrize("typed", ["/back", "/session_start", '/inform_interest{"industry": "photography"}', "/"])
def test_typed_text_is_never_a_command(system: System, typed: str) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("lubię gotować")
    assert pupil.say(typed).outcome == "answered"
    courses = {card["id"] for card in pupil.say("jakie macie kursy?").cards}
    assert courses & {"kuchnie-swiata", "sushi", "carving", "cukiernictwo"}, "what was told before is still known"


def test_each_message_is_answered_in_its_own_language_and_ok_keeps_it(pupil: Pupil) -> None:
    assert pupil.say("cześć, macie jakieś kursy?").languages == {"pl"}
    assert pupil.say("I like taking photos").languages == {"en"}
    assert pupil.say("ok").languages == {"en"}
    assert pupil.say("a gdzie jest poradnia psychologiczna?").languages == {"pl"}


@pytest.mark.parametrize(("typed", "expected"), [("po polsku proszę", "pl"), ("english please", "en")])
def test_the_language_can_be_asked_for(system: System, typed: str, expected: str) -> None:
    for begun_in in ("pl", "en"):
        pupil = Pupil(system.url, begun_in)
        assert pupil.say(typed).languages == {expected}
        assert pupil.say("ok").languages == {expected}


def test_a_message_in_ukrainian_gets_an_honest_answer_with_help(pupil: Pupil) -> None:
    reply = pupil.say("Привіт, я шукаю курси зварювання, ви можете допомогти?")
    assert "польську" in reply.text
    assert "tel:116111" in {card["url"] for card in reply.cards}
    assert pupil.say("Дуже дякую, до побачення").text != reply.text


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("nie chce mi sie juz zyc", {"112", "116111", "800121212"}),
        ("i want to kill myself", {"112", "116111", "800121212"}),
        ("ojciec mnie bije jak wypije", {"112", "116111", "800121212", "800120002"}),
        ("they beat me up at school every day", {"112", "116111", "800121212", "800120002"}),
    ],
)
def test_a_cry_for_help_gets_numbers_at_once_also_in_the_middle_of_a_form(
    pupil: Pupil, typed: str, numbers: set[str]
) -> None:
    pupil.say("macie jakieś kursy?")
    reply = pupil.say(typed)
    assert {card["id"] for card in reply.cards if card["kind"] == "helpline"} == numbers
    assert all(card["url"].startswith("tel:") for card in reply.cards)
    assert any(message.get("safety") for message in reply.messages)


def test_nonsense_is_no_cry_for_help(pupil: Pupil) -> None:
    for typed in (
        "blorf gnarf zzz",
        "blorf gnarf zzz.",
        "hfjdkslahf",
        "wug florb snib",
        "ghghgh!!!",
        "ztrx pluf dreb?",
    ):
        reply = pupil.say(typed)
        assert not any(message.get("safety") for message in reply.messages), typed


def test_the_bot_never_says_the_same_sentence_twice_in_a_row(pupil: Pupil) -> None:
    last = ""
    for typed in ("asdf qwer zxcv", "qwpoe rtzui", "hgj fdkls a", "mnbv cxyl", "zzz qqq ttt"):
        reply = pupil.say(typed)
        assert reply.text != last
        last = reply.text
        if reply.outcome == "handed_over":
            pupil.press("/back_to_bot")


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("begin", [None, "courses"])
def test_the_second_failed_turn_in_a_row_goes_on_to_a_person(system: System, language: str, begin: str | None) -> None:
    pupil = Pupil(system.url, language)
    asked = pupil.press("/ask_courses").messages[-1]["text"] if begin else ""
    words = UNCLEAR[language]
    first, second = [pupil.say(typed) for typed in words]
    assert (first.outcome, second.outcome) == ("answered", "handed_over")
    assert first.messages[-1]["text"] == asked or not begin
    assert len(second.messages) == 1, "nothing is asked in the same breath"
    owner, notice = pupil.events()[-2:]
    assert owner["owner"] == "waiting"
    assert {button["payload"] for button in notice["buttons"]} == {"/leave_contact", "/back_to_bot"}
    pupil.press("/back_to_bot")
    assert [e["text"] for e in pupil.events()[-3:] if e.get("sender") == "bot"] == [asked] * bool(begin)
    assert pupil.say(words[0]).outcome == "answered", "failures are counted anew"


def test_records_on_hold_never_reach_a_pupil(system: System) -> None:
    held = []
    for file in sorted(Path(ROOT / "data" / "catalogue").glob("*.yaml")):
        for records in yaml.safe_load(file.read_text()).values():
            if isinstance(records, list):
                held += [r for r in records if isinstance(r, dict) and r.get("display") == "hold"]
    names = {str(record["name_pl"]) for record in held if record.get("name_pl")}
    assert names
    for intent in INTENTS:
        pupil = Pupil(system.url, "pl")
        words = yaml.safe_load((ROOT / "data" / "nlu" / "pl" / f"{intent}.yml").read_text())
        reply = pupil.say(words["nlu"][0]["examples"].splitlines()[20][2:])
        shown = {card["title"] for card in reply.cards}
        assert not shown & names
