"""The rules of the matching: what speaks for an offer, and how many points it earns.

`docs/matching.md` shows this table; `python -m scripts.matching_table` writes it there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.catalogue.kinds import Industry
from api.catalogue.profile import Profile, industries
from api.catalogue.view import RAILWAY, Catalogue


class ReasonKind(StrEnum):
    """Why something is suggested; what the reason's id names."""

    WISHED = "wished"
    INTEREST = "interest"
    ASKED = "asked"
    PROFESSION = "profession"
    QUALIFICATION = "qualification"
    TOPIC = "topic"
    EXPERIENCE = "experience"
    INDUSTRY = "industry"
    RIASEC = "riasec"
    SCHOOL = "school"


class MissingKind(StrEnum):
    """What stands between the pupil and the offer."""

    MIN_AGE = "min_age"
    AGE = "age"


@dataclass(frozen=True)
class Reason:
    """One reason: `interest cooking`, `profession kucharz`, `riasec R`."""

    kind: ReasonKind
    id: str


@dataclass(frozen=True)
class Missing:
    """A condition: `min_age`, surely not met, or `age`, not known. `years` only where the age may be shown."""

    kind: MissingKind
    years: int | None


@dataclass(frozen=True)
class Rule:
    """What a kind of reason earns, once or for each reason of the kind, and when it applies."""

    points: int
    when: str
    each: bool = False


RULES: Mapping[ReasonKind, Rule] = {
    ReasonKind.WISHED: Rule(100, "the pupil asked for this course"),
    ReasonKind.INTEREST: Rule(30, "an interest of the pupil names the course", each=True),
    ReasonKind.ASKED: Rule(30, "the pupil asks about a topic that names the course", each=True),
    ReasonKind.PROFESSION: Rule(25, "an occupation that the pupil learns is among those of the offer"),
    ReasonKind.QUALIFICATION: Rule(15, "an occupation of the pupil's qualification is (unless the line above applies)"),
    ReasonKind.TOPIC: Rule(10, "the offer is about railways, and so is something that the pupil told"),
    ReasonKind.EXPERIENCE: Rule(8, "the pupil has worked in an industry of the offer"),
    ReasonKind.INDUSTRY: Rule(5, "an industry of the pupil, from interests and occupations too, is one of the offer"),
    ReasonKind.RIASEC: Rule(3, "a letter of the course lies above the middle in the questionnaire", each=True),
}
DISLIKE = Rule(-40, "an interest that the pupil rejects names the course", each=True)
REJECTED_LETTER = Rule(-3, "a letter of the course lies below the middle in the questionnaire", each=True)


def points(reasons: Iterable[Reason]) -> int:
    """What the reasons earn together."""
    reasons = tuple(reasons)
    found = {reason.kind for reason in reasons}
    if ReasonKind.PROFESSION in found:
        found.discard(ReasonKind.QUALIFICATION)
    once = sum(RULES[kind].points for kind in found if not RULES[kind].each)
    return once + sum(RULES[reason.kind].points for reason in reasons if RULES[reason.kind].each)


def of_offer(
    catalogue: Catalogue, profile: Profile, *, professions: Iterable[str], of_industries: tuple[str, ...]
) -> Iterator[Reason]:
    """What speaks for an offer of any kind with these occupations and industries ("railway" may be one).

    An offer that belongs to every industry earns nothing for one: it says nothing about the pupil.
    """
    suited = set(professions)
    for profession in dict.fromkeys(profile.professions):
        if profession in suited:
            yield Reason(ReasonKind.PROFESSION, profession)
    for code in dict.fromkeys(profile.qualifications):
        if catalogue.steering.professions_of_qualification.get(code, frozenset()) & suited:
            yield Reason(ReasonKind.QUALIFICATION, code)
    wanted = industries(catalogue, profile)
    if RAILWAY in of_industries and RAILWAY in wanted | set(profile.experience):
        yield Reason(ReasonKind.TOPIC, RAILWAY)
    known = tuple(industry for industry in of_industries if industry != RAILWAY)
    if len(known) < len(catalogue.all(Industry)):
        yield from (Reason(ReasonKind.EXPERIENCE, one) for one in known if one in profile.experience)
        yield from (Reason(ReasonKind.INDUSTRY, one) for one in known if one in wanted)


def missing_age(profile: Profile, min_age: int | None, shown: int | None) -> Iterator[Missing]:
    """The condition on age, where there is one that is not met or not known to be; `shown` is the age to be told."""
    if min_age is None:
        return
    if profile.age is None:
        yield Missing(MissingKind.AGE, shown)
    elif profile.age < min_age:
        yield Missing(MissingKind.MIN_AGE, shown)
