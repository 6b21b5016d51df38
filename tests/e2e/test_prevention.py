"""Asking for a prevention class as a conversation, in both languages."""

from typing import Any

import pytest

from tests.e2e.pupil import Pupil
from tests.e2e.records import Records
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

WORDS: dict[str, dict[str, Any]] = {
    "pl": {
        "about": "czy robicie zajęcia o przemocy dla klas?",
        "yes": "tak",
        "start": "chcę zgłosić klasę na zajęcia o przemocy",
        "cost": "a ile to kosztuje?",
        "unknown": "nie mam potwierdzonej",
        "topic": "cyberprzemoc w naszej klasie",
        "own": "bije mnie chłopak z klasy, to przemoc",
        "class": "nie, klasa 2b",
        "adult": "jestem nauczycielką",
        "agree": "zgadzam się",
        "stop": "stop",
        "who": "kim jesteś?",
    },
    "en": {
        "about": "do you run workshops against bullying?",
        "yes": "yes",
        "start": "I'd like to book a workshop against bullying for our class",
        "cost": "how much does it cost?",
        "unknown": "no confirmed information",
        "topic": "cyberbullying in our class",
        "own": "bullying: they beat me up at school",
        "class": "no, class 2b",
        "adult": "I'm a teacher",
        "agree": "I agree",
        "stop": "stop",
        "who": "are you a bot?",
    },
}


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_request_with_an_interruption_and_a_correction_reaches_staff(
    system: System, records: Records, language: str
) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    pupil.say(words["about"])
    assert "stop" in pupil.say(words["yes"]).messages[0]["text"].lower()
    assert words["unknown"] in pupil.say(words["cost"]).messages[0]["text"]
    pupil.say("ZSE nr 1")
    asked = pupil.say("1b").messages[-1]["text"]
    cry = pupil.say(words["own"])
    assert all(message.get("safety") for message in cry.messages), "somebody's own trouble is no topic"
    assert cry.outcome == "handed_over"
    assert pupil.press("/back_to_bot").outcome == "answered"
    assert pupil.events()[-2]["text"] == asked, "the form goes on where it was"
    pupil.say(words["topic"])
    pupil.say(words["adult"])
    pupil.say("szkola@example.com")
    summary = pupil.say(words["class"])
    for datum in ("ZSE nr 1", "2b", words["topic"], "szkola@example.com"):
        assert datum in summary.messages[-1]["text"]
    done = pupil.say(words["agree"])
    (request,) = records.requests(pupil.id)
    assert request.code in done.text
    assert (request.kind, request.school, request.grade) == ("prevention_class", "ZSE nr 1", "2b")
    assert (request.topic, request.contact, request.status) == (words["topic"], "szkola@example.com", "new")
    assert done.languages == {language}


@pytest.mark.parametrize("language", ["pl", "en"])
def test_buttons_alone_do_for_topic_and_age(system: System, records: Records, language: str) -> None:
    pupil = Pupil(system.url, language)
    pupil.say(WORDS[language]["about"])
    pupil.press('/ask_prevention_class{"request": "new"}')
    pupil.say("ZSE nr 1")
    pupil.say("3")
    pupil.press('/ask_prevention_class{"class_topic": "equality"}')
    pupil.press('/inform_qualification{"age_group": "adult"}')
    pupil.say("600700800")
    pupil.press("/affirm")
    assert len(records.requests(pupil.id)) == 1


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("steps", range(4))
def test_stop_leaves_at_any_step(system: System, records: Records, language: str, steps: int) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    for typed in (words["start"], "ZSE nr 1", "2b", words["topic"])[: steps + 1]:
        pupil.say(typed)
    assert len(pupil.say(words["stop"]).messages) == 1
    assert len(pupil.say(words["who"]).messages) == 1, "the form's question must not come back"
    assert not records.requests(pupil.id)
