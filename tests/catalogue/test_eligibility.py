"""The verdict follows the rules, a missing answer never makes it surer, and nothing is asked that cannot matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.catalogue.eligibility import QUESTIONS, SKIPPED, Finding, Verdict, find, next_question, rules
from api.catalogue.kinds import Condition, EligibilityRule, Programme
from api.catalogue.terms import ProgrammeState
from api.catalogue.view import Catalogue

VALUES = {
    "age": st.integers(1, 120).map(str),
    "work": st.sampled_from(["employed", "business", "none"]),
    "region": st.sampled_from(["yes", "no"]),
    "disability": st.sampled_from(["yes", "no"]),
}
ANSWERS = st.fixed_dictionaries({name: st.one_of(st.just(SKIPPED), values) for name, values in VALUES.items()})


@pytest.fixture(scope="module")
def rule(catalogue: Catalogue) -> EligibilityRule:
    """The rule of the one programme that may be open."""
    (only,) = rules(catalogue)
    return only


def verdict(rule: EligibilityRule, **answers: str) -> Finding:
    (found,) = find([rule], answers)
    return found


@pytest.mark.parametrize(
    ("answers", "expected", "because"),
    [
        ({"age": "34", "work": "employed", "region": "yes"}, Verdict.YES, None),
        ({"age": "34", "work": "none", "region": "yes", "disability": "yes"}, Verdict.YES, None),
        ({"age": "34", "work": "none", "region": "yes", "disability": "no"}, Verdict.NO, "work"),
        ({"age": "34", "work": "business", "region": "yes", "disability": "yes"}, Verdict.NO, "work"),
        ({"age": "17", "work": "employed", "region": "yes"}, Verdict.NO, "age"),
        ({"age": "90"}, Verdict.NO, "age"),
        ({"age": "34", "region": "no"}, Verdict.NO, "region"),
        ({"age": "34", "work": SKIPPED, "region": "yes", "disability": SKIPPED}, Verdict.ASK, None),
        ({}, Verdict.ASK, None),
    ],
)
def test_the_verdict_follows_what_the_facts_say(
    rule: EligibilityRule, answers: dict, expected: Verdict, because: str | None
) -> None:
    assert verdict(rule, **answers) == Finding("pociag-do-kariery-s1", expected, because)


@given(answers=ANSWERS)
def test_leaving_an_answer_out_never_turns_a_verdict_around(rule: EligibilityRule, answers: dict) -> None:
    full = verdict(rule, **answers).verdict
    for name in QUESTIONS:
        less = verdict(rule, **{**answers, name: SKIPPED}).verdict
        assert less in (full, Verdict.ASK)


@given(answers=ANSWERS)
def test_the_talk_ends_and_asks_only_while_the_verdict_is_open(rule: EligibilityRule, answers: dict) -> None:
    known: dict[str, str] = {}
    while question := next_question([rule], known):
        assert verdict(rule, **known).verdict is Verdict.ASK
        assert question not in known
        known[question] = answers[question]
    assert verdict(rule, **known).verdict is verdict(rule, **answers).verdict


@given(answers=ANSWERS)
def test_who_works_is_never_asked_about_a_disability(rule: EligibilityRule, answers: dict) -> None:
    known = {name: answers[name] for name in ("age", "region")}
    assert next_question([rule], {**known, "work": "employed"}) is None


def test_programmes_that_have_ended_are_not_checked(catalogue: Catalogue) -> None:
    for known in rules(catalogue):
        programme = catalogue.find(Programme, known.programme)
        assert programme is not None
        assert programme.state is not ProgrammeState.ENDED


def test_a_rule_without_alternatives_needs_only_its_conditions(rule: EligibilityRule) -> None:
    simple = rule.model_copy(update={"conditions": (Condition(answer="age", min=18),), "any_of": ()})
    assert verdict(simple, age="18").verdict is Verdict.YES
    assert next_question([simple], {"age": "18"}) is None
