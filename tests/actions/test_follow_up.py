"""What is answered to a short question: the confirmed fact, else that it is unknown and who would know."""

from dataclasses import replace

import pytest

from actions.questions import Question, question
from api.catalogue.kinds import CourseType
from api.catalogue.view import Catalogue
from tests.actions.topic_turns import cards, facts, payloads, play, said, turn, with_editions
from tests.catalogue.samples import EXAMPLE, REAL


def asked(catalogue: Catalogue, text: str, *shown: tuple[str, str], language: str = "pl") -> object:
    """The turn of a short question after these cards."""
    slots = {"shown": [list(card) for card in shown], "language": language}
    talk = turn(catalogue, text, slots=slots)
    play(talk, "action_follow_up")
    return talk


def test_a_confirmed_fact_is_said_and_shown_with_its_source(catalogue: Catalogue) -> None:
    talk = asked(catalogue, "od ilu lat?", ("course", "spaw-mag"))
    (card,) = cards(talk)
    assert "od 18 lat" in said(talk)
    assert facts(card) == {"Wiek": "od 18 lat"}
    assert card["source"]["title"] == "bgslusarnia.pl"


@pytest.mark.parametrize(("language", "unknown"), [("pl", "nie mam potwierdzonej ceny"), ("en", "no confirmed price")])
def test_a_price_is_never_known(catalogue: Catalogue, language: str, unknown: str) -> None:
    talk = asked(catalogue, "a ile to kosztuje?", ("course", "cnc"), language=language)
    (card,) = cards(talk)
    assert unknown in next(iter(facts(card).values()))
    assert "CKZ" in said(talk)


def test_an_unverified_fact_is_not_said(catalogue: Catalogue) -> None:
    talk = asked(catalogue, "ile trwa?", ("course", "spaw-mig"))
    assert "145" not in str(cards(talk)) + said(talk)


def test_several_courses_are_answered_each(catalogue: Catalogue) -> None:
    talk = asked(catalogue, "ile trwa?", ("course", "spaw-mag"), ("course", "spaw-mig"))
    assert [card["id"] for card in cards(talk)] == ["spaw-mag", "spaw-mig"]
    assert facts(cards(talk)[0]) == {"Czas": "145 h"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a ile trwa taki kurs?", "course"),
        ("a ile to kosztuje?", "course"),
        ("od ilu lat?", "course"),
        ("a ile trwa ten staż?", "internship"),
        ("a ile za to płacą?", "internship"),
        ("how long is the internship?", "internship"),
    ],
)
def test_of_courses_and_an_internship_the_one_that_is_meant_is_answered(
    catalogue: Catalogue, text: str, kind: str
) -> None:
    talk = asked(catalogue, text, ("course", "spaw-mag"), ("internship", "staz-uczniowski"))
    assert {card["kind"] for card in cards(talk)} == {kind}


def test_an_example_is_no_date(catalogue: Catalogue) -> None:
    talk = asked(catalogue, "kiedy najbliższy?", ("course", "sushi"))
    assert "Ogłoszonych terminów jeszcze nie znam" in said(talk)
    assert "przykład" in facts(cards(talk)[0])["Termin"]
    assert payloads(talk).count('/sign_up{"course_type": "sushi"}') == 1


def test_a_real_edition_can_be_joined_and_tells_date_and_place(catalogue: Catalogue) -> None:
    talk = asked(catalogue, "kiedy i gdzie?", ("course", "cnc"))
    assert facts(cards(talk)[0])["Gdzie"] == "ul. Testowa 1"
    assert "1 grudnia 2026" in facts(cards(talk)[0])["Termin"]
    assert '/sign_up{"edition": "2"}' in payloads(talk)


def test_details_show_all_that_may_be_seen_and_a_button_for_each_edition(catalogue: Catalogue) -> None:
    later = replace(REAL, id=3, starts_on=REAL.starts_on.replace(day=9), ends_on=None)
    talk = turn(with_editions(catalogue, cnc=(REAL, later)), intent="ask_courses", entities={"details": "cnc"})
    play(talk, "action_follow_up")
    (card,) = cards(talk)
    assert {"Rodzaj", "Termin", "Gdzie"} <= set(facts(card))
    unknown = facts(card)["Zapytaj w CKZ o"]
    assert unknown == "cenę, czas trwania, wiek, warunki przyjęcia i dokument na koniec", (
        "all that is unknown in one line"
    )
    assert [p for p in payloads(talk) if "edition" in p] == ['/sign_up{"edition": "2"}', '/sign_up{"edition": "3"}']


def test_a_course_that_is_gone_is_said_to_be_gone(catalogue: Catalogue) -> None:
    talk = turn(catalogue, intent="ask_courses", entities={"details": "suwnice-udt"})
    play(talk, "action_follow_up")
    assert not cards(talk)
    assert said(talk)


def test_no_answer_about_any_course_in_any_aspect_is_empty(catalogue: Catalogue) -> None:
    for course in catalogue.all(CourseType):
        for text in ("koszt", "ile trwa", "od ilu lat", "warunki", "certyfikat", "kiedy", "wolne miejsca", "gdzie"):
            talk = asked(catalogue, text, ("course", course.id))
            assert all(fact["value"] for fact in cards(talk)[0]["facts"])
            assert len(cards(talk)[0]["facts"]) == 1


@pytest.mark.parametrize(
    ("text", "rule"),
    [("ile płacą?", "staz-ckz-krakow"), ("ile godzin?", "staz-ckz-krakow"), ("kto może?", "staz-uczniowski")],
)
def test_a_question_about_internships_gets_the_rule_that_answers_it(catalogue: Catalogue, text: str, rule: str) -> None:
    talk = asked(catalogue, text, ("internship", "staz-uczniowski"))
    assert cards(talk)[0]["id"] == rule


def test_a_question_about_internships_without_an_answer_says_who_knows(catalogue: Catalogue) -> None:
    talk = asked(catalogue, "dostanę certyfikat?", ("internship", "staz-uczniowski"))
    assert not cards(talk)
    assert "szkol" in said(talk)


def test_a_question_about_a_programme_names_the_office(catalogue: Catalogue) -> None:
    talk = asked(catalogue, "ile to kosztuje?", ("programme", "bilans-kariery"))
    assert [card["id"] for card in cards(talk)] == ["wup-krakow"]
    assert facts(cards(talk)[0])["Telefon"] == "12 424 07 38"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("czy trzeba skierowanie?", "Skierowanie"),
        ("a bez zgody rodziców?", "Zgłoszenie"),
        ("która jest moja?", "Która poradnia"),
        ("ile to kosztuje", "Koszt"),
    ],
)
def test_a_question_about_a_clinic_is_answered_by_its_rule(catalogue: Catalogue, text: str, label: str) -> None:
    talk = asked(catalogue, text, ("clinic", "kot"))
    assert label in facts(cards(talk)[0])
    assert "źródło" in facts(cards(talk)[0])[label]


def test_courses_by_time_are_the_ones_that_start_then(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "kursy w grudniu", intent="ask_courses")
    play(talk, "action_course_dates")
    assert [card["id"] for card in cards(talk)] == ["cnc", "sushi"]
    assert "Znam 2 kursy" in said(talk)
    assert "przykład" in said(talk)


def test_courses_by_time_are_narrowed_by_what_is_named(catalogue: Catalogue) -> None:
    entities = {"industry": "gastronomic_tourist"}
    talk = turn(catalogue, "gastronomiczne w grudniu", intent="ask_courses", entities=entities)
    play(talk, "action_course_dates")
    assert [card["id"] for card in cards(talk)] == ["sushi"]
    assert "Ogłoszonych terminów" in said(talk)


def test_a_time_without_courses_names_the_nearest_one(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "kursy w maju", intent="ask_courses")
    play(talk, "action_course_dates")
    assert "nie znam żadnego" in said(talk)
    assert cards(talk)[0]["id"] == "cnc"


def test_free_seats_are_not_claimed_where_nobody_has_counted_them(catalogue: Catalogue) -> None:
    talk = turn(with_editions(catalogue, cnc=(REAL,)), "gdzie są wolne miejsca?")
    play(talk, "action_course_dates")
    assert not cards(talk)
    counted = replace(REAL, seats=3)
    talk = turn(with_editions(catalogue, cnc=(counted,), sushi=(replace(EXAMPLE, seats=0),)), "gdzie są wolne miejsca?")
    play(talk, "action_course_dates")
    assert "na 1 kursie" in said(talk)
    assert [card["id"] for card in cards(talk)] == ["cnc"]


@pytest.mark.parametrize("target", ["course:spaw-mag", "edition:2"])
def test_in_a_sign_up_a_question_is_about_what_is_joined(catalogue: Catalogue, target: str) -> None:
    slots = {"signup_target": target, "shown": [["clinic", "kot"]]}
    talk = turn(catalogue, "od ilu lat?", intent="ask_courses", slots=slots, form="signup_form")
    assert question(talk) == Question.FOLLOW_UP
    play(talk, "action_follow_up")
    assert [card["id"] for card in cards(talk)] == ["spaw-mag" if "course" in target else "cnc"]
