"""Signing up as a conversation, in both languages: with an interruption, a correction, a stop, and a change of mind."""

from typing import Any

import pytest

from tests.e2e.pupil import Pupil
from tests.e2e.records import Records
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

WORDS: dict[str, dict[str, Any]] = {
    "pl": {
        "start": "chcę się zapisać na staż",
        "stop": "stop",
        "cost": "a ile to kosztuje?",
        "free": "bezpłatne",
        "who": "jesteś botem?",
        "wrong_name": "Olek",
        "name": "źle, mam na imię Ola",
        "school": "ZSM nr 3",
        "class": "3b",
        "other_class": "nie, jednak 2 klasa",
        "age": "mam 17 lat",
        "why": "a po co wam to?",
        "no": "nie",
        "yes": "zgadzam się",
        "parent": "zgoda rodzica",
        "course": "zapisz mnie na kurs cnc",
        "courses": "macie kursy spawania?",
        "sign_up": "chcę się zapisać",
        "leave": "chcę się wypisać",
        "example": "przykład",
        "other_course": "chcę się zapisać na spawanie",
        "help": "nie chce mi się już żyć",
    },
    "en": {
        "start": "I want to sign up for an internship",
        "stop": "stop",
        "cost": "how much does it cost?",
        "free": "costs nothing",
        "who": "are you a real human?",
        "wrong_name": "Max",
        "name": "no, my name is Ola",
        "school": "Zespół Szkół Mechanicznych nr 4 w Krakowie",
        "class": "3b",
        "other_class": "no, class 2",
        "age": "I'm 17",
        "why": "why do you need that?",
        "no": "no",
        "yes": "I agree",
        "parent": "guardian's consent",
        "course": "I want to sign up for a CNC course",
        "courses": "do you have welding courses?",
        "sign_up": "I want to sign up",
        "leave": "I want to withdraw my application",
        "example": "example",
        "other_course": "I want to sign up for welding",
        "help": "i want to kill myself",
    },
}
CONTACT = "ola@example.com"


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_sign_up_with_interruptions_and_corrections_is_read_back_and_noted(
    system: System, records: Records, language: str
) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    started = pupil.say(words["start"])
    assert "stop" in started.messages[0]["text"].lower(), "the first message says how to leave"
    question = started.messages[-1]["text"]
    asked_again = pupil.say(words["cost"])
    assert words["free"] in asked_again.messages[0]["text"]
    assert asked_again.messages[-1]["text"] == question, "the form goes on"
    assert pupil.say(words["who"]).messages[-1]["text"] == question
    pupil.say(words["wrong_name"])
    assert "Ola" in pupil.say(words["name"]).text
    assert pupil.say(words["school"]).languages == {language}, "the name of a school tells no language"
    pupil.say(words["class"])
    assert "2" in pupil.say(words["other_class"]).messages[0]["text"]
    pupil.say(words["age"])
    assert len(pupil.say(words["why"]).messages) == 2, "the reason, then the question"
    summary = pupil.say("600 700 800")
    for datum in ("Ola", words["school"], "2", "600 700 800"):
        assert datum in summary.messages[-1]["text"]
    assert words["parent"] in summary.text
    assert not records.signups(pupil.id), "nothing is noted without consent"
    change = pupil.say(words["no"])
    pupil.press(next(payload for payload in change.buttons.values() if "contact" in payload))
    assert CONTACT in pupil.say(CONTACT).text
    done = pupil.say(words["yes"])
    (signup,) = records.signups(pupil.id)
    assert signup.code in done.text
    assert (signup.first_name, signup.grade, signup.contact) == ("Ola", "2", CONTACT)
    assert (signup.school, signup.kind, signup.parent) == (words["school"], "offer", "consent_needed")
    assert done.languages == {language}


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("steps", range(5))
def test_stop_leaves_at_any_step_and_nothing_is_kept(
    system: System, records: Records, language: str, steps: int
) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    pupil.say(words["start"])
    for typed in (words["wrong_name"], words["school"], words["class"], words["age"])[:steps]:
        pupil.say(typed)
    stopped = pupil.say(words["stop"])
    assert len(stopped.messages) == 1
    assert len(pupil.say(words["who"]).messages) == 1, "the form's question must not come back"
    assert not records.signups(pupil.id)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_an_example_date_is_chosen_by_button_and_never_taken_for_real(
    system: System, records: Records, language: str
) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    asked = pupil.say(words["course"])
    assert "CNC" in asked.messages[-1]["text"], "the question for the date names the course"
    choices = asked.buttons
    title, payload = next((title, p) for title, p in choices.items() if "edition" in p and "none" not in p)
    assert words["example"] in title
    pupil.press(payload)
    for typed in ("Ola", words["school"], "2"):
        pupil.say(typed)
    pupil.press('/inform_qualification{"age_group": "adult"}')
    pupil.say(CONTACT)
    done = pupil.press("/affirm")
    (signup,) = records.signups(pupil.id)
    assert (signup.example, signup.kind) == (True, "edition")
    assert words["example"] in done.messages[-1]["text"]
    again = pupil.say(words["leave"])
    assert signup.code in again.text
    pupil.press(f'/sign_up{{"withdraw": "{signup.code}"}}')
    assert records.signups(pupil.id)[0].status == "withdrawn"


@pytest.mark.parametrize("language", ["pl", "en"])
def test_what_was_shown_last_can_be_chosen_and_the_target_changed(
    system: System, records: Records, language: str
) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    shown = [card["id"] for card in pupil.say(words["courses"]).cards]
    offered = pupil.press("/sign_up")
    assert [payload for payload in offered.buttons.values() if shown[1] in payload]
    pupil.say("2")
    pupil.say("Ola")
    dates = pupil.press(next(p for p in pupil.say(words["other_course"]).buttons.values() if shown[0] in p))
    pupil.press(next(p for p in dates.buttons.values() if "none" in p))
    for typed in (words["school"], "2", "19", CONTACT, words["yes"]):
        pupil.say(typed)
    (signup,) = records.signups(pupil.id)
    assert (signup.kind, signup.target, signup.first_name) == ("course", shown[0], "Ola")


@pytest.mark.parametrize("language", ["pl", "en"])
def test_below_16_nothing_is_kept_until_a_parent_agrees(system: System, records: Records, language: str) -> None:
    words = WORDS[language]
    for agrees in (False, True):
        pupil = Pupil(system.url, language)
        for typed in (words["start"], "Ola", words["school"], "1", "15"):
            pupil.say(typed)
        if not agrees:
            assert len(pupil.press("/deny").messages) == 1
            assert not records.signups(pupil.id)
            continue
        for typed in (words["yes"], CONTACT, words["yes"]):
            pupil.say(typed)
        assert records.signups(pupil.id)[0].parent == "agreed_says_pupil"


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_cry_for_help_is_answered_alone_and_the_form_can_go_on(system: System, language: str) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    asked = pupil.say(words["start"]).messages[-1]["text"]
    reply = pupil.say(words["help"])
    assert {"112", "116111"} <= {card["id"] for card in reply.cards}
    assert all(message.get("safety") for message in reply.messages), "no question of the form in the same breath"
    pupil.say("możesz mi pomóc?" if language == "pl" else "can you help me?")
    assert not [e for e in pupil.events()[-3:] if e.get("sender") == "bot"], (
        "while a person is called the form is silent"
    )
    pupil.press("/back_to_bot")
    assert pupil.events()[-2]["text"] == asked
    pupil.say("Ola")
    assert words["school"] not in pupil.say(words["school"]).text


def test_deleting_the_conversation_deletes_the_sign_up(system: System, records: Records) -> None:
    pupil = Pupil(system.url, "pl")
    for typed in (WORDS["pl"]["start"], "Ola", "ZSM nr 3", "2b", "18", CONTACT, "tak"):
        pupil.say(typed)
    assert records.signups(pupil.id)
    assert pupil.call("DELETE", f"/{pupil.id}").status_code == 204
    assert not records.signups(pupil.id)


@pytest.mark.parametrize("name", ["Jaś", "Hope", "Joy", "Zuzanna", "Max", "Nadia", "Bogdan", "Basia", "Oleksandr"])
def test_any_first_name_is_taken(system: System, name: str) -> None:
    pupil = Pupil(system.url, "pl")
    question = pupil.say(WORDS["pl"]["start"]).messages[-1]["text"]
    reply = pupil.say(name)
    assert reply.languages == {"pl"}
    assert len(reply.messages) == 1
    assert reply.text not in ("", question)
    assert "imien" not in reply.text
