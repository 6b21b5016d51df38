"""Which courses fit a pupil, and why. Pure functions: the same profile and catalogue always give the same answer.

The points are in `reasons.py` and, as a table, in `docs/matching.md`. Activities are suggested only when asked for, a
course to a licence that the pupil has only when asked for, and nothing without a reason or with a score of 0 or less.

Order: courses whose condition surely fails last; then courses asked for; then by score; at equal scores those without
an open condition first. What is equal still is put in an order that shows different things: first the course that
shares the fewest interests with those before it, then one with an edition to join, then by the RIASEC hint (letters
shared with the pupil's interests), then in the order of the catalogue. Places go to courses asked for, then to the
first in that order; but one is kept for the best course whose condition fails, where it scores higher than what it
replaces: "welding, from 18 years" tells more than a third course of the industry.

A minimum age steers also where it is not confirmed, but only a confirmed one is given in years. School type and class
earn no points: no course in the facts has a condition on them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from api.catalogue import reasons
from api.catalogue.kinds import CourseType, Interest
from api.catalogue.profile import Profile, disliked, liked
from api.catalogue.reasons import DISLIKE, REJECTED_LETTER, Missing, MissingKind, Reason, ReasonKind
from api.catalogue.terms import CourseKind
from api.catalogue.view import Catalogue, Edition


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

    @property
    def rank(self) -> tuple[bool, bool, int, bool]:
        """What decides the order before variety does; the lower, the better."""
        return not self.fits, not self.is_wished, -self.score, bool(self.missing)


def suggest(catalogue: Catalogue, profile: Profile, today: date, limit: int = 3) -> list[Suggestion]:
    """The courses that suit best, at most `limit`, best first; those whose condition surely fails come last."""
    found = [one for course in catalogue.all(CourseType) if (one := _suggestion(catalogue, course, profile, today))]
    ranked = _varied(catalogue, profile, sorted(found, key=lambda suggestion: suggestion.rank))
    chosen = _chosen(ranked, limit)
    return [suggestion for suggestion in ranked if suggestion.course.id in chosen]


def score(catalogue: Catalogue, profile: Profile, course: CourseType) -> int:
    """The score of one course after the table of the rules."""
    rejected = sum(course.id in interest.course_types for interest in disliked(catalogue, profile))
    letters = sum(profile.leaning(letter) < 0 for letter in course.riasec or "")
    earned = reasons.points(_reasons(catalogue, profile, course))
    return earned + DISLIKE.points * rejected + REJECTED_LETTER.points * letters


def _suggestion(catalogue: Catalogue, course: CourseType, profile: Profile, today: date) -> Suggestion | None:
    suggestion = Suggestion(
        course=course,
        score=score(catalogue, profile, course),
        reasons=tuple(_reasons(catalogue, profile, course)),
        missing=tuple(
            reasons.missing_age(profile, catalogue.steering.min_age.get(course.id), course.min_age),
        ),
        editions=catalogue.editions(course.id, today),
    )
    if suggestion.is_wished:
        return suggestion
    new = course.kind is not CourseKind.ACTIVITY and course.id not in profile.done
    return suggestion if new and suggestion.reasons and suggestion.score > 0 else None


def _reasons(catalogue: Catalogue, profile: Profile, course: CourseType) -> Iterator[Reason]:
    if course.id in profile.course_types:
        yield Reason(ReasonKind.WISHED, course.id)
    for interest in liked(catalogue, profile):
        if course.id in interest.course_types:
            yield Reason(ReasonKind.INTEREST if interest.id in profile.interests else ReasonKind.ASKED, interest.id)
    yield from reasons.of_offer(
        catalogue,
        profile,
        professions=catalogue.steering.professions_of_course[course.id],
        of_industries=catalogue.industries(course),
    )
    for letter in course.riasec or "":
        if profile.leaning(letter) > 0:
            yield Reason(ReasonKind.RIASEC, letter)


def _varied(catalogue: Catalogue, profile: Profile, ranked: list[Suggestion]) -> list[Suggestion]:
    """The same order, with what is of equal rank spread over different topics."""
    topics: dict[str, set[str]] = defaultdict(set)
    for interest in catalogue.all(Interest):
        for id_ in interest.course_types:
            topics[id_].add(interest.id)
    letters = {letter for interest in liked(catalogue, profile) for letter in interest.riasec or ""}
    ordered: list[Suggestion] = []

    def claim(suggestion: Suggestion) -> tuple[int, bool, int]:
        course = suggestion.course
        shared = sum(bool(topics[course.id] & topics[before.course.id]) for before in ordered)
        return shared, not suggestion.editions, -len(letters & set(course.riasec or ""))

    for _, equals in groupby(ranked, key=lambda suggestion: suggestion.rank):
        waiting = list(equals)
        while waiting:
            # The first of the best: `ranked` keeps the order of the catalogue among equals.
            best = min(waiting, key=claim)
            waiting.remove(best)
            ordered.append(best)
    return ordered


def _chosen(ranked: list[Suggestion], limit: int) -> set[str]:
    places = sorted(ranked, key=lambda suggestion: not suggestion.is_wished)[:limit]
    failing = next((suggestion for suggestion in ranked if not suggestion.fits), None)
    all_fit = len(places) > 1 and all(suggestion.fits for suggestion in places)
    if failing and all_fit and not places[-1].is_wished and failing.score > places[-1].score:
        places[-1] = failing
    return {suggestion.course.id for suggestion in places}
