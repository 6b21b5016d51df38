"""Occupations and forms of internship: with a reason, of different kinds, never held, dislikes against them."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.catalogue.callings import suggest_internships, suggest_occupations
from api.catalogue.kinds import Occupation, Profession
from api.catalogue.profile import Profile
from api.catalogue.reasons import ReasonKind
from tests.catalogue.test_matching import CATALOGUE, PROFILES

RESULTS = st.dictionaries(st.sampled_from("RIASEC"), st.integers(0, 100)).map(lambda found: tuple(found.items()))


def ids(profile: Profile) -> list[str]:
    """The suggested occupations."""
    return [calling.profession.id for calling in suggest_occupations(CATALOGUE, profile)]


@pytest.mark.parametrize(
    ("riasec", "first"),
    [
        ((("A", 100), ("R", 60)), {"fotograf", "technik-fotografii"}),
        ((("S", 100), ("E", 60)), {"kelner", "technik-uslug-kelnerskich"}),
        ((("E", 100), ("S", 60)), {"technik-turystyki", "technik-turystyki-wiejskiej"}),
        ((("I", 100), ("R", 60)), {"technik-informatyk"}),
    ],
)
def test_the_result_leads_to_occupations_of_its_letters(riasec: tuple[tuple[str, int], ...], first: set[str]) -> None:
    assert ids(Profile(riasec=riasec))[0] in first


def test_the_type_of_school_decides_where_there_is_a_choice() -> None:
    result = (("A", 100), ("R", 60))
    assert ids(Profile(riasec=result, school_type="T"))[0] == "technik-fotografii"
    assert ids(Profile(riasec=result, school_type="BS1"))[0] == "fotograf"


def test_a_dislike_takes_occupations_away() -> None:
    result = (("R", 100), ("A", 60))
    assert "kucharz" in ids(Profile(riasec=(("R", 60), ("E", 90)), interests=("cooking",)))
    assert "kucharz" not in ids(Profile(riasec=result, dislikes=("cooking",)))


def test_nothing_told_or_all_rejected_gives_nothing() -> None:
    assert ids(Profile()) == []
    assert ids(Profile(riasec=tuple((letter, 0) for letter in "RIASEC"))) == []


@given(PROFILES, RESULTS)
def test_each_occupation_has_a_reason_a_score_and_a_kind_of_its_own(
    profile: Profile, result: tuple[tuple[str, int], ...]
) -> None:
    found = suggest_occupations(CATALOGUE, dataclasses.replace(profile, riasec=result))
    assert len(found) <= 3
    groups: set[str] = set()
    for calling in found:
        assert calling.reasons
        assert calling.score > 0
        assert CATALOGUE.find(Profession, calling.profession.id) is not None
        own = {group.id for group in CATALOGUE.all(Occupation) if calling.profession.id in group.professions}
        assert not own & groups
        groups |= own


@pytest.mark.parametrize(
    ("school", "age", "expected"),
    [
        ("T", None, ["staz-uczniowski"]),
        ("BS1", 16, ["staz-uczniowski", "mlodociany"]),
        ("BS1", 19, ["staz-uczniowski"]),
        ("BS2", 20, []),
        (None, 16, []),
    ],
)
def test_a_form_of_internship_fits_by_school_and_age(school: str | None, age: int | None, expected: list[str]) -> None:
    found = suggest_internships(CATALOGUE, Profile(school_type=school, age=age))
    assert [form.rule.id for form in found] == expected
    assert all(reason.kind is ReasonKind.SCHOOL for form in found for reason in form.reasons)


def test_each_strong_letter_is_heard_before_a_second_occupation_of_one() -> None:
    found = suggest_occupations(CATALOGUE, Profile(riasec=(("R", 100), ("S", 100), ("C", 50), ("I", 0), ("E", 0))))
    assert {calling.reasons[0].id for calling in found[:2]} == {"R", "S"}
