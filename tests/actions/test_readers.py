"""What counts as an answer to a form's question. The rankings are those that the classifier gave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.readers import READERS, is_question, reads_as_name
from tests.actions.turns import turn

TWO = [{"entity": "grade", "value": "2"}]


@pytest.mark.parametrize(
    ("typed", "intent", "confidence", "name"),
    [
        ("Ola", "greet", 0.18, "Ola"),
        ("ola", "greet", 0.18, "Ola"),
        ("Jaś", "affirm", 0.72, "Jaś"),
        ("Max", "affirm", 0.36, "Max"),
        ("Joy", "greet", 0.49, "Joy"),
        ("Anna-maria", "cancel", 0.13, "Anna-Maria"),
        ("Adam Kowalski", "out_of_scope", 0.19, "Adam"),
        ("jestem Kasia", "distress", 0.14, "Kasia"),
        ("I'm Max", "inform_qualification", 0.65, "Max"),
        ("mam na imię Ola", "distress", 0.18, "Ola"),
        ("źle, mam na imię Ola", "distress", 0.48, "Ola"),
        ("no, my name is Mohammed", "deny", 0.60, "Mohammed"),
        ("Олександр", "out_of_scope", 0.10, "Олександр"),
        ("nie", "deny", 1.0, None),
        ("ok", "affirm", 0.98, None),
        ("nie wiem", "deny", 0.91, None),
        ("hej", "greet", 0.97, None),
        ("co?", "ask_help", 0.28, None),
        ("po co wam to", "ask_privacy", 0.49, None),
        ("2b", "inform_qualification", 0.29, None),
        ("600 700 800", "out_of_scope", 0.86, None),
        ("lubię gotować i spawać na budowie", "inform_interest", 0.97, None),
    ],
)
def test_a_first_name_is_taken_when_it_is_asked_for(typed: str, intent: str, confidence: float, name: str) -> None:
    assert READERS["first_name"](turn(typed, (intent, confidence)), True) == name


@pytest.mark.parametrize("typed", ["Ola", "jestem Kasia", "spawacz", "jestem sama", "I'm scared"])
def test_a_bare_word_is_no_name_when_something_else_is_asked_for(typed: str) -> None:
    assert READERS["first_name"](turn(typed), False) is None


@pytest.mark.parametrize(
    "typed",
    [
        "jestem sama",
        "I'm scared",
        "mam na imię Ola i nie chce mi się żyć",
        "nikt mnie nie lubi",
        "mam na imię ola umieram",
        "my name is mud to all of them",
    ],
)
def test_only_a_name_in_full_can_be_mistaken_for_a_cry_for_help(typed: str) -> None:
    assert not reads_as_name(typed)
    assert reads_as_name("Źle, mam na imię Ola!")


@pytest.mark.parametrize(
    ("typed", "intent", "confidence", "school"),
    [
        ("ZSM nr 3", "ask_contact", 0.53, "ZSM nr 3"),
        ("Zespół Szkół Elektrycznych nr 1", "ask_schools", 0.72, "Zespół Szkół Elektrycznych nr 1"),
        ("chodzę do Technikum Łączności", "inform_qualification", 0.67, "Technikum Łączności"),
        ("I go to ZSM nr 3", "ask_contact", 0.62, "ZSM nr 3"),
        ("TK", "affirm", 0.51, "TK"),
        ("nie", "deny", 1.0, None),
        ("kim jesteś", "bot_challenge", 0.94, None),
        ("a gdzie to jest?", "ask_contact", 0.90, None),
        ("?", "ask_help", 0.2, None),
        ("12", "inform_qualification", 0.85, None),
        ("ola@example.com", "ask_qualification", 0.24, None),
    ],
)
def test_a_school_is_taken_as_the_pupil_calls_it(typed: str, intent: str, confidence: float, school: str) -> None:
    assert READERS["school_name"](turn(typed, (intent, confidence)), True) == school


def test_a_school_is_corrected_at_any_step() -> None:
    assert READERS["school_name"](turn("nie, szkoła to ZSE nr 1"), False) == "ZSE nr 1"
    assert READERS["school_name"](turn("ZSE nr 1"), False) is None


@pytest.mark.parametrize(
    ("typed", "entities", "asked", "grade"),
    [
        ("2b", TWO, True, "2b"),
        ("klasa 3 TM", [], True, "3 TM"),
        ("1a i 1b", [], True, "1a i 1b"),
        ("druga", TWO, True, "2"),
        ("nie, jednak 2 klasa", TWO, False, "2"),
        ("no, class 2", TWO, False, "2"),
        ("nie, klasa 2b", TWO, False, "2b"),
        ("klasa 2 w ZSM", TWO, False, "2"),
        ("nie, druga klasa", TWO, False, "2"),
        ("2", TWO, False, None),
        ("mam 17 lat", [], True, None),
        ("a ile jest klas?", [], True, None),
    ],
)
def test_a_class(typed: str, entities: list[dict[str, str]], asked: bool, grade: str | None) -> None:
    assert READERS["form_class"](turn(typed, ("deny", 0.72), entities=entities), asked) == grade


@pytest.mark.parametrize(
    ("typed", "asked", "group"),
    [
        ("17", True, "16_17"),
        ("mam 15", True, "under_16"),
        ("poniżej 16", True, "under_16"),
        ("under 16", True, "under_16"),
        ("I'm 18", True, "adult"),
        ("jestem nauczycielką", True, "adult"),
        ("mam 17 lat", False, "16_17"),
        ("600 700 800", True, None),
        ("2 klasa", True, None),
        ("ZSM nr 13", False, None),
        ("od ilu lat można?", True, None),
    ],
)
def test_an_age(typed: str, asked: bool, group: str | None) -> None:
    assert READERS["age_group"](turn(typed), asked) == group


@pytest.mark.parametrize(
    ("typed", "intent", "confidence", "taken"),
    [
        ("hejt w internecie", "report_violence", 0.63, True),
        ("hejt i wykluczenie w klasie", "report_violence", 0.48, True),
        ("przemoc rówieśnicza", "report_violence", 0.71, True),
        ("równość", "ask_prevention_class", 0.79, True),
        ("cyberbullying and hate online", "ask_prevention_class", 0.60, True),
        ("koledzy mnie biją", "report_violence", 0.95, False),
        ("they hate me", "report_violence", 0.90, False),
        ("what I saw at school", "report_violence", 0.50, False),
        ("nie chce mi się żyć", "crisis", 0.99, False),
        ("nie", "deny", 1.0, False),
        ("kto to prowadzi?", "ask_prevention_class", 0.80, False),
    ],
)
def test_a_topic_is_no_cry_for_help(typed: str, intent: str, confidence: float, taken: bool) -> None:
    assert (READERS["topic"](turn(typed, (intent, confidence)), True) == typed) is taken


def test_a_contact_is_taken_wherever_it_stands() -> None:
    assert READERS["contact"](turn("mój mail to ola@example.com"), False) == "ola@example.com"
    assert READERS["contact"](turn("nie mam maila", ("deny", 0.88)), True) is None


@pytest.mark.parametrize("typed", ["a ile to kosztuje", "po co wam to", "why", "is it free?", "kto to zobaczy?"])
def test_questions(typed: str) -> None:
    assert is_question(typed)


@given(st.text(max_size=60), st.booleans(), st.sampled_from(sorted(READERS)))
def test_any_text_is_read_without_an_error_and_stays_short(typed: str, asked: bool, slot: str) -> None:
    value = READERS[slot](turn(typed), asked)
    assert value is None or 1 <= len(value) <= 200
