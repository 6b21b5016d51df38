"""Age, licences and experience: what a message tells about the pupil beside the catalogue's names."""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple

import pytest
import yaml

from bot.lexicon import CATALOGUE
from bot.personal import FOLDER, find


def told(text: str, kind: str) -> List[Tuple[str, Optional[str]]]:
    """(value, role) of one kind."""
    return [(one["value"], one.get("role")) for one in find(text) if one["entity"] == kind]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("mam 16 lat i jestem w pierwszej klasie", "16"),
        ("mam już 17 lat", "17"),
        ("mam 17", "17"),
        ("16 lat, technikum", "16"),
        ("szesnaście lat mam", "16"),
        ("skończyłam 18 lat", "18"),
        ("jestem osiemnastolatką", "18"),
        ("jestem 17-latkiem", "17"),
        ("16yo", "16"),
        ("I'm seventeen", "17"),
        ("I’m 17 and I like cars", "17"),
        ("i am 19 years old", "19"),
        ("I just turned eighteen", "18"),
    ],
)
def test_an_age_in_any_words(text: str, age: str) -> None:
    assert told(text, "age") == [(age, None)]


@pytest.mark.parametrize(
    "text",
    [
        "mam 2 lata doświadczenia",
        "kurs barmański od 18 lat?",
        "od ilu lat można",
        "brat ma 16 lat",
        "mam brata 16 lat",
        "mam 12 godzin praktyk",
        "mam 15 minut",
        "a course for 16 year olds?",
        "technikum trwa 5 lat",
        "mam 100 lat",
        "I'm 15 minutes late",
        "my brother is 17 years old",
    ],
)
def test_other_numbers_are_no_age(text: str) -> None:
    assert told(text, "age") == []


@pytest.mark.parametrize(
    ("text", "licences"),
    [
        ("mam prawo jazdy kat. B", {"driving_b": "have"}),
        ("mam prawko", {"driving_b": "have"}),
        ("mam prawo jazdy kat. AM", {"driving_other": "have"}),
        ("mam SEP do 1 kV i książeczkę sanepidowską", {"sep_e": "have", "sanitary_book": "have"}),
        ("technikum, 3 klasa, SEP, prawo jazdy B", {"sep_e": "have", "driving_b": "have"}),
        ("zrobiłam uprawnienia UDT na wózki widłowe", {"udt_forklift": "have"}),
        ("I have a driving licence and a first aid certificate", {"driving_b": "have", "first_aid": "have"}),
        ("nie mam prawa jazdy", {"driving_b": "lack"}),
        ("I don't have a driving licence", {"driving_b": "lack"}),
        ("chcę zrobić prawo jazdy", {"driving_b": None}),
        ("jak zdobyć SEP", {"sep_e": None}),
        ("macie kurs na wózki widłowe?", {"udt_forklift": None}),
        ("how do I get a forklift licence", {"udt_forklift": None}),
        ("kurs baristy", {"barista": None}),
        ("barista course", {"barista": None}),
        ("kurs pierwszej pomocy", {"first_aid": None}),
        ("zrobiłem kurs baristy", {"barista": "have"}),
        ("I finished a barista course", {"barista": "have"}),
        ("lubię gotować", {}),
    ],
)
def test_a_licence_is_had_lacked_or_only_mentioned(text: str, licences: Dict[str, Optional[str]]) -> None:
    assert dict(told(text, "licence")) == licences


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("pracowałam w kuchni", ["kitchen"]),
        ("pracowałem rok w kuchni i w hotelu", ["kitchen", "hotel"]),
        ("pół roku w warsztacie", ["workshop"]),
        ("miałem praktyki u mechanika", ["garage"]),
        ("I worked two months in a restaurant", ["kitchen"]),
        ("half a year in a car workshop", ["garage", "workshop"]),
        ("szukam praktyk w hotelu", []),
        ("czy są praktyki w hotelu", []),
        ("lubię kuchnię", []),
        ("looking for an internship in a hotel", []),
    ],
)
def test_experience_is_work_that_was_done(text: str, places: List[str]) -> None:
    assert [value for value, _ in told(text, "experience")] == places


@pytest.mark.parametrize(
    "text",
    ["pracowałem w kuchni", "pracowałam w kuchni", "pracowalam w kuchni", "praca: kuchnia, 2 lata doświadczenia"],
)
def test_the_form_of_gender_changes_nothing(text: str) -> None:
    assert told(text, "experience") == [("kitchen", None)]


def test_the_place_in_the_text_is_right() -> None:
    text = "Cześć, mam 16 lat i pracowałam w kuchni."
    assert [text[one["start"] : one["end"]] for one in find(text)] == ["16", "kuchni"]


def test_the_records_have_both_languages_and_name_what_the_catalogue_has() -> None:
    courses = yaml.safe_load((CATALOGUE / "course_types.yaml").read_text(encoding="utf-8"))["course_types"]
    industries = yaml.safe_load((CATALOGUE / "qualifications.yaml").read_text(encoding="utf-8"))["industries"]
    for name, field, known in (("licences", "courses", courses), ("experience", "industries", industries)):
        records = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))[name]
        assert len({record["id"] for record in records}) == len(records)
        for record in records:
            assert record["pl"]
            assert record["en"]
            assert {*record[field]} <= {one["id"] for one in known} | {"railway"}
