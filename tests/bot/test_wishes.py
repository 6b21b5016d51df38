"""Several wishes in one message: how it is cut, and when the parts are answered one by one."""

from typing import Any, Dict, List, Tuple

import pytest

from bot.wishes import Clause, clauses, doubtful, leads_on, wishes


def whole(**confidences: float) -> Dict[str, Any]:
    """A message as a whole with these likelihoods of intents."""
    return {"intent_ranking": [{"name": name, "confidence": value} for name, value in confidences.items()]}


def part(
    text: str, intent: str, confidence: float = 0.9, is_sentence: bool = False, **entities: str
) -> Tuple[Clause, Dict[str, Any]]:
    """A part of a message with what was understood of it."""
    found = [{"entity": kind, "value": value} for kind, value in entities.items()]
    parsed = {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": found}
    return Clause(text, is_sentence), parsed


def names(found: List[Dict[str, Any]]) -> List[str]:
    return [wish["intent"]["name"] for wish in found]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("są jakieś staże i gdzie jest poradnia?", "pl", ["są jakieś staże", "gdzie jest poradnia"]),
        ("co to jest MEC.05? kto tego uczy", "pl", ["co to jest MEC.05", "kto tego uczy"]),
        ("I want a course, and a placement", "en", ["I want a course", "a placement"]),
        ("put me down, but first tell me who reads this", "en", ["put me down", "first tell me who reads this"]),
        ("a jakie są staże", "pl", ["a jakie są staże"]),
        ("macie kursy?", "pl", ["macie kursy?"]),
        ("a, b, c, d, e, f, g", "pl", ["a, b, c, d, e, f, g"]),
        ("", "en", [""]),
        ("?!?", "pl", ["?!?"]),
    ],
)
def test_a_message_is_cut_into_clauses(text: str, language: str, expected: List[str]) -> None:
    assert [clause.text for clause in clauses(text, language)] == expected


def test_two_wishes_are_two_answers() -> None:
    parts = [part("są jakieś fajne staże", "ask_internships"), part("gdzie jest ta poradnia", "ask_clinic")]
    assert names(wishes(whole(ask_internships=0.9, ask_clinic=0.05), parts)) == ["ask_internships", "ask_clinic"]


def test_parts_about_the_same_subject_are_one_wish() -> None:
    parts = [part("macie jakieś dobre kursy", "ask_courses"), part("szukam kursu ze spawania", "ask_courses")]
    assert wishes(whole(ask_courses=0.9), parts) == []


def test_what_leads_to_questions_comes_last() -> None:
    parts = [part("macie jakieś dobre kursy", "ask_courses"), part("gdzie jest ta poradnia", "ask_clinic")]
    assert names(wishes(whole(ask_courses=0.9, ask_clinic=0.05), parts)) == ["ask_clinic", "ask_courses"]


@pytest.mark.parametrize(
    ("confidence", "in_whole", "is_sentence", "counts"),
    [
        (0.62, 0.05, False, True),
        (0.62, 0.00, False, False),
        (0.62, 0.00, True, True),
        (0.90, 0.00, False, True),
        (0.50, 0.05, True, False),
        (0.50, 0.15, False, True),
    ],
)
def test_a_part_must_be_sure_or_show_in_the_whole(
    confidence: float, in_whole: float, is_sentence: bool, counts: bool
) -> None:
    parts = [
        part("są jakieś fajne staże", "ask_internships", is_sentence=True),
        part("gdzie jest ta poradnia", "ask_clinic", confidence, is_sentence),
    ]
    assert bool(wishes(whole(ask_internships=0.8, ask_clinic=in_whole), parts)) is counts


def test_few_words_must_be_surer() -> None:
    parts = [part("są jakieś fajne staże", "ask_internships"), part("proszę złożyć", "sign_up", 0.8)]
    assert wishes(whole(ask_internships=0.8, sign_up=0.05), parts) == []


def test_half_a_sentence_is_no_call_for_a_person() -> None:
    parts = [part("wracamy z Niemiec całą rodziną", "ask_returnee_programme"), part("pomocy nam trzeba", "ask_human")]
    assert wishes(whole(ask_returnee_programme=0.7, ask_human=0.1), parts) == []


def test_a_part_that_names_nothing_means_what_was_named_before() -> None:
    parts = [
        part("co robi na co dzień mechatronik", "ask_occupation", profession="mechatronik"),
        part("jaka szkoła tego uczy", "ask_schools"),
    ]
    found = wishes(whole(ask_occupation=0.5, ask_schools=0.4), parts)
    assert found[1]["entities"] == [{"entity": "profession", "value": "mechatronik"}]


@pytest.mark.parametrize(
    ("intent", "confidence", "in_whole", "offered"),
    [
        ("ask_clinic", 0.55, 0.06, True),
        ("ask_clinic", 0.45, 0.06, False),
        ("ask_clinic", 0.55, 0.04, False),
        ("ask_clinic", 0.78, 0.00, True),
        ("ask_internships", 0.90, 0.80, False),
        ("inform_interest", 0.90, 0.30, False),
    ],
)
def test_a_second_wish_in_doubt_is_offered(intent: str, confidence: float, in_whole: float, offered: bool) -> None:
    message = {**whole(**{"ask_internships": 0.8, intent: in_whole}), "intent": {"name": "ask_internships"}}
    parts = [part("są jakieś fajne staże", "ask_internships"), part("gdzie jest ta poradnia", intent, confidence)]
    found = doubtful(message, parts)
    assert (found is not None) is offered
    if found:
        assert found["text"] == "gdzie jest ta poradnia"


def test_nothing_is_offered_beside_what_is_no_wish() -> None:
    message = {**whole(thank=0.8, ask_clinic=0.1), "intent": {"name": "thank"}}
    assert doubtful(message, [part("gdzie jest ta poradnia", "ask_clinic", 0.55)]) is None


@pytest.mark.parametrize(("intent", "expected"), [("ask_courses", True), ("sign_up", True), ("ask_clinic", False)])
def test_what_leads_on(intent: str, expected: bool) -> None:
    assert leads_on(intent) is expected
