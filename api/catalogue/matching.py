"""Which courses fit a pupil, and why. Pure functions: the same profile and catalogue always give the same answer.

    points                                                          score
    the pupil asked for this course                                  +100
    each interest that names the course                               +30
    an occupation that the pupil learns is among the course's         +25
    a qualification's occupation is (when the line above is not)      +15
    a topic of the pupil's ("railway"), from interests and so on      +10
    an industry of the pupil's, from interests and occupations too     +5
    each dislike that names the course                                -40

A course that belongs to every industry earns no points for one: it says nothing about the pupil. An interest in a topic
does not stand for the whole industry around it. What is both liked and disliked counts as disliked. Activities are
suggested only when asked for, and nothing without a reason or with a score of 0 or less, unless asked for.

Order: courses whose condition surely fails last; then courses asked for; then by score; at equal scores those without
an open condition first; then by the RIASEC hint (letters shared with the pupil's interests); then by id. Places go to
courses asked for, then to the first in that order; but one is kept for the best course whose condition fails, where it
scores higher than what it replaces: "welding, from 18 years" tells more than a third course of the industry.

A minimum age steers also where it is not confirmed, but only a confirmed one is given in years. School type and class
earn no points: no course in the facts has a condition on them. Gender, name and origin are not even in the profile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from api.catalogue.kinds import CourseType, Industry, Interest
from api.catalogue.terms import CourseKind
from api.catalogue.view import RAILWAY, Catalogue, Edition


class ReasonKind(StrEnum):
    """Why a course is suggested; what the reason's id names."""

    WISHED = "wished"
    INTEREST = "interest"
    PROFESSION = "profession"
    QUALIFICATION = "qualification"
    TOPIC = "topic"
    INDUSTRY = "industry"


class MissingKind(StrEnum):
    """What stands between the pupil and the course."""

    MIN_AGE = "min_age"
    AGE = "age"


POINTS = {
    ReasonKind.WISHED: 100,
    ReasonKind.INTEREST: 30,
    ReasonKind.PROFESSION: 25,
    ReasonKind.QUALIFICATION: 15,
    ReasonKind.TOPIC: 10,
    ReasonKind.INDUSTRY: 5,
}
DISLIKE = -40
EACH = frozenset({ReasonKind.INTEREST})


@dataclass(frozen=True)
class Profile:
    """What the pupil has told. All ids are the catalogue's; unknown ones do no harm."""

    interests: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    professions: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    course_types: tuple[str, ...] = ()
    school_type: str | None = None
    grade: int | None = None
    age: int | None = None


@dataclass(frozen=True)
class Reason:
    """One reason: `interest cooking`, `profession kucharz`."""

    kind: ReasonKind
    id: str


@dataclass(frozen=True)
class Missing:
    """A condition: `min_age`, surely not met, or `age`, not known. `years` only where the age may be shown."""

    kind: MissingKind
    years: int | None


@dataclass(frozen=True)
class Suggestion:
    """A course with everything that speaks for it and what stands in the way."""

    course: CourseType
    score: int
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    editions: tuple[Edition, ...]

    @property
    def fits(self) -> bool:
        """Whether no condition surely fails."""
        return all(missing.kind is not MissingKind.MIN_AGE for missing in self.missing)

    @property
    def is_wished(self) -> bool:
        """Whether the pupil asked for this course."""
        return any(reason.kind is ReasonKind.WISHED for reason in self.reasons)


def suggest(catalogue: Catalogue, profile: Profile, today: date, limit: int = 3) -> list[Suggestion]:
    """The courses that suit best, at most `limit`, best first; those whose condition surely fails come last."""
    ranked = sorted(
        (found for course in catalogue.all(CourseType) if (found := _suggestion(catalogue, course, profile, today))),
        key=lambda suggestion: _rank(catalogue, profile, suggestion),
    )
    chosen = _chosen(ranked, limit)
    return [suggestion for suggestion in ranked if suggestion.course.id in chosen]


def score(catalogue: Catalogue, profile: Profile, course: CourseType) -> int:
    """The score of one course after the table above."""
    return _points(tuple(_reasons(catalogue, profile, course))) + DISLIKE * _dislikes(catalogue, profile, course)


def _chosen(ranked: list[Suggestion], limit: int) -> set[str]:
    places = sorted(ranked, key=lambda suggestion: not suggestion.is_wished)[:limit]
    failing = next((suggestion for suggestion in ranked if not suggestion.fits), None)
    all_fit = len(places) > 1 and all(suggestion.fits for suggestion in places)
    if failing and all_fit and not places[-1].is_wished and failing.score > places[-1].score:
        places[-1] = failing
    return {suggestion.course.id for suggestion in places}


def _suggestion(catalogue: Catalogue, course: CourseType, profile: Profile, today: date) -> Suggestion | None:
    suggestion = Suggestion(
        course=course,
        score=score(catalogue, profile, course),
        reasons=tuple(_reasons(catalogue, profile, course)),
        missing=tuple(_missing(catalogue, profile, course)),
        editions=catalogue.editions(course.id, today),
    )
    if suggestion.is_wished:
        return suggestion
    suits = course.kind is not CourseKind.ACTIVITY and suggestion.reasons and suggestion.score > 0
    return suggestion if suits else None


def _reasons(catalogue: Catalogue, profile: Profile, course: CourseType) -> Iterator[Reason]:
    if course.id in profile.course_types:
        yield Reason(ReasonKind.WISHED, course.id)
    for interest in _liked(catalogue, profile):
        if course.id in interest.course_types:
            yield Reason(ReasonKind.INTEREST, interest.id)
    suited = catalogue.steering.professions_of_course[course.id]
    for profession in dict.fromkeys(profile.professions):
        if profession in suited:
            yield Reason(ReasonKind.PROFESSION, profession)
    for code in dict.fromkeys(profile.qualifications):
        if catalogue.steering.professions_of_qualification.get(code, frozenset()) & suited:
            yield Reason(ReasonKind.QUALIFICATION, code)
    wanted = _industries(catalogue, profile)
    if RAILWAY in wanted and RAILWAY in catalogue.industries(course):
        yield Reason(ReasonKind.TOPIC, RAILWAY)
    if len(course.industries) < len(catalogue.all(Industry)):
        yield from (Reason(ReasonKind.INDUSTRY, industry) for industry in course.industries if industry in wanted)


def _industries(catalogue: Catalogue, profile: Profile) -> set[str]:
    of_professions = catalogue.steering.industries_of_profession
    return {
        *profile.industries,
        *(
            industry
            for interest in _liked(catalogue, profile)
            for industry in ([interest.topic] if interest.topic else interest.industries)
        ),
        *(industry for id_ in profile.professions for industry in of_professions.get(id_, ())),
    }


def _liked(catalogue: Catalogue, profile: Profile) -> Iterator[Interest]:
    for id_ in dict.fromkeys(profile.interests):
        interest = catalogue.find(Interest, id_)
        if interest is not None and id_ not in profile.dislikes:
            yield interest


def _dislikes(catalogue: Catalogue, profile: Profile, course: CourseType) -> int:
    disliked = (catalogue.find(Interest, id_) for id_ in dict.fromkeys(profile.dislikes))
    return sum(interest is not None and course.id in interest.course_types for interest in disliked)


def _points(reasons: tuple[Reason, ...]) -> int:
    found = {reason.kind for reason in reasons}
    if ReasonKind.PROFESSION in found:
        found.discard(ReasonKind.QUALIFICATION)
    once = sum(POINTS[kind] for kind in found - EACH)
    return once + sum(POINTS[reason.kind] for reason in reasons if reason.kind in EACH)


def _missing(catalogue: Catalogue, profile: Profile, course: CourseType) -> Iterator[Missing]:
    min_age = catalogue.steering.min_age.get(course.id)
    if min_age is None:
        return
    if profile.age is None:
        yield Missing(MissingKind.AGE, course.min_age)
    elif profile.age < min_age:
        yield Missing(MissingKind.MIN_AGE, course.min_age)


def _rank(catalogue: Catalogue, profile: Profile, suggestion: Suggestion) -> tuple[bool, bool, int, bool, int, str]:
    letters = {letter for interest in _liked(catalogue, profile) for letter in interest.riasec or ""}
    hint = len(letters & set(suggestion.course.riasec or ""))
    return (
        not suggestion.fits,
        not suggestion.is_wished,
        -suggestion.score,
        bool(suggestion.missing),
        -hint,
        suggestion.course.id,
    )
