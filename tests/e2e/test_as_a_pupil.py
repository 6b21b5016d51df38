"""What pupils did in the first walks through all topics, and what went wrong then: in both languages, over HTTP."""

import pytest

from tests.e2e.pupil import Pupil, Reply
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

BY_LANGUAGE = pytest.mark.parametrize("language", ["pl", "en"])


def ids(reply: Reply) -> list[str]:
    """The ids of all cards."""
    return [card["id"] for card in reply.cards]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pl", "nie wiem co chce robic w zyciu"),
        ("pl", "co do mnie pasuje"),
        ("en", "I don't know what to do with my life"),
        ("en", "what should I do with my life?"),
    ],
)
def test_the_first_question_of_all_leads_to_the_questionnaire(system: System, language: str, said: str) -> None:
    reply = Pupil(system.url, language).say(said)
    assert not any(message.get("safety") for message in reply.messages)
    assert any('"answer": "start"' in payload for payload in reply.buttons.values())


@BY_LANGUAGE
def test_what_stands_on_the_menu_may_be_typed_without_alarm(system: System, language: str) -> None:
    pupil = Pupil(system.url, language)
    first = pupil.say("co umiesz?" if language == "pl" else "what can you do?").buttons
    for title in {**first, **pupil.press('/ask_help{"more": "yes"}').buttons}:
        if not title[0].isdigit() and title not in ("English", "Polski"):
            reply = pupil.say(title.lower().rstrip("?"))
            assert not any(message.get("safety") for message in reply.messages), title
        if any(event["type"] == "owner" for event in reply.events):
            pupil = Pupil(system.url, language)


@pytest.mark.parametrize(
    ("language", "asks", "about"),
    [
        ("pl", "a ile to kosztuje?", {"questionnaire": "Ankieta jest bezpłatna", "counselling": "Nic nie płacisz"}),
        (
            "en",
            "how much does it cost?",
            {"questionnaire": "The questionnaire is free", "counselling": "costs nothing"},
        ),
    ],
)
def test_a_price_is_asked_of_what_the_talk_is_about(
    system: System, language: str, asks: str, about: dict[str, str]
) -> None:
    pupil = Pupil(system.url, language)
    pupil.say("co to jest pathway to a career?" if language == "pl" else "what is the pathway to a career?")
    assert about["counselling"] in pupil.say(asks).text
    pupil.say("chcę iść do psychologa" if language == "pl" else "I want to see a psychologist")
    assert {card["kind"] for card in pupil.say(asks).cards} == {"clinic"}
    pupil.say("nie wiem, co chcę robić w życiu" if language == "pl" else "I don't know what to do with my life")
    question = pupil.press('/undecided{"answer": "start"}').messages[-1]["text"].splitlines()[-1]
    asked = pupil.say(asks)
    assert about["questionnaire"] in asked.messages[0]["text"]
    assert asked.messages[-1]["text"] == question, "the statement comes again, the opening words do not"


@pytest.mark.parametrize(
    ("language", "wish", "age", "again"),
    [
        ("pl", "kurs baristy", "mam 18 lat", "kurs spawania MAG"),
        ("en", "barista course", "I'm 17", "MAG welding course"),
    ],
)
def test_a_wish_is_no_certificate_and_an_age_no_question(
    system: System, language: str, wish: str, age: str, again: str
) -> None:
    pupil = Pupil(system.url, language)
    wished = pupil.say(wish)
    assert ids(wished)[0] == "barista"
    assert "certyfikat baristy" not in wished.text
    assert "barista certificate" not in wished.text
    assert age[-2:] in pupil.say(age).text or "18" in age
    assert ids(pupil.say(again))[0] == "spaw-mag", "what is asked for comes first, also where its condition fails"


@BY_LANGUAGE
def test_courses_for_a_job_on_a_card_do_not_make_it_the_pupils(system: System, language: str) -> None:
    pupil = Pupil(system.url, language)
    jobs = pupil.say("co robi kelner?" if language == "pl" else "what does a waiter do?")
    courses = pupil.press(next(p for p in jobs.buttons.values() if p.startswith("/ask_courses")))
    assert courses.cards
    assert ("Mam zapisane" if language == "pl" else "I have noted") not in courses.text


@BY_LANGUAGE
def test_other_courses_are_other_ones(system: System, language: str) -> None:
    pupil = Pupil(system.url, language)
    pupil.say("macie jakieś kursy?" if language == "pl" else "got any courses?")
    first = pupil.press('/inform_interest{"industry": "gastronomic_tourist"}')
    others = pupil.press(first.buttons["Inne kursy" if language == "pl" else "Other courses"])
    assert others.cards
    assert not set(ids(first)) & set(ids(others))


@pytest.mark.parametrize(
    ("language", "opens", "asks"),
    [
        ("pl", "zapisz mnie na kurs spawania MAG", "od ilu lat?"),
        ("en", "I want to sign up for a MAG welding course", "from what age?"),
    ],
)
def test_a_question_about_the_course_inside_its_sign_up(system: System, language: str, opens: str, asks: str) -> None:
    pupil = Pupil(system.url, language)
    choices = pupil.say(opens).buttons
    question = pupil.press(next(p for p in choices.values() if "none" in p)).messages[-1]["text"]
    asked = pupil.say(asks)
    assert ids(asked) == ["spaw-mag"]
    assert asked.messages[-1]["text"] == question, "the form goes on"
