"""Cards: the shape of the contract, only confirmed facts, reasons in words."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.catalogue import cards, kinds
from api.catalogue.course_cards import edition_text, why
from api.catalogue.kinds import (
    CourseType,
    Helpline,
    Institution,
    InternshipRule,
    Occupation,
    Profession,
    Programme,
    Qualification,
)
from api.catalogue.matching import suggest
from api.catalogue.profile import Profile
from api.catalogue.reasons import Reason, ReasonKind
from api.catalogue.records import Record
from api.catalogue.view import Catalogue, Edition
from api.texts import LANGUAGES, Language, all_texts
from tests.catalogue.samples import EXAMPLE, TODAY

WITH_CARDS = (CourseType, Helpline, Institution, InternshipRule, Occupation, Profession, Programme, Qualification)
CARD_KINDS = {
    "course",
    "internship",
    "occupation",
    "qualification",
    "school",
    "clinic",
    "career_centre",
    "programme",
    "science_place",
    "helpline",
}


def find[R: Record](catalogue: Catalogue, model: type[R], id_: str) -> R:
    """A record that must be there."""
    record = catalogue.find(model, id_)
    assert record is not None, id_
    return record


def facts(card: dict[str, Any]) -> dict[str, str]:
    """The facts by label."""
    return {fact["label"]: fact["value"] for fact in card["facts"]}


def every_card(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """The cards of all records in both languages."""
    for language in LANGUAGES:
        for model in WITH_CARDS:
            for record in catalogue.all(model):
                yield cards.card(catalogue, record, language, TODAY)


def test_every_card_has_the_shape_of_the_contract(catalogue: Catalogue) -> None:
    for card in every_card(catalogue):
        assert list(card) == ["kind", "id", "title", "subtitle", "why", "url", "facts", "source", "buttons"]
        assert card["kind"] in CARD_KINDS
        assert card["title"]
        assert set(card["source"]) == {"title", "url", "as_of"}
        assert card["source"]["title"]
        assert all(set(fact) == {"label", "value"} and fact["value"] for fact in card["facts"])
        assert "None" not in str(list(facts(card).values())), card


def test_every_kind_of_card_occurs(catalogue: Catalogue) -> None:
    assert {card["kind"] for card in every_card(catalogue)} == CARD_KINDS


def test_a_record_without_a_card_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(KeyError):
        cards.card(catalogue, find(catalogue, kinds.Branch, "MEC"), "pl")


@pytest.mark.parametrize(("language", "title"), [("pl", "Katalog Drogowskazu"), ("en", "Drogowskaz catalogue")])
def test_a_record_without_a_source_names_the_catalogue(catalogue: Catalogue, language: Language, title: str) -> None:
    card = cards.course_card(catalogue, find(catalogue, CourseType, "cnc"), language, TODAY)
    assert card["source"] == {"title": title, "url": None, "as_of": None}


def test_a_confirmed_course_shows_its_facts(catalogue: Catalogue) -> None:
    card = cards.course_card(catalogue, find(catalogue, CourseType, "spaw-mag"), "pl", TODAY)
    assert facts(card) == {
        "Rodzaj": "kurs kwalifikacyjny",
        "Czas": "145 h",
        "Na koniec": "świadectwo egzaminu spawacza i książka spawacza; ważność 3 lata (stal) lub 2 lata (inne metale)",
        "Warunki": "wykształcenie co najmniej podstawowe",
        "Wiek": "od 18 lat",
        "Terminy": "brak ogłoszonej edycji – zapytaj w CKZ",
        "Zapytaj w CKZ o": "cenę",
    }
    assert card["subtitle"] == "branża mechaniczna"


def test_an_unconfirmed_course_shows_its_kind_and_what_to_ask(catalogue: Catalogue) -> None:
    assert facts(cards.course_card(catalogue, find(catalogue, CourseType, "barman"), "en", TODAY)) == {
        "Kind": "competence course",
        "Age": "ask CKZ from what age you can start",
        "Dates": "no edition announced – ask CKZ",
        "Ask CKZ about": "the length, the certificate, the conditions and the price",
    }


def test_hours_from_to_are_a_range(catalogue: Catalogue) -> None:
    course = find(catalogue, CourseType, "cnc").model_copy(update={"hours": kinds.Hours(min=16, max=40)})
    assert facts(cards.course_card(catalogue, course, "pl", TODAY))["Czas"] == "16–40 h"


@pytest.mark.parametrize(
    ("language", "start"), [("pl", "przykład: 5 grudnia 2026"), ("en", "example: 5 December 2026")]
)
def test_an_example_edition_is_marked(catalogue: Catalogue, language: Language, start: str) -> None:
    card = cards.course_card(catalogue, find(catalogue, CourseType, "sushi"), language, TODAY)
    assert [fact["value"] for fact in card["facts"] if fact["value"].startswith(start)]


def test_a_real_edition_shows_its_dates_and_place(catalogue: Catalogue) -> None:
    card = cards.course_card(catalogue, find(catalogue, CourseType, "cnc"), "en", TODAY)
    assert facts(card)["Date"] == "1 December 2026 – 8 December 2026, ul. Testowa 1"


def test_an_edition_that_has_begun_is_not_shown(catalogue: Catalogue) -> None:
    card = cards.course_card(catalogue, find(catalogue, CourseType, "sushi"), "pl", date(2026, 12, 6))
    assert facts(card)["Terminy"] == "brak ogłoszonej edycji – zapytaj w CKZ"


@pytest.mark.parametrize(
    ("seats", "words"), [(1, "1 miejsce"), (3, "3 miejsca"), (5, "5 miejsc"), (22, "22 miejsca"), (12, "12 miejsc")]
)
def test_seats_are_counted_in_good_polish(seats: int, words: str) -> None:
    assert edition_text(dataclasses.replace(EXAMPLE, seats=seats), "pl").endswith(f", {words}")


def test_unknown_seats_are_not_counted() -> None:
    edition = Edition(1, "cnc", TODAY, TODAY, None, None, seats=None, demo=False)
    assert edition_text(edition, "pl") == "20 listopada 2026"


@pytest.mark.parametrize(
    ("course", "age", "words"),
    [
        ("spaw-mag", 17, "od 18 lat – tego warunku jeszcze nie spełniasz"),
        ("spaw-mag", None, "od 18 lat"),
        ("barman", 17, "może być jeszcze za wcześnie – zapytaj w CKZ, od ilu lat można zacząć"),
        ("barman", None, "zapytaj w CKZ, od ilu lat można zacząć"),
    ],
)
def test_the_age_is_told_as_far_as_it_is_confirmed(
    catalogue: Catalogue, course: str, age: int | None, words: str
) -> None:
    (found,) = suggest(catalogue, Profile(course_types=(course,), age=age), TODAY)
    assert facts(cards.course_card(catalogue, found, "pl"))["Wiek"] == words


@pytest.mark.parametrize(
    ("reasons", "polish", "english"),
    [
        (
            [("interest", "cooking"), ("profession", "kucharz"), ("industry", "gastronomic_tourist")],
            "bo lubisz gotować i pasuje do zawodu: kucharz",
            "because you like cooking and it fits the occupation: cook",
        ),
        (
            [("wished", "sushi"), ("interest", "cooking"), ("interest", "baking"), ("profession", "kucharz")],
            "bo o to pytasz, lubisz gotować i pasuje do zawodu: kucharz",
            "because you asked about it, you like cooking and it fits the occupation: cook",
        ),
        (
            [("interest", "baking"), ("profession", "kucharz")],
            "bo lubisz piec chleb i ciasta, i pasuje do zawodu: kucharz",
            "because you like baking bread and cakes, and it fits the occupation: cook",
        ),
        (
            [("interest", "cooking"), ("interest", "baking"), ("industry", "gastronomic_tourist")],
            "bo lubisz gotować i lubisz piec chleb i ciasta",
            "because you like cooking and you like baking bread and cakes",
        ),
        (
            [("profession", "kucharz"), ("profession", "kelner"), ("qualification", "HGT.02")],
            "bo pasuje do zawodów: kucharz, kelner",
            "because it fits the occupations: cook, waiter / waitress",
        ),
        (
            [("qualification", "HGT.02"), ("industry", "gastronomic_tourist")],
            "bo pasuje do kwalifikacji HGT.02",
            "because it fits the qualification HGT.02",
        ),
        (
            [("industry", "mechanical")],
            "bo to branża mechaniczna",
            "because it belongs to the mechanical industry",
        ),
        (
            [("topic", "railway"), ("industry", "electrical_electronic")],
            "bo ma związek z koleją",
            "because it has to do with railways",
        ),
        ([("profession", "technik-robotyk")], "bo pasuje do Twojego zawodu", "because it fits your occupation"),
        ([("qualification", "MEC.10")], "bo pasuje do Twojej kwalifikacji", "because it fits your qualification"),
        ([("interest", "nie-ma-takiego")], "", ""),
    ],
)
def test_why_says_the_reasons(catalogue: Catalogue, reasons: list[tuple[str, str]], polish: str, english: str) -> None:
    structured = tuple(Reason(ReasonKind(kind), id_) for kind, id_ in reasons)
    assert why(catalogue, structured, "pl") == polish
    assert why(catalogue, structured, "en") == english


def test_every_suggestion_says_why(catalogue: Catalogue) -> None:
    profile = Profile(interests=("cooking", "trains"), professions=("slusarz",), qualifications=("HGT.02",))
    for language in LANGUAGES:
        for suggestion in suggest(catalogue, profile, TODAY, 100):
            assert cards.course_card(catalogue, suggestion, language)["why"]


def test_a_helpline_can_be_dialled(catalogue: Catalogue) -> None:
    card = cards.helpline_card(catalogue, find(catalogue, Helpline, "800121212"), "en")
    assert card["url"] == "tel:800121212"
    assert facts(card)["Phone"] == "800 12 12 12"
    assert facts(card)["Language"] == "Polish"
    assert "Anonymous" not in facts(card)


def test_an_unknown_phone_is_said_to_be_unknown(catalogue: Catalogue) -> None:
    centre = cards.institution_card(catalogue, find(catalogue, Institution, "kok"), "pl")
    assert centre["kind"] == "career_centre"
    assert facts(centre)["Telefon"] == "nie mam potwierdzonego numeru"
    clinic = cards.institution_card(catalogue, find(catalogue, Institution, "sppp-powiat"), "pl")
    assert (clinic["kind"], facts(clinic)["Telefon"]) == ("clinic", "12 422 27 12")


def test_unverified_texts_are_to_be_confirmed_and_verified_ones_are_not(catalogue: Catalogue) -> None:
    fourth = facts(cards.institution_card(catalogue, find(catalogue, Institution, "ppp4"), "pl"))
    assert fourth["Dla kogo"] == "okolice Nowej Huty (do potwierdzenia w szkole lub urzędzie)"
    school = facts(cards.institution_card(catalogue, find(catalogue, Institution, "zsg2"), "en"))
    assert (school["Good to know"], school["Occupations"]) == ("boarding house", "cook")


def test_demand_always_has_year_area_and_source(catalogue: Catalogue) -> None:
    told = facts(cards.occupation_card(catalogue, find(catalogue, Occupation, "kucharze"), "pl"))
    assert told["Barometr zawodów 2025"] == "Polska: równowaga (źródło: finanse.wp.pl, 2025-01)"
    assert told["Kraków"] == "brak danych dla samego miasta"
    printed = facts(cards.occupation_card(catalogue, find(catalogue, Occupation, "elektrycy"), "en"))
    assert "printed as “elektrycy i energetycy”" in printed["Occupational Barometer 2026"]


def test_no_demand_means_no_claim(catalogue: Catalogue) -> None:
    told = facts(cards.occupation_card(catalogue, find(catalogue, Profession, "kucharz"), "pl"))
    assert not [label for label in told if "Barometr" in label or label in ("Zapotrzebowanie", "Kraków")]
    railway = facts(cards.occupation_card(catalogue, find(catalogue, Occupation, "pracownicy-kolei"), "pl"))
    assert list(railway) == ["Zapotrzebowanie", "Zawody szkolne"]
    assert told["Szkoła"] == "branżowa szkoła I stopnia (do potwierdzenia w szkole lub urzędzie)"
    assert "Zespół Szkół Gastronomicznych nr 2" in told["Uczą tego zawodu"]


def test_alternative_qualifications_are_told_apart(catalogue: Catalogue) -> None:
    told = facts(cards.occupation_card(catalogue, find(catalogue, Profession, "technik-mechanik"), "pl"))
    assert told["Kwalifikacje"].startswith("MEC.03 i MEC.09 albo MEC.05 i MEC.09")


def test_a_qualification_carries_its_code(catalogue: Catalogue) -> None:
    card = cards.qualification_card(catalogue, find(catalogue, Qualification, "MEC.05"), "pl")
    assert card["title"] == "MEC.05 – Użytkowanie obrabiarek skrawających"


@pytest.mark.parametrize(
    ("programme", "subtitle"),
    [
        ("ckz-wieliczka-2", "program zakończony"),
        ("kierunek-kariera", "źródło wskazuje, że program się zakończył (do potwierdzenia w szkole lub urzędzie)"),
        ("bilans-kariery", "źródło wskazuje, że program trwa (do potwierdzenia w szkole lub urzędzie)"),
        ("pociag-do-kariery-s1", "nie wiadomo, czy program trwa"),
    ],
)
def test_a_programme_says_whether_it_runs_and_how_sure_that_is(
    catalogue: Catalogue, programme: str, subtitle: str
) -> None:
    assert cards.programme_card(catalogue, find(catalogue, Programme, programme), "pl")["subtitle"] == subtitle


def test_an_ended_programme_names_its_successor_with_its_state(catalogue: Catalogue) -> None:
    told = facts(cards.programme_card(catalogue, find(catalogue, Programme, "kierunek-kariera"), "en"))
    assert told["Follow-up"] == (
        "Małopolska train to a career – season 1 – it is not known whether the programme is running; whether it takes "
        "people now, ask: Voivodeship Labour Office in Kraków (to be confirmed at the school or office)"
    )
    assert "Cost and amounts" not in told
    ended = facts(cards.programme_card(catalogue, find(catalogue, Programme, "ckz-wieliczka-1"), "en"))
    assert ended["Follow-up"].endswith("(stage II) – the programme has ended")


def test_a_past_internship_is_no_offer(catalogue: Catalogue) -> None:
    card = cards.internship_card(catalogue, find(catalogue, InternshipRule, "staz-ckz-krakow"), "pl")
    assert card["subtitle"] == "miniona edycja, a nie ogłoszenie naboru"


def test_all_texts_of_cards_exist_in_both_languages_with_the_same_variables() -> None:
    for key, entry in all_texts().items():
        if not key.startswith("cards."):
            continue
        assert set(entry) == {"pl", "en"}, key
        polish, english = (set(re.findall(r"{(\w+)}", str(entry[language]))) for language in LANGUAGES)
        assert polish == english, key


def test_polish_texts_of_cards_address_nobody_in_one_gender() -> None:
    gendered = re.compile(r"\w+(łeś|łaś|łbyś|łabyś)\b|zainteresowany|gotowy|\bpowinien\b", re.IGNORECASE)
    for key, entry in all_texts().items():
        if key.startswith("cards."):
            assert not gendered.search(str(entry["pl"])), key
