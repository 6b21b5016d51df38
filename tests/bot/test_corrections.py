"""A correction of what was told is taken as such, although it begins like a refusal or a stop."""

from __future__ import annotations

from typing import Any, Dict, Optional

import pytest

from bot.entities import EntityFinder
from bot.turn import decide_intent


def heard(finder: EntityFinder, text: str, *guesses: str, sure: float = 0.6) -> str:
    """The intent that the dialogue acts on, when the classifier guesses these, the first by far."""
    ranking = [{"name": name, "confidence": max(sure - place / 4, 0.0)} for place, name in enumerate(guesses)]
    parsed: Dict[str, Any] = {"text": text, "intent": ranking[0], "intent_ranking": ranking}
    return str(decide_intent({**parsed, "entities": finder.find(text)}, "pl")["name"])


@pytest.mark.parametrize(
    "text",
    [
        "nie, jednak 2 klasa",
        "nie technikum tylko branżówka",
        "wait, second year",
        "oj sorki, druga",
        "no, technikum not",
        "nie elektryk, tylko kucharz",
        "stop, third year",
        "nie trzecia, tylko druga",
    ],
)
@pytest.mark.parametrize("guess", ["deny", "cancel", "out_of_scope"])
def test_a_correction_is_no_refusal(finder: EntityFinder, text: str, guess: str) -> None:
    assert heard(finder, text, guess) == "inform_qualification"


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("nie", "deny"),
        ("stop", "cancel"),
        ("nie chcę", "deny"),
        ("nie technikum", "deny"),
        ("nie wiem czy technikum jest dobre", "out_of_scope"),
    ],
)
def test_a_refusal_stays_one(finder: EntityFinder, text: str, guess: str) -> None:
    assert heard(finder, text, guess) == guess


@pytest.mark.parametrize("text", ["nie, wolę gotować", "to nie ja, wolę pracę z ludźmi", "not me, I prefer cars"])
def test_another_liking_is_no_refusal_either(finder: EntityFinder, text: str) -> None:
    assert heard(finder, text, "deny") == heard(finder, text, "complain") == "inform_interest"


@pytest.mark.parametrize("text", ["nie, jednak nie lubię gotować", "no, actually I don't like cooking"])
def test_a_liking_that_is_taken_back_is_no_refusal(finder: EntityFinder, text: str) -> None:
    assert heard(finder, text, "deny") == "inform_interest"


def test_a_cry_for_help_goes_first(finder: EntityFinder) -> None:
    assert heard(finder, "nie, jednak 2 klasa", "crisis", "deny", sure=0.9) == "crisis"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nie technikum tylko branżówka", {"T": "dislike", "BS1": None}),
        ("branżówka, nie technikum", {"BS1": None, "T": "dislike"}),
        ("not technikum but branżowa", {"T": "dislike", "BS1": None}),
    ],
)
def test_a_school_that_it_is_not_says_so(finder: EntityFinder, text: str, said: Dict[str, Any]) -> None:
    assert {e["value"]: e.get("role") for e in finder.find(text) if e["entity"] == "school_type"} == said


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("nie, druga", "2"),
        ("jednak druga", "2"),
        ("nie trzecia, tylko druga", "2"),
        ("nie 3 tylko 2", "2"),
        ("wait, second year", "2"),
        ("sorry, 4", "4"),
    ],
)
def test_the_class_that_is_right(finder: EntityFinder, text: str, grade: str) -> None:
    found = [e["value"] for e in finder.find(text) if e["entity"] == "grade" and e.get("role") != "dislike"]
    assert found == [grade]


@pytest.mark.parametrize(
    "text",
    [
        "czy jest praca w spawaniu",
        "macie coś ze spawania?",
        "is there any work in welding?",
        "hej, gdzie uczą spawania",
    ],
)
def test_a_plain_question_tells_of_no_liking(finder: EntityFinder, text: str) -> None:
    (said,) = [entity for entity in finder.find(text) if entity["entity"] == "interest"]
    assert "role" not in said


@pytest.mark.parametrize(
    "text",
    [
        "lubię spawać, macie coś?",
        "czy ktoś tu lubi spawanie",
        "chcę się uczyć spawania",
        "spawanie",
        "do you have something, i love welding",
    ],
)
def test_a_liking_in_a_question_stays_one(finder: EntityFinder, text: str) -> None:
    assert {e.get("role") for e in finder.find(text) if e["entity"] == "interest"} == {"like"}


@pytest.mark.parametrize(
    ("text", "sure", "expected"),
    [
        ("lubię piec ciasta, co dla mnie macie?", 0.5, "inform_interest"),
        ("uwielbiam piec ciasta, co polecasz?", 0.5, "inform_interest"),
        ("I really like welding, any ideas?", 0.5, "inform_interest"),
        ("uwielbiam piec ciasta, co polecasz?", 0.7, None),
        ("nie lubię piec, co dla mnie macie?", 0.5, None),
        ("nie wiem, co lubię", 0.5, None),
        ("piec czy spawać, co polecasz?", 0.5, None),
    ],
)
@pytest.mark.parametrize("guess", ["undecided", "out_of_scope"])
def test_who_says_what_is_liked_has_told_something(
    finder: EntityFinder, text: str, sure: float, expected: Optional[str], guess: str
) -> None:
    ranking = [{"name": guess, "confidence": sure}, {"name": "inform_interest", "confidence": 0.3}]
    parsed = {"text": text, "intent": ranking[0], "intent_ranking": ranking, "entities": finder.find(text)}
    assert decide_intent(parsed, "pl")["name"] == (expected or guess)
    assert decide_intent(parsed, "pl", "signup_form")["name"] == guess
