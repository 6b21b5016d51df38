"""The interest questionnaire as a conversation: both ways in, own words, interruption, correction, stop, result."""

import pytest

from actions.statements import ROUND, statements
from tests.e2e.pupil import Pupil, Reply
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

TOTAL = len(statements())
WORDS = {
    "pl": {
        "undecided": "nie wiem co robić po szkole",
        "test": "macie jakiś test predyspozycji zawodowych?",
        "answers": ["no spoko", "nie bardzo", "średnio", "2", "nie wiem"],
        "interrupt": "kim ty w ogóle jesteś, człowiekiem?",
        "program": "program",
        "back": "popraw poprzednie",
        "tell": "lubię gotować",
        "stop": "stop",
        "disagree": "to nie ja, wolę pracę z ludźmi",
        "cry": "nie chce mi sie juz zyc",
        "because": "bo ",
    },
    "en": {
        "undecided": "I don't know what to do after school",
        "test": "do you have a career test?",
        "answers": ["love it", "not really", "kinda", "2", "I don't know"],
        "interrupt": "wait, are you a real human?",
        "program": "program",
        "back": "go back",
        "tell": "I like cooking",
        "stop": "stop",
        "disagree": "that's not me, I prefer working with people",
        "cry": "i want to kill myself",
        "because": "because ",
    },
}


def at(number: int) -> str:
    """How the question of this number begins."""
    return f"{number} / {TOTAL}: "


def started(system: System, language: str) -> tuple[Pupil, Reply]:
    """A pupil at the first statement."""
    pupil = Pupil(system.url, language)
    offer = pupil.press("/undecided")
    return pupil, pupil.press(next(p for p in offer.buttons.values() if "start" in p))


def answered(pupil: Pupil, reply: Reply, steps: dict[str, int], number: int = TOTAL) -> Reply:
    """Press a step for each of the next statements: that of its letter, 0 for a letter without one."""
    for _ in range(number):
        step = steps.get(statement_of(reply)[0].upper(), 0)
        reply = pupil.press(next(p for p in reply.buttons.values() if p.endswith(f':{step}"}}')))
    return reply


def statement_of(reply: Reply) -> str:
    """The id of the statement that is asked."""
    return next(p for p in reply.buttons.values() if p.endswith(':2"}')).split('"')[3].partition(":")[0]


def result(reply: Reply) -> dict[str, str]:
    """The card of the result, its picture and its words alike."""
    (card,) = [card for card in reply.cards if card["kind"] == "interests"]
    assert [fact["label"] for fact in card["facts"]] == [bar["label"] for bar in card["chart"]["bars"]]
    assert all(0 <= bar["value"] <= bar["max"] for bar in card["chart"]["bars"])
    return {fact["label"]: fact["value"] for fact in card["facts"]}


def occupations(reply: Reply, because: str) -> list[str]:
    """The suggested occupations, each with a reason and a source."""
    cards = [card for card in reply.cards if card["kind"] == "occupation"]
    assert all(card["why"].startswith(because) and card["source"]["title"] for card in cards)
    return [card["id"] for card in cards]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_free_text_and_the_button_lead_there_and_yes_starts_it(system: System, language: str) -> None:
    words = WORDS[language]
    pupil = Pupil(system.url, language)
    offer = pupil.say(words["undecided"])
    assert any("start" in payload for payload in offer.buttons.values())
    assert any("industry" in payload for payload in offer.buttons.values()), "telling freely stays open"
    assert at(1) in pupil.say("tak" if language == "pl" else "yes").text
    assert at(1) in Pupil(system.url, language).say(words["test"]).text


@pytest.mark.parametrize("language", ["pl", "en"])
def test_all_statements_lead_to_a_result_with_occupations_and_then_courses(system: System, language: str) -> None:
    pupil, first = started(system, language)
    assert at(1) in first.text
    last = answered(pupil, first, {"A": 2, "R": 1})
    strong, *_ = result(last)
    assert strong == ("tworzenie i wygląd" if language == "pl" else "creating and design")
    found = occupations(last, WORDS[language]["because"])
    assert len(found) == 3
    assert found[0] in {"fotograf", "technik-fotografii"}
    courses = pupil.press(next(p for p in last.buttons.values() if p.startswith("/ask_courses")))
    ids = [card["id"] for card in courses.cards if card["kind"] == "course"]
    assert len(ids) == 3
    assert all(card["why"] for card in courses.cards)
    assert {"foto-studio", "foto-produkt", "foto-obrobka", "wideo", "foto-dron", "carving", "cukiernictwo"} & set(ids)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_own_words_an_interruption_a_correction_and_a_stop(system: System, language: str) -> None:
    words = WORDS[language]
    pupil, _ = started(system, language)
    for number, typed in enumerate(words["answers"], start=2):
        assert at(number) in pupil.say(typed).text, typed
    interrupted = pupil.say(words["interrupt"])
    assert words["program"] in interrupted.text
    assert at(6) in interrupted.messages[-1]["text"]
    assert at(5) in pupil.say(words["back"]).text
    assert at(5) in pupil.say(words["tell"]).text, "what is told meanwhile is noted, and the statement comes again"
    stopped = pupil.say(words["stop"])
    assert "courses" in str(stopped.buttons)
    assert at(5) not in stopped.text
    assert len(pupil.say("hej" if language == "pl" else "hello there").messages) == 1, "the form must not come back"
    resumed = pupil.press(next(p for p in stopped.buttons.values() if "start" in p))
    assert at(5) in resumed.text


@pytest.mark.parametrize("language", ["pl", "en"])
def test_stopping_early_still_gives_a_result_that_can_be_corrected(system: System, language: str) -> None:
    words = WORDS[language]
    pupil, first = started(system, language)
    answered(pupil, first, {"R": 2}, ROUND)
    early = pupil.say(words["stop"])
    assert len(result(early)) == ROUND
    assert str(ROUND) in early.text
    fixing = pupil.press(next(p for p in early.buttons.values() if "fix" in p))
    assert len(fixing.buttons) == ROUND
    changed = pupil.press(next(p for p in fixing.buttons.values() if "A:+" in p))
    assert {"fotograf", "technik-fotografii"} & set(occupations(changed, words["because"]))
    by_words = pupil.say(words["disagree"])
    people = "pomaganie i kontakt z ludźmi" if language == "pl" else "helping and people"
    assert next(iter(result(by_words))) == people
    assert {"kelner", "technik-uslug-kelnerskich"} & set(occupations(by_words, words["because"]))


def test_a_button_of_an_older_message_still_means_its_own_statement(system: System) -> None:
    pupil, first = started(system, "pl")
    second = pupil.press(next(p for p in first.buttons.values() if p.endswith(':2"}')))
    again = pupil.press(next(p for p in first.buttons.values() if p.endswith(':0"}')))
    assert statement_of(again) == statement_of(second)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_cry_for_help_is_heard_in_the_middle(system: System, language: str) -> None:
    pupil, _ = started(system, language)
    reply = pupil.say(WORDS[language]["cry"])
    assert any(card["kind"] == "helpline" for card in reply.cards)


def test_what_is_disliked_counts_against(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("nie lubię fotografować")
    first = pupil.say("chcę zrobić test predyspozycji")
    last = answered(pupil, first, {"A": 2})
    assert not {"fotograf", "technik-fotografii"} & set(occupations(last, "bo "))


def test_the_language_can_change_in_the_middle(system: System) -> None:
    pupil, _ = started(system, "pl")
    pupil.say("lubię")
    changed = pupil.say("can we switch to English please")
    assert "Do you like" in changed.text
    assert at(2) in changed.text
