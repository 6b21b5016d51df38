"""The main job, end to end: what a pupil says leads to fitting course cards with reasons and sources."""

import pytest

from tests.e2e.pupil import Pupil, Reply
from tests.e2e.system import System

pytestmark = pytest.mark.e2e


def course_ids(reply: Reply) -> list[str]:
    """The ids of the course cards, with a look at what every card must have."""
    cards = [card for card in reply.cards if card["kind"] == "course"]
    for card in cards:
        assert card["title"]
        assert card["why"], f"{card['id']} gives no reason"
        assert card["source"]["title"], f"{card['id']} names no source"
    return [card["id"] for card in cards]


def test_a_polish_pupil_of_mechatronics_who_likes_robots_gets_robot_courses(pupil: Pupil) -> None:
    reply = pupil.say(
        "cześć, chodzę do 2 klasy technikum mechatronicznego i lubię programować roboty, macie jakieś kursy?"
    )
    assert reply.languages == {"pl"}
    assert 1 <= len(course_ids(reply)) <= 3
    assert "roboty" in course_ids(reply)
    assert all(card["why"].startswith("bo ") for card in reply.cards)


def test_an_english_pupil_who_cooks_gets_cooking_courses(pupil: Pupil) -> None:
    reply = pupil.say("hi, I like cooking and I'm learning to be a cook, any courses?")
    assert reply.languages == {"en"}
    assert 1 <= len(course_ids(reply)) <= 3
    assert {"kuchnie-swiata", "sushi", "carving", "cukiernictwo"} & set(course_ids(reply))
    assert all(card["why"].startswith("because ") for card in reply.cards)


@pytest.mark.parametrize(
    ("language", "asks", "tells", "course"),
    [
        ("pl", "macie jakieś kursy?", "uczę się na elektryka", {"sep-g1", "oze-pv", "knx", "sep-pomiary"}),
        ("en", "do you have any courses?", "I'm learning to be an electrician", {"sep-g1", "oze-pv", "knx"}),
    ],
)
def test_the_bot_asks_only_for_what_is_missing(
    system: System, language: str, asks: str, tells: str, course: set[str]
) -> None:
    pupil = Pupil(system.url, language)
    question = pupil.say(asks)
    assert not question.cards
    assert len([payload for payload in question.buttons.values() if "industry" in payload]) == 5
    assert course & set(course_ids(pupil.say(tells)))


def test_an_industry_button_leads_to_courses(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    buttons = pupil.press("/ask_courses").buttons
    reply = pupil.press(next(payload for title, payload in buttons.items() if "fotograf" in title.lower()))
    assert course_ids(reply)


@pytest.mark.parametrize(
    ("language", "asks", "interrupts", "expected", "tells"),
    [
        ("pl", "jakieś kursy macie?", "a kim ty w ogóle jesteś, człowiekiem?", "program", "lubię gotować"),
        ("en", "got any courses?", "wait, are you a real human?", "program", "I like cooking"),
    ],
)
def test_an_interruption_is_answered_and_the_question_comes_back(
    system: System, language: str, asks: str, interrupts: str, expected: str, tells: str
) -> None:
    pupil = Pupil(system.url, language)
    pupil.say(asks)
    interrupted = pupil.say(interrupts)
    assert expected in interrupted.text
    assert any("industry" in payload for payload in interrupted.buttons.values())
    assert course_ids(pupil.say(tells))


@pytest.mark.parametrize(
    ("language", "asks", "stops", "greets"),
    [("pl", "jakieś kursy macie?", "stop", "cześć"), ("en", "got any courses?", "stop", "hello there")],
)
def test_stop_leaves_the_form(system: System, language: str, asks: str, stops: str, greets: str) -> None:
    pupil = Pupil(system.url, language)
    pupil.say(asks)
    pupil.say(stops)
    after = pupil.say(greets)
    assert len(after.messages) == 1, "the form's question must not come back"


def test_an_unusable_answer_is_asked_again_in_other_words_and_then_a_person_is_offered(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    said = [
        pupil.press("/ask_courses"),
        pupil.say("lubię różne takie rzeczy"),
        pupil.say("no lubię wszystko po trochu"),
    ]
    texts = [reply.messages[-1]["text"] for reply in said]
    assert len(set(texts)) == 3
    assert "/ask_counselling" in said[2].buttons.values()


def test_a_new_wish_counts_more_than_an_old_interest(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("lubię gotować")
    welding = course_ids(pupil.say("a macie jakieś kursy spawania?"))
    assert welding
    assert all(course.startswith("spaw") for course in welding)


def test_examples_are_marked_as_examples(system: System) -> None:
    for language, mark in (("pl", "przykład"), ("en", "example")):
        pupil = Pupil(system.url, language)
        shown = [fact["value"] for card in pupil.press("/ask_courses").cards for fact in card["facts"]]
        reply = pupil.say("kurs cnc" if language == "pl" else "a CNC course")
        shown += [fact["value"] for card in reply.cards for fact in card["facts"]]
        dates = [value for value in shown if "202" in value]
        assert all(mark in value for value in dates)
