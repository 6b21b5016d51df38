"""Who may probably take part in a programme. Pure functions over the rules of the catalogue, which stand for its facts.

An answer is a value ("34", "employed", "yes"), `SKIPPED` when the person would rather not say, or missing when it was
not asked yet. A question is asked only while its answer can still change a verdict: whoever works is never asked about
a disability.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.catalogue.kinds import Condition, EligibilityRule, Programme
from api.catalogue.terms import ProgrammeState
from api.catalogue.view import Catalogue

# The order of the questions: what decides most comes first, what is most private last.
QUESTIONS = ("age", "work", "region", "disability")
SKIPPED = "skipped"

type Answers = Mapping[str, str]


class Verdict(StrEnum):
    """What can be said; `ASK` where an answer is missing for good."""

    YES = "yes"
    NO = "no"
    ASK = "ask"


@dataclass(frozen=True)
class Finding:
    """The verdict on one programme; `because` is the answer that speaks against it."""

    programme: str
    verdict: Verdict
    because: str | None = None


def rules(catalogue: Catalogue) -> list[EligibilityRule]:
    """The rules of programmes that have not ended."""
    return [
        rule
        for rule in catalogue.all(EligibilityRule)
        if (programme := catalogue.find(Programme, rule.programme)) and programme.state is not ProgrammeState.ENDED
    ]


def next_question(known: Iterable[EligibilityRule], answers: Answers) -> str | None:
    """The first question whose answer still matters; None when every verdict stands."""
    open_ones = {name for rule in known if _holds(rule, answers) is None for name in _undecided(rule, answers)}
    return next((name for name in QUESTIONS if name in open_ones and name not in answers), None)


def find(known: Iterable[EligibilityRule], answers: Answers) -> list[Finding]:
    """The verdict of each rule."""
    return [_finding(rule, answers) for rule in known]


def _finding(rule: EligibilityRule, answers: Answers) -> Finding:
    holds = _holds(rule, answers)
    if holds is None:
        return Finding(rule.programme, Verdict.ASK)
    if holds:
        return Finding(rule.programme, Verdict.YES)
    against = (c.answer for c in (*rule.conditions, *rule.any_of) if _meets(c, answers) is False)
    return Finding(rule.programme, Verdict.NO, next(against, None))


def _holds(rule: EligibilityRule, answers: Answers) -> bool | None:
    """Whether all conditions and one of `any_of` hold; None while that is open."""
    all_of = [_meets(condition, answers) for condition in rule.conditions]
    any_of = [_meets(condition, answers) for condition in rule.any_of] or [True]
    if False in all_of or not any(met is not False for met in any_of):
        return False
    return True if None not in all_of and True in any_of else None


def _undecided(rule: EligibilityRule, answers: Answers) -> Iterator[str]:
    """The answers on which an open rule still depends."""
    alternatives = () if any(_meets(c, answers) for c in rule.any_of) else rule.any_of
    for condition in (*rule.conditions, *alternatives):
        if _meets(condition, answers) is None:
            yield condition.answer


def _meets(condition: Condition, answers: Answers) -> bool | None:
    value = answers.get(condition.answer, SKIPPED)
    if value == SKIPPED:
        return None
    if condition.values:
        return value in condition.values
    number = int(value)
    return (condition.min is None or number >= condition.min) and (condition.max is None or number <= condition.max)
