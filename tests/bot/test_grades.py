"""The year and the type of school, from the contract: `1` … `5`; `BS1`, `BS2`, `T`."""

from __future__ import annotations

import pytest

from bot.entities import EntityFinder
from bot.text import strip_diacritics


def values(finder: EntityFinder, text: str, kind: str) -> list[str]:
    """The ids of one kind that a text names."""
    return [entity["value"] for entity in finder.find(text) if entity["entity"] == kind]


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("w drugiej technikum", "2"),
        ("2 kl. branżówki", "2"),
        ("jestem w czwartej", "4"),
        ("idę do 1 klasy", "1"),
        ("klasa III", "3"),
        ("III klasa technikum", "3"),
        ("w piątej klasie", "5"),
        ("jestem uczennicą pierwszej klasy", "1"),
        ("na 2 roku technikum", "2"),
        ("trzecioklasista", "3"),
        ("chodzę do 3TI", "3"),
        ("ja z 2b jestem", "2"),
        ("4 technikum", "4"),
        ("technikum mechatroniczne, trzecia", "3"),
        ("elektryk 2", "2"),
        ("2-ga klasa", "2"),
        ("druga", "2"),
        ("w pierwszej", "1"),
        ("3", "3"),
        ("second-year", "2"),
        ("3rd grade", "3"),
        ("i'm in my fourth year", "4"),
        ("year 5", "5"),
        ("year two, photographer", "2"),
        ("1st class of branżowa", "1"),
        ("in 2 year of technikum", "2"),
        ("class 3b", "3"),
    ],
)
def test_a_grade_in_words_digits_and_slang(finder: EntityFinder, text: str, grade: str) -> None:
    assert values(finder, text, "grade") == [grade]
    assert values(finder, strip_diacritics(text), "grade") == [grade]


@pytest.mark.parametrize("grade", ["1", "2", "3", "4", "5"])
def test_every_grade_in_the_usual_ways(finder: EntityFinder, grade: str) -> None:
    polish = ("pierwszej", "drugiej", "trzeciej", "czwartej", "piątej")[int(grade) - 1]
    english = ("first", "second", "third", "fourth", "fifth")[int(grade) - 1]
    for text in (f"{grade} klasa", f"klasa {grade}", f"w {polish} klasie", f"{english} year", f"grade {grade}"):
        assert values(finder, text, "grade") == [grade], text


@pytest.mark.parametrize(
    "text",
    [
        "druga sprawa",
        "w drugą stronę",
        "piątka z matmy",
        "klasa!",
        "2 godziny",
        "17 lat",
        "za 2 lata",
        "o drugiej",
        "w czwartek",
        "pierwsza pomoc",
        "pierwszy raz",
        "po pierwsze",
        "po drugiej stronie",
        "3d",
        "druk 3d",
        "technikum nr 4",
        "8 klasa podstawówki",
        "w 5 klasie podstawówki",
        "trzy kursy",
        "dwa razy",
        "ocena 5",
        "kat. 2",
        "3 miesiące stażu",
        "szkoła branżowa I stopnia",
        "first aid",
        "first of all",
        "two years",
        "a 3 year course",
        "3-year school",
        "first class service",
        "1 kV",
        "5/10",
        "15",
    ],
)
def test_other_numbers_are_no_grade(finder: EntityFinder, text: str) -> None:
    assert values(finder, text, "grade") == []


@pytest.mark.parametrize(
    ("text", "school"),
    [
        ("technikum", "T"),
        ("chodzę do technika", "T"),
        ("w techniku jestem", "T"),
        ("technical school", "T"),
        ("branżówka", "BS1"),
        ("w zawodówce", "BS1"),
        ("szkoła branżowa I stopnia", "BS1"),
        ("jestem w branżowej", "BS1"),
        ("bs1", "BS1"),
        ("BS 1", "BS1"),
        ("sectoral school", "BS1"),
        ("branżowa II stopnia", "BS2"),
        ("szkoła branżowa drugiego stopnia", "BS2"),
        ("BS2", "BS2"),
        ("stage two school", "BS2"),
        ("brnażówka", "BS1"),
        ("techniukm", "T"),
    ],
)
def test_a_type_of_school_by_all_its_names(finder: EntityFinder, text: str, school: str) -> None:
    assert values(finder, text, "school_type") == [school]
    assert values(finder, strip_diacritics(text), "school_type") == [school]


@pytest.mark.parametrize(
    "text", ["technik informatyk", "nowa technika", "wiedza branżowa", "that's bs", "liceum", "szkoła"]
)
def test_other_words_are_no_type_of_school(finder: EntityFinder, text: str) -> None:
    assert values(finder, text, "school_type") == []


def test_grade_school_and_profession_stand_side_by_side(finder: EntityFinder) -> None:
    text = "Jestem w 3 klasie technikum, technik elektryk, mam ELE.02"
    found = {entity["entity"]: (entity["value"], text[entity["start"] : entity["end"]]) for entity in finder.find(text)}
    assert found == {
        "grade": ("3", "3 klasie"),
        "school_type": ("T", "technikum"),
        "profession": ("technik-elektryk", "technik elektryk"),
        "qualification": ("ELE.02", "ELE.02"),
    }
