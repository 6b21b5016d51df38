"""What a pupil tells about school and work: any order, said back once, corrected; the same answer for everybody."""

import pytest

from tests.e2e.pupil import Pupil, Reply
from tests.e2e.system import System

pytestmark = pytest.mark.e2e


def courses(reply: Reply) -> list[str]:
    """The suggested courses in their order."""
    return [card["id"] for card in reply.cards if card["kind"] == "course"]


@pytest.mark.parametrize(
    ("language", "told", "noted", "correction", "corrected"),
    [
        (
            "pl",
            "mam 16 lat, 3 klasa technikum mechatronicznego, mam SEP i pracowałam w warsztacie",
            ["technikum", "klasa 3", "technik mechatronik", "SEP", "warsztat", "16 lat"],
            "nie, jednak 2 klasa",
            ["klasa 2", "technik mechatronik", "16 lat"],
        ),
        (
            "en",
            "I'm 17yo, third year of technikum, learning to be a mechatronics technician, I have a driving licence",
            ["technical", "class 3", "mechatronics", "driving licence", "age: 17"],
            "wait, second year",
            ["class 2", "driving licence"],
        ),
        (
            "pl",
            "chodzę do 2 klasy technikum, uczę się na technika hotelarstwa",
            ["technikum", "klasa 2"],
            "nie technikum tylko branżówka",
            ["branżowa szkoła I stopnia", "klasa 2"],
        ),
    ],
)
def test_facts_are_said_back_once_and_can_be_corrected(
    system: System, language: str, told: str, noted: list[str], correction: str, corrected: list[str]
) -> None:
    pupil = Pupil(system.url, language)
    first = pupil.say(told)
    assert all(fact in first.messages[0]["text"] for fact in noted), first.messages[0]["text"]
    assert courses(first)
    again = pupil.say("jakie macie kursy?" if language == "pl" else "any courses?")
    assert "zapisane" not in again.text
    assert "noted" not in again.text
    second = pupil.say(correction)
    assert all(fact in second.messages[0]["text"] for fact in corrected), second.messages[0]["text"]


@pytest.mark.parametrize(
    ("language", "asks", "interrupts", "answer", "tells", "noted"),
    [
        ("pl", "macie jakieś kursy?", "a kim ty jesteś, człowiekiem?", "program", "mam 16 lat", "16 lat"),
        ("en", "got any courses?", "wait, are you a real human?", "program", "I'm seventeen", "age: 17"),
    ],
)
def test_facts_alone_are_noted_the_form_goes_on_and_stop_leaves_it(
    system: System, language: str, asks: str, interrupts: str, answer: str, tells: str, noted: str
) -> None:
    pupil = Pupil(system.url, language)
    pupil.say(asks)
    told = pupil.say(tells)
    assert noted in told.text
    assert any("industry" in payload for payload in told.buttons.values()), "the question comes again"
    assert answer in pupil.say(interrupts).text
    pupil.say("stop")
    assert len(pupil.say("cześć" if language == "pl" else "hello there").messages) == 1


def test_a_bare_number_is_a_class_only_where_the_class_is_known(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("macie jakieś kursy?")
    assert "klasa" not in pupil.say("2").text
    pupil.say("chodzę do 3 klasy technikum")
    assert "klasa 2" in pupil.say("nie, druga").text


def test_a_course_above_the_age_is_shown_apart_with_its_condition(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("mam 16 lat i lubię spawać")
    reply = pupil.say("jakie kursy są dla mnie?")
    failing = [card for card in reply.cards if any("nie spełniasz" in fact["value"] for fact in card["facts"])]
    assert failing
    (message,) = [message for message in reply.messages if any(card in failing for card in message["cards"])]
    assert "warunek" in message["text"]
    assert all(card in failing for card in message["cards"])


def test_a_question_about_work_is_no_liking(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("czy jest praca w spawaniu?")
    assert not courses(pupil.say("jakie macie kursy?"))


@pytest.mark.parametrize(
    ("language", "button", "words", "course"),
    [
        ("pl", "kolejowa", "kolej", {"manewrowy"}),
        ("en", "Railway", "railway", {"manewrowy"}),
        ("pl", "fotograficzna", "fotografia", {"foto-studio", "foto-produkt", "foto-obrobka"}),
        ("en", "Photography", "photography", {"foto-studio", "foto-produkt", "foto-obrobka"}),
    ],
)
def test_railways_and_photography_are_industries_of_their_own(
    system: System, language: str, button: str, words: str, course: set[str]
) -> None:
    pupil = Pupil(system.url, language)
    buttons = pupil.press("/ask_courses").buttons
    pressed = pupil.press(next(payload for title, payload in buttons.items() if button in title))
    assert courses(pressed)
    if words in ("kolej", "railway"):
        assert courses(pressed) == ["manewrowy"]
    typed = Pupil(system.url, language)
    typed.press("/ask_courses")
    assert course & set(courses(typed.say(words)))


@pytest.mark.parametrize(
    "wordings",
    [
        [
            "jestem uczennicą 2 klasy technikum, pracowałam w kuchni i chciałabym kurs gotowania",
            "jestem uczniem 2 klasy technikum, pracowałem w kuchni i chciałbym kurs gotowania",
            "2 klasa technikum, praca w kuchni, doświadczenie jest, szukam kursu gotowania",
        ],
        [
            "Jestem Ania, uczę się na elektryczkę i lubię roboty",
            "Jestem Oleksandr, uczę się na elektryka i lubię roboty",
            "Jestem Brajan, uczę się na elektryka i lubię roboty",
            "uczę się na elektryka i lubię roboty",
        ],
        [
            "I'm Mary, I'm learning to be a waitress and I like coffee",
            "I'm Ahmed, I'm learning to be a waiter and I like coffee",
            "I'm learning to be a waiter and I like coffee",
        ],
    ],
)
def test_gender_forms_and_names_change_no_suggestion(system: System, wordings: list[str]) -> None:
    language = "en" if wordings[0].startswith("I'm") else "pl"
    found = [courses(Pupil(system.url, language).say(wording)) for wording in wordings]
    assert found[0]
    assert all(one == found[0] for one in found), found
