"""Which occupations and which forms of internship fit a pupil, and why. Pure functions, like `matching.py`.

An occupation earns, from the questionnaire, what its first letter leans towards (-50 to 50) twice and its second
letter once; 60 for each interest of the pupil that shares a course with it, and -80 for each rejected one. Suggested
are those above 0 with a reason, last those for which only the second letter speaks; one of each occupation group, and
one of each first reason before a second one of the same, so that whoever likes tools and people sees both; taught in
the pupil's type of school where there is a choice.
The letters are an editorial hint; an occupation has those of its group, or of its courses.

A form of internship fits by the type of school and the age, as the facts say. Employers' own offers, once the catalogue
has them, are matched by `reasons.of_offer` and `reasons.points`, like courses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.catalogue.kinds import InternshipRule, Occupation, Profession
from api.catalogue.profile import Profile, disliked, liked
from api.catalogue.reasons import Reason, ReasonKind
from api.catalogue.view import Catalogue

LETTER_WEIGHTS = (2, 1)
INTEREST, DISLIKE = 60, -80
# Types of school for which a form of internship is, and the ages, as the text of the rule says.
INTERNSHIPS: Mapping[str, tuple[frozenset[str], range]] = {
    "staz-uczniowski": (frozenset({"T", "BS1"}), range(0, 100)),
    "mlodociany": (frozenset({"BS1"}), range(15, 19)),
}


@dataclass(frozen=True)
class Calling:
    """An occupation with what speaks for it."""

    profession: Profession
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class InternshipForm:
    """A form of internship with what speaks for it."""

    rule: InternshipRule
    reasons: tuple[Reason, ...]


def suggest_occupations(catalogue: Catalogue, profile: Profile, limit: int = 3) -> list[Calling]:
    """The occupations that suit best, at most `limit`, best first, of different kinds."""
    found = [
        Calling(profession, _score(catalogue, profile, profession.id), tuple(_reasons(catalogue, profile, profession)))
        for profession in catalogue.all(Profession)
    ]
    taught = {one.profession.id: profile.school_type in one.profession.school_types for one in found}
    ranked = sorted(
        (one for one in found if one.score > 0 and one.reasons),
        key=lambda one: (not _is_led(catalogue, profile, one), -one.score, not taught[one.profession.id]),
    )
    chosen: list[Calling] = []
    seen: set[str] = set()

    def claim(calling: Calling) -> tuple[bool, int]:
        told_before = sum(one.reasons[0] == calling.reasons[0] for one in chosen)
        return not _is_led(catalogue, profile, calling), told_before

    while len(chosen) < limit:
        others = [one for one in ranked if not _groups(catalogue, one.profession) & seen]
        if not others:
            break
        chosen.append(min(others, key=claim))
        seen |= _groups(catalogue, chosen[-1].profession)
    return chosen


def suggest_internships(catalogue: Catalogue, profile: Profile) -> list[InternshipForm]:
    """The forms of internship for the pupil's type of school and age; none while the school is not known."""
    return [
        InternshipForm(rule, (Reason(ReasonKind.SCHOOL, profile.school_type or ""),))
        for id_, (schools, ages) in INTERNSHIPS.items()
        if (rule := catalogue.find(InternshipRule, id_))
        and profile.school_type in schools
        and (profile.age is None or profile.age in ages)
    ]


def _is_led(catalogue: Catalogue, profile: Profile, calling: Calling) -> bool:
    """Whether an interest or the first letter speaks for it, and not the second letter alone."""
    letters = catalogue.steering.riasec_of_profession.get(calling.profession.id, "")
    liking = any(reason.kind is ReasonKind.INTEREST for reason in calling.reasons)
    return liking or profile.leaning(letters[:1]) > 0


def _score(catalogue: Catalogue, profile: Profile, profession: str) -> int:
    letters = catalogue.steering.riasec_of_profession.get(profession, "")
    leaning = sum(weight * profile.leaning(letter) for weight, letter in zip(LETTER_WEIGHTS, letters, strict=False))
    courses = _courses(catalogue, profession)
    good = sum(bool(courses & set(interest.course_types)) for interest in liked(catalogue, profile))
    bad = sum(bool(courses & set(interest.course_types)) for interest in disliked(catalogue, profile))
    return leaning + INTEREST * good + DISLIKE * bad


def _reasons(catalogue: Catalogue, profile: Profile, profession: Profession) -> Iterator[Reason]:
    courses = _courses(catalogue, profession.id)
    for interest in liked(catalogue, profile):
        if courses & set(interest.course_types):
            yield Reason(ReasonKind.INTEREST, interest.id)
    for letter in catalogue.steering.riasec_of_profession.get(profession.id, ""):
        if profile.leaning(letter) > 0:
            yield Reason(ReasonKind.RIASEC, letter)


def _courses(catalogue: Catalogue, profession: str) -> set[str]:
    return {course for course, suited in catalogue.steering.professions_of_course.items() if profession in suited}


def _groups(catalogue: Catalogue, profession: Profession) -> set[str]:
    """What tells one kind of occupation from another: its groups of the labour market, else its branch."""
    groups = {group.id for group in catalogue.all(Occupation) if profession.id in group.professions}
    return groups or {f"{profession.branch} {catalogue.steering.riasec_of_profession.get(profession.id)}"}
