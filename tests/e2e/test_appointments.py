"""An appointment as a conversation, in both languages: free times, none, somebody faster, a change of mind."""

from typing import Any

import pytest
from icalendar import Calendar

from tests import http
from tests.e2e.pupil import Pupil
from tests.e2e.records import Records
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

WORDS: dict[str, dict[str, Any]] = {
    "pl": {
        "about": "co to jest pathway to a career?",
        "start": "chcę się umówić do doradcy zawodowego",
        "yes": "tak",
        "cost": "a ile to kosztuje?",
        "free": "bezpłatne",
        "courses": "macie kursy spawania?",
        "name": "źle, mam na imię Ola",
        "skip": "pomiń",
        "stop": "stop",
        "who": "kim jesteś?",
        "call_off": "muszę odwołać to spotkanie",
        "first": "pierwszy",
        "ask_school": "w szkole",
        "rather": "nie, jednak drugi",
        "no": "nie",
        "time": "termin",
    },
    "en": {
        "about": "what is the pathway to a career?",
        "start": "book me a meeting with a career counsellor",
        "yes": "yes",
        "cost": "how much does it cost?",
        "free": "free",
        "courses": "do you have welding courses?",
        "name": "no, my name is Ola",
        "skip": "skip",
        "stop": "stop",
        "who": "are you a bot?",
        "call_off": "cancel my appointment",
        "first": "1",
        "ask_school": "at your school",
        "rather": "no, the second",
        "no": "no",
        "time": "time",
    },
}


@pytest.fixture
def empty(records: Records) -> Records:
    """No counsellor has offered a time."""
    records.withdraw_times()
    return records


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_time_is_chosen_corrected_booked_put_into_a_calendar_and_called_off(
    system: System, empty: Records, language: str
) -> None:
    words = WORDS[language]
    slot = empty.offer_time(f"Doradczyni {language}")
    pupil = Pupil(system.url, language)
    pupil.say(words["about"])
    started = pupil.say(words["yes"])
    assert "stop" in started.messages[0]["text"].lower()
    (card,) = started.cards
    assert (card["kind"], card["id"]) == ("appointment", str(slot.id))
    assert words["free"] in pupil.say(words["cost"]).messages[0]["text"]
    pupil.press(card["buttons"][0]["payload"])
    pupil.say("Olek")
    assert len(pupil.say(words["courses"]).cards) == 3, "the question about courses is answered"
    assert "Ola" in pupil.say(words["name"]).text
    summary = pupil.say(words["skip"])
    assert slot.counsellor in summary.text
    done = pupil.say(words["yes"])
    (booked,) = done.cards
    assert booked["id"] in done.messages[0]["text"]
    file = http.get(booked["url"])
    assert Calendar.from_ical(file.content).walk("VEVENT")[0]["DTSTART"].dt == slot.starts_at
    assert not Pupil(system.url, language).say(words["start"]).cards, "nobody else is offered the time"
    assert pupil.say(words["call_off"]).cards[0]["id"] == booked["id"]
    pupil.say(words["yes"])
    assert len(Pupil(system.url, language).say(words["start"]).cards) == 1
    assert done.languages == {language}


@pytest.mark.parametrize("language", ["pl", "en"])
def test_somebody_faster_means_choosing_again_without_telling_everything_again(
    system: System, empty: Records, language: str
) -> None:
    words = WORDS[language]
    for number in (1, 2):
        empty.offer_time(f"Doradca {language} {number}", days=number + 1)
    slow, fast = Pupil(system.url, language), Pupil(system.url, language)
    for pupil, name in ((slow, "Max"), (fast, "Ola")):
        for typed in (words["start"], words["first"], name, words["skip"]):
            pupil.say(typed)
    fast.say(words["yes"])
    again = slow.say(words["yes"])
    assert len(again.cards) == 1, "the time that is left"
    summary = slow.press(again.cards[0]["buttons"][0]["payload"])
    assert "Max" in summary.text
    assert slow.say(words["yes"]).cards[0]["url"]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_time_is_corrected_at_the_next_step_and_at_the_end(system: System, empty: Records, language: str) -> None:
    words = WORDS[language]
    first, second = (empty.offer_time(f"Doradca {language} {number}", days=number + 1) for number in (1, 2))
    pupil = Pupil(system.url, language)
    for typed in (words["start"], words["first"], words["rather"], "Ola"):
        pupil.say(typed)
    assert second.counsellor in pupil.say(words["skip"]).text
    pupil.say(words["no"])
    again = pupil.say(words["time"])
    assert [card["id"] for card in again.cards] == [str(first.id), str(second.id)]
    assert first.counsellor in pupil.say(words["first"]).text
    assert pupil.say(words["yes"]).cards[0]["url"]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_without_free_times_a_contact_can_be_left(system: System, empty: Records, language: str) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    started = pupil.say(words["start"])
    assert words["ask_school"] in started.text
    assert not started.cards
    pupil.press('/ask_counselling{"appointment": "contact"}')
    for typed in ("Ola", "17", "600 700 800"):
        pupil.say(typed)
    done = pupil.say(words["yes"])
    (request,) = empty.requests(pupil.id)
    assert request.code in done.text
    assert (request.kind, request.first_name, request.contact) == ("meeting", "Ola", "+48600700800")
    assert request.code in pupil.say(words["call_off"]).text, "what was left can be taken back"
    pupil.say(words["yes"])
    assert empty.requests(pupil.id)[0].status == "withdrawn"


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("steps", range(3))
def test_stop_leaves_at_any_step(system: System, empty: Records, language: str, steps: int) -> None:
    words = WORDS[language]
    empty.offer_time(f"Doradca stop {language} {steps}")
    pupil = Pupil(system.url, language)
    for typed in (words["start"], words["first"], "Ola")[: steps + 1]:
        pupil.say(typed)
    assert len(pupil.say(words["stop"]).messages) == 1
    assert len(pupil.say(words["who"]).messages) == 1, "the form's question must not come back"
    assert len(Pupil(system.url, language).say(words["start"]).cards) == 1, "the time is still free"
