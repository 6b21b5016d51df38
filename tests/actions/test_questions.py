"""Short questions are led to what was shown last; everything else keeps its own topic."""

import pytest

from actions.questions import Question, aspects, question
from api.catalogue.view import Catalogue
from tests.actions.topic_turns import cards, payloads, play, said, turn

COURSE = {"shown": [["course", "spaw-mag"]]}
INTERNSHIP = {"shown": [["internship", "staz-uczniowski"]]}
BOTH = {"shown": [["course", "spaw-mag"], ["internship", "staz-uczniowski"]]}
PROGRAMME = {"shown": [["programme", "bilans-kariery"]]}
CLINIC = {"shown": [["clinic", "kot"]]}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("a ile to kosztuje?", ["price"]),
        ("to jest darmowe?", ["price"]),
        ("is it free?", ["price"]),
        ("ile trwa?", ["length"]),
        ("how many hours is it", ["length"]),
        ("od ilu lat?", ["age"]),
        ("from what age", ["age"]),
        ("czy jest certyfikat?", ["certificate"]),
        ("kiedy najblizszy", ["date"]),
        ("when is the next one?", ["date"]),
        ("gdzie są wolne miejsca", ["seats"]),
        ("gdzie to jest", ["place"]),
        ("jakie są warunki i ile kosztuje", ["price", "conditions"]),
        ("ile płacą za staż", ["stipend"]),
        ("lubię gotować", []),
    ],
)
def test_what_a_question_asks_about(text: str, asked: list[str]) -> None:
    assert aspects(text) == asked


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "slots"),
    [
        ("a ile to kosztuje?", "out_of_scope", 0.38, COURSE),
        ("od ilu lat?", "bot_challenge", 0.16, COURSE),
        ("czy jest certyfikat?", "ask_qualification", 0.93, COURSE),
        ("how long does it take?", "ask_privacy", 0.25, COURSE),
        ("when is the next one?", "ask_courses", 0.56, COURSE),
        ("a gdzie to jest?", "ask_contact", 0.73, COURSE),
        ("a ile za to płacą?", "ask_occupation", 0.63, INTERNSHIP),
        ("ile trwa?", "ask_courses", 0.23, INTERNSHIP),
        ("a ile trwa taki kurs?", "ask_courses", 0.9, BOTH),
        ("a ile trwa ten staż?", "ask_internships", 0.9, BOTH),
        ("a ile za to płacą?", "ask_occupation", 0.63, BOTH),
        ("kto może?", "nlu_fallback", 0.2, PROGRAMME),
        ("czy trzeba skierowanie?", "ask_courses", 0.37, CLINIC),
        ("a bez zgody rodziców?", "nlu_fallback", 0.2, CLINIC),
    ],
)
def test_a_short_question_is_about_what_was_shown(
    catalogue: Catalogue, text: str, intent: str, confidence: float, slots: dict
) -> None:
    assert question(turn(catalogue, text, intent=intent, confidence=confidence, slots=slots)) is Question.FOLLOW_UP


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("ile zarabia elektryk?", "ask_occupation", {"profession": "elektryk"}),
        ("ile kosztuje bon szkoleniowy", "ask_adult_programme", {}),
        ("ile kosztuje wizyta w poradni", "ask_clinic", {}),
        ("jaki telefon ma WUP?", "ask_contact", {}),
        ("kto może mi pomóc wybrać zawód?", "undecided", {}),
        ("who can help me choose what to become?", "undecided", {}),
        ("a ile to kosztuje? nie chce mi się żyć", "crisis", {}),
        ("stop", "cancel", {}),
        ("ok, dzięki", "thank", {}),
    ],
)
def test_other_subjects_are_not_taken_for_a_question_about_what_was_shown(
    catalogue: Catalogue, text: str, intent: str, entities: dict
) -> None:
    assert question(turn(catalogue, text, intent=intent, confidence=0.9, entities=entities, slots=COURSE)) is None


def test_a_named_course_is_what_the_question_is_about(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "ile trwa kurs MAG?", intent="ask_courses", entities={"course_type": "spaw-mag"})
    assert question(talk) is Question.FOLLOW_UP


@pytest.mark.parametrize("slots", [{}, COURSE])
@pytest.mark.parametrize("text", ["ile kosztują kursy?", "macie jakieś darmowe kursy?", "are your courses free?"])
def test_a_question_about_courses_in_general_is_answered_in_general(
    catalogue: Catalogue, text: str, slots: dict
) -> None:
    talk = turn(catalogue, text, intent="ask_courses", confidence=0.9, slots=slots)
    assert question(talk) is Question.FOLLOW_UP
    play(talk, "action_follow_up")
    assert not cards(talk)
    assert any("/inform_interest" in payload for payload in payloads(talk))


def test_a_question_while_the_bot_asks_which_courses_is_answered_in_general(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "a ile to kosztuje?", intent="nlu_fallback", form="guidance_form")
    assert question(talk) is Question.FOLLOW_UP


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("jakieś kursy w grudniu?", "ask_courses", 0.99),
        ("co jest po feriach?", "ask_help", 0.28),
        ("coś po nowym roku?", "ask_returnee_programme", 0.47),
        ("gdzie są wolne miejsca?", "ask_science_places", 0.39),
        ("where are free places?", "ask_contact", 0.29),
    ],
)
def test_a_time_or_free_seats_in_general_lead_to_dates(
    catalogue: Catalogue, text: str, intent: str, confidence: float
) -> None:
    assert question(turn(catalogue, text, intent=intent, confidence=confidence)) is Question.DATES


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("wracam z anglii w grudniu", "ask_returnee_programme"),
        ("mam egzamin w styczniu", "ask_qualification"),
        ("w maju mam praktyki, szukam firmy", "ask_internships"),
    ],
)
def test_a_time_inside_another_subject_is_left_alone(catalogue: Catalogue, text: str, intent: str) -> None:
    assert question(turn(catalogue, text, intent=intent, confidence=0.9)) is None


@pytest.mark.parametrize("text", ["mam 40 lat i pracuję, czy dostanę bon?", "can I get a voucher?"])
def test_a_question_about_oneself_starts_the_eligibility_talk(catalogue: Catalogue, text: str) -> None:
    assert question(turn(catalogue, text, intent="ask_adult_programme", confidence=0.9)) is Question.ELIGIBILITY


CENTRE = {"shown": [["career_centre", "kok"], ["programme", "pathway-to-a-career"]]}
MUSEUM = {"shown": [["science_place", "cogiteon"]]}


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("how much does it cost?", "ask_courses", CLINIC),
        ("how much does it cost?", "ask_courses", PROGRAMME),
        ("a ile to kosztuje?", "out_of_scope", CENTRE),
        ("how much does it cost?", "ask_courses", CENTRE),
        ("a ile kosztuje bilet?", "out_of_scope", MUSEUM),
    ],
)
def test_a_question_without_a_topic_of_its_own_is_about_what_was_shown(
    catalogue: Catalogue, text: str, intent: str, slots: dict[str, object]
) -> None:
    assert question(turn(catalogue, text, intent=intent, confidence=0.95, slots=slots)) == Question.FOLLOW_UP


def test_a_topic_of_its_own_stays_with_it(catalogue: Catalogue) -> None:
    asked = turn(catalogue, "how much is a course?", intent="ask_courses", confidence=0.95, slots=CLINIC)
    assert question(asked) is None


@pytest.mark.parametrize(
    ("text", "entities"),
    [("mam 18 lat", {"age": "18"}), ("I don't have a driving licence", {"licence": "driving_b"})],
)
def test_who_tells_something_asks_nothing(catalogue: Catalogue, text: str, entities: dict[str, str]) -> None:
    told = turn(catalogue, text, intent="inform_qualification", entities=entities, slots=COURSE)
    for entity in told.tracker.latest_message["entities"]:
        entity["role"] = "lack" if entity["entity"] == "licence" else "like"
    assert question(told) is None


@pytest.mark.parametrize(
    ("text", "answer"), [("a ile to kosztuje?", "bezpłatna"), ("ile to jeszcze potrwa?", "18 pytań")]
)
def test_a_question_in_the_questionnaire_is_about_the_questionnaire(
    catalogue: Catalogue, text: str, answer: str
) -> None:
    talk = turn(catalogue, text, slots=COURSE, form="questionnaire_form")
    assert question(talk) == Question.FOLLOW_UP
    play(talk, "action_follow_up")
    assert answer in said(talk)
    assert not cards(talk)


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [("pl", "a ile to kosztuje?", "bezpłatne"), ("en", "how much does it cost?", "costs nothing")],
)
def test_the_price_of_counselling_is_known(catalogue: Catalogue, language: str, text: str, answer: str) -> None:
    talk = turn(catalogue, text, slots={**CENTRE, "language": language})
    assert play(talk, "action_follow_up")["offer"] == "action_appointment"
    assert answer in said(talk)


def test_prices_of_tickets_are_not_made_up(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "a ile kosztuje bilet?", slots=MUSEUM)
    play(talk, "action_follow_up")
    assert "nie mam potwierdzonych" in said(talk)
    assert [card["id"] for card in cards(talk)] == ["cogiteon"]


def test_the_price_of_a_course_that_is_named_is_no_other_subject(catalogue: Catalogue) -> None:
    named = {"course_type": "plc", "interest": "automation"}
    talk = turn(catalogue, "a ile kosztuje ten o plc?", intent="out_of_scope", confidence=0.67, entities=named)
    assert question(talk) is Question.FOLLOW_UP
