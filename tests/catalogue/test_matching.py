"""The score: each line of its table, and what holds for every profile."""

import dataclasses
import itertools
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.catalogue import loader, matching
from api.catalogue.kinds import CourseType, Industry, Interest, Profession, Qualification
from api.catalogue.matching import Suggestion, suggest
from api.catalogue.profile import Profile
from api.catalogue.reasons import MissingKind, ReasonKind
from api.catalogue.view import Catalogue, build
from tests.catalogue.samples import TODAY, write_facts

ALL = 1000
# No limit on the time of one case: the machine may be busy.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def whole() -> Catalogue:
    """The catalogue for the properties, which cannot take fixtures."""
    with TemporaryDirectory() as folder:
        rows = loader.read(write_facts(Path(folder) / "catalogue"))
    return build(1, [(row.kind, row.body) for row in rows], [])


CATALOGUE = whole()
INTEREST_IDS = [record.id for record in CATALOGUE.all(Interest)]
COURSE_IDS = [record.id for record in CATALOGUE.all(CourseType)]
BY_ID = {record.id: record for record in CATALOGUE.all(CourseType)}


def some(ids: list[str], most: int = 4) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of the ids, in any order, now and then one that does not exist or comes twice."""
    return st.lists(st.sampled_from([*ids, "nie-ma-takiego"]), max_size=most).map(tuple)


PROFILES = st.builds(
    Profile,
    interests=some(INTEREST_IDS),
    dislikes=some(INTEREST_IDS, 2),
    professions=some([record.id for record in CATALOGUE.all(Profession)], 2),
    qualifications=some([record.id for record in CATALOGUE.all(Qualification)], 2),
    industries=some([record.id for record in CATALOGUE.all(Industry)], 2),
    course_types=some(COURSE_IDS, 2),
    asked=some(INTEREST_IDS, 2),
    experience=st.lists(st.sampled_from(["mechanical", "photography", "railway"]), max_size=2).map(tuple),
    done=some(COURSE_IDS, 2),
    riasec=st.dictionaries(st.sampled_from("RIASEC"), st.integers(0, 100)).map(lambda found: tuple(found.items())),
    school_type=st.sampled_from([None, "BS1", "BS2", "T"]),
    grade=st.none() | st.integers(1, 5),
    age=st.none() | st.integers(13, 60),
)


def named(found: list[Suggestion]) -> dict[str, Suggestion]:
    """The suggestions by course."""
    return {suggestion.course.id: suggestion for suggestion in found}


def reasons(suggestion: Suggestion) -> set[tuple[str, str]]:
    """The reasons as pairs."""
    return {(reason.kind.value, reason.id) for reason in suggestion.reasons}


@pytest.mark.parametrize(
    ("profile", "course", "score"),
    [
        (Profile(course_types=("cnc",)), "cnc", 100),
        (Profile(interests=("cooking",)), "sushi", 30 + 5),
        (Profile(interests=("cooking", "guests")), "carving", 60 + 5),
        (Profile(interests=("baking",)), "sushi", 5),
        (Profile(professions=("kucharz",)), "sushi", 25 + 5),
        (Profile(professions=("kucharz", "technik-zywienia")), "sushi", 25 + 5),
        (Profile(qualifications=("HGT.02",)), "sushi", 15),
        (Profile(professions=("kucharz",), qualifications=("HGT.02",)), "sushi", 25 + 5),
        (Profile(industries=("gastronomic_tourist",)), "sushi", 5),
        (Profile(industries=("mechanical", "electrical_electronic")), "cad", 5),
        (Profile(industries=("photography",)), "pierwsza-pomoc", 0),
        (Profile(industries=("railway",)), "manewrowy", 10),
        (Profile(interests=("trains",)), "manewrowy", 30 + 10),
        (Profile(professions=("technik-transportu-kolejowego",)), "manewrowy", 25 + 10 + 5),
        (Profile(interests=("cooking",), dislikes=("guests",)), "carving", 30 + 5 - 40),
        (Profile(interests=("cooking",), dislikes=("cooking",)), "sushi", -40),
        (Profile(asked=("cooking",)), "sushi", 30 + 5),
        (Profile(experience=("gastronomic_tourist",)), "sushi", 8),
        (Profile(experience=("railway",)), "manewrowy", 10),
        (Profile(riasec=(("R", 100), ("A", 51), ("C", 0))), "sushi", 6),
        (Profile(riasec=(("R", 100), ("C", 0))), "cnc", 3 - 3),
        (Profile(riasec=(("R", 50),)), "cnc", 0),
        (Profile(interests=("nie-ma-takiego",), professions=("nikt",)), "sushi", 0),
    ],
)
def test_the_score_follows_its_table(profile: Profile, course: str, score: int) -> None:
    assert matching.score(CATALOGUE, profile, BY_ID[course]) == score


def test_reasons_name_what_speaks_for_the_course() -> None:
    profile = Profile(interests=("cooking",), professions=("kucharz",), qualifications=("HGT.02",))
    assert reasons(named(suggest(CATALOGUE, profile, TODAY, ALL))["sushi"]) == {
        ("interest", "cooking"),
        ("profession", "kucharz"),
        ("qualification", "HGT.02"),
        ("industry", "gastronomic_tourist"),
    }


def test_an_empty_profile_gets_no_suggestion() -> None:
    assert suggest(CATALOGUE, Profile(), TODAY) == []
    assert suggest(CATALOGUE, Profile(school_type="T", grade=3, age=17), TODAY) == []


def test_a_course_for_adults_comes_last_for_a_minor_and_says_what_is_missing() -> None:
    found = suggest(CATALOGUE, Profile(interests=("welding",), professions=("slusarz",), age=17), TODAY, ALL)
    courses = [suggestion.course.id for suggestion in found]
    assert courses.index("cnc") < courses.index("spaw-mag")
    welding = named(found)["spaw-mag"]
    assert [(missing.kind, missing.years) for missing in welding.missing] == [(MissingKind.MIN_AGE, 18)]
    assert not welding.fits


def test_an_unknown_age_is_a_condition_below_equals_without_one() -> None:
    found = suggest(CATALOGUE, Profile(professions=("slusarz",)), TODAY, ALL)
    assert [suggestion.course.id for suggestion in found][:2] == ["cnc", "spaw-mag"]
    assert [(missing.kind, missing.years) for missing in found[1].missing] == [(MissingKind.AGE, 18)]
    assert found[1].fits
    waiting = [found.course.id for found in suggest(CATALOGUE, Profile(professions=("kelner",)), TODAY, ALL)]
    assert waiting.index("kelner-kurs") < waiting.index("barman")


def test_a_wished_course_comes_before_one_with_more_points() -> None:
    profile = Profile(interests=("cooking", "baking", "guests"), professions=("kucharz",), course_types=("cnc",))
    first, second = suggest(CATALOGUE, profile, TODAY, 2)
    assert (first.course.id, first.score) == ("cnc", 100)
    assert (second.course.id, second.score) == ("carving", 120)


def test_an_age_that_is_enough_leaves_nothing_missing() -> None:
    found = suggest(CATALOGUE, Profile(professions=("slusarz",), age=18), TODAY, ALL)
    assert not named(found)["spaw-mag"].missing


def test_an_unconfirmed_age_steers_but_is_not_told() -> None:
    minor = named(suggest(CATALOGUE, Profile(professions=("kelner",), age=17), TODAY, ALL))["barman"]
    assert [(missing.kind, missing.years) for missing in minor.missing] == [(MissingKind.MIN_AGE, None)]
    unknown = named(suggest(CATALOGUE, Profile(professions=("kelner",)), TODAY, ALL))["barman"]
    assert [(missing.kind, missing.years) for missing in unknown.missing] == [(MissingKind.AGE, None)]


def test_a_wished_course_that_fails_is_still_told_about_but_last() -> None:
    found = suggest(CATALOGUE, Profile(professions=("kucharz",), course_types=("spaw-mag",), age=16), TODAY, 3)
    assert len(found) == 3
    assert found[-1].course.id == "spaw-mag"
    assert not found[-1].fits
    wished = Profile(professions=("kucharz",), course_types=("spaw-mag", "wozki-udt"), age=16)
    assert [found.course.id for found in suggest(CATALOGUE, wished, TODAY, 3)][1:] == ["wozki-udt", "spaw-mag"]


def test_one_place_is_kept_for_a_better_course_that_fails() -> None:
    found = suggest(CATALOGUE, Profile(interests=("guests",), age=17, professions=("fotograf",)), TODAY, 3)
    assert [suggestion.fits for suggestion in found] == [True, True, True]
    found = suggest(CATALOGUE, Profile(interests=("welding",), age=16), TODAY, 3)
    assert [suggestion.fits for suggestion in found] == [True, True, False]
    assert found[-1].course.id == "spaw-mag"
    assert suggest(CATALOGUE, Profile(interests=("welding",), age=16), TODAY, 1)[0].fits


def test_activities_are_suggested_only_when_wished() -> None:
    assert matching.score(CATALOGUE, Profile(interests=("guests",)), BY_ID["doradztwo"]) == 30
    assert "doradztwo" not in named(suggest(CATALOGUE, Profile(interests=("guests",)), TODAY, ALL))
    assert suggest(CATALOGUE, Profile(course_types=("doradztwo",)), TODAY)[0].course.id == "doradztwo"


def test_a_held_course_is_not_suggested_even_when_wished() -> None:
    assert suggest(CATALOGUE, Profile(course_types=("suwnice-udt",)), TODAY) == []


def test_a_held_occupation_still_finds_its_courses() -> None:
    assert CATALOGUE.find(Profession, "technik-robotyk") is None
    found = named(suggest(CATALOGUE, Profile(professions=("technik-robotyk",)), TODAY, ALL))
    assert ("profession", "technik-robotyk") in reasons(found["roboty"])


def test_railway_leads_to_its_course() -> None:
    assert suggest(CATALOGUE, Profile(industries=("railway",)), TODAY)[0].course.id == "manewrowy"
    assert suggest(CATALOGUE, Profile(interests=("trains",)), TODAY)[0].course.id == "manewrowy"
    (found,) = suggest(CATALOGUE, Profile(professions=("technik-pojazdow-kolejowych",)), TODAY, 1)
    assert found.course.id == "manewrowy"
    assert reasons(found) == {("topic", "railway"), ("industry", "electrical_electronic")}
    assert [found.course.id for found in suggest(CATALOGUE, Profile(interests=("trains",)), TODAY)] == ["manewrowy"]


def test_the_riasec_hint_only_breaks_ties() -> None:
    found = suggest(CATALOGUE, Profile(interests=("guests",)), TODAY, ALL)
    tied = [suggestion.course.id for suggestion in found if suggestion.score == 35 and not suggestion.missing]
    assert tied == ["kelner-kurs", "barista", "carving"]


def test_the_suggestion_carries_the_editions_to_join(catalogue: Catalogue) -> None:
    (found,) = suggest(catalogue, Profile(course_types=("sushi",)), TODAY)
    assert [edition.demo for edition in found.editions] == [True]


@given(PROFILES, st.sampled_from(INTEREST_IDS))
def test_one_more_interest_never_lowers_a_score(profile: Profile, interest: str) -> None:
    more = dataclasses.replace(profile, interests=(*profile.interests, interest))
    for course in CATALOGUE.all(CourseType):
        assert matching.score(CATALOGUE, more, course) >= matching.score(CATALOGUE, profile, course)


@given(PROFILES, st.sampled_from(INTEREST_IDS))
def test_one_more_dislike_never_raises_a_score(profile: Profile, disliked: str) -> None:
    less = dataclasses.replace(profile, dislikes=(*profile.dislikes, disliked))
    for course in CATALOGUE.all(CourseType):
        assert matching.score(CATALOGUE, less, course) <= matching.score(CATALOGUE, profile, course)


@given(PROFILES)
def test_no_suggestion_without_a_reason_and_a_score(profile: Profile) -> None:
    for suggestion in suggest(CATALOGUE, profile, TODAY, ALL):
        assert suggestion.reasons
        assert suggestion.score > 0 or suggestion.is_wished


@given(PROFILES, st.integers(1, 10))
def test_the_limit_holds_and_no_course_comes_twice(profile: Profile, limit: int) -> None:
    found = suggest(CATALOGUE, profile, TODAY, limit)
    assert len(found) == len(named(found)) <= limit


@given(PROFILES, st.randoms())
def test_the_order_is_stable_whatever_the_order_of_telling(profile: Profile, dice: random.Random) -> None:
    shuffled = dataclasses.replace(
        profile,
        **{
            field: tuple(dice.sample(getattr(profile, field), len(getattr(profile, field))))
            for field in ("interests", "dislikes", "professions", "qualifications", "industries", "course_types")
        },
    )
    first, second = (suggest(CATALOGUE, one, TODAY, ALL) for one in (profile, shuffled))
    assert [(found.course.id, found.score) for found in first] == [(found.course.id, found.score) for found in second]
    assert [reasons(found) for found in first] == [reasons(found) for found in second]


@given(PROFILES, st.sampled_from(COURSE_IDS))
def test_a_wished_course_that_fits_comes_first(profile: Profile, course: str) -> None:
    found = suggest(CATALOGUE, dataclasses.replace(profile, course_types=(course,)), TODAY)
    wished = named(found)[course]
    assert ReasonKind.WISHED in {reason.kind for reason in wished.reasons}
    if wished.fits:
        assert found[0] == wished


@given(PROFILES)
def test_what_surely_fails_comes_after_all_that_fits(profile: Profile) -> None:
    fits = [suggestion.fits for suggestion in suggest(CATALOGUE, profile, TODAY, ALL)]
    assert fits == sorted(fits, reverse=True)


@given(PROFILES)
def test_school_and_class_change_nothing(profile: Profile) -> None:
    plain = dataclasses.replace(profile, school_type=None, grade=None)
    assert suggest(CATALOGUE, plain, TODAY) == suggest(CATALOGUE, profile, TODAY)


@given(PROFILES, st.sampled_from(INTEREST_IDS))
def test_one_more_interest_never_puts_its_course_behind_one_that_it_does_not_name(
    profile: Profile, interest: str
) -> None:
    named_courses = next(one for one in CATALOGUE.all(Interest) if one.id == interest).course_types
    more = dataclasses.replace(profile, interests=(*profile.interests, interest))
    before, after = (
        [found.course.id for found in suggest(CATALOGUE, one, TODAY, ALL) if not found.is_wished]
        for one in (profile, more)
    )
    for course in {*named_courses} & {*before} & {*after}:
        behind = {*before[before.index(course) :]} - {*named_courses}
        assert behind & {*after[: after.index(course)]} == set()


@pytest.mark.parametrize("industry", [record.id for record in CATALOGUE.all(Industry)])
def test_an_industry_alone_gives_three_different_things(industry: str) -> None:
    found = suggest(CATALOGUE, Profile(industries=(industry,)), TODAY)
    topics = [{i.id for i in CATALOGUE.all(Interest) if one.course.id in i.course_types} for one in found]
    assert len(found) == 3
    assert not any(first & second for first, second in itertools.combinations(topics, 2))


def test_among_equals_a_course_with_an_edition_comes_first(catalogue: Catalogue) -> None:
    found = suggest(catalogue, Profile(industries=("gastronomic_tourist",)), TODAY)
    assert found[0].course.id == "sushi"
    assert found[0].editions


def test_a_course_to_a_licence_that_the_pupil_has_is_not_suggested_unless_asked_for() -> None:
    electrician = Profile(professions=("elektryk",), done=("sep-g1",))
    assert "sep-g1" not in named(suggest(CATALOGUE, electrician, TODAY, ALL))
    assert "sep-g1" in named(suggest(CATALOGUE, dataclasses.replace(electrician, course_types=("sep-g1",)), TODAY, ALL))
