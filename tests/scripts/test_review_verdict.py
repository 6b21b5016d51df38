"""The rule of `make review-export`: the noise of training passes, more does not, and small falls do not add up."""

from math import comb

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scripts.review_verdict import CHANCE, MOST_BELOW_BEST, Answers, Change, best_of, changes, told

SIZE = 725
NAME = "Polish"
counts = st.integers(0, 60)


def answers(right: int, *, lost: int = 0, won: int = 0, size: int = SIZE) -> Answers:
    """A set of which the first `right` sentences are understood, without the first `lost`, with `won` more."""
    chosen = {*range(lost, right), *range(right, right + won)}
    return {NAME: [("ask_courses", "ask_courses" if place in chosen else "greet") for place in range(size)]}


def problem(right: int, lost: int, won: int, *, best: float = 0.0, goal: float = 0.0) -> str:
    """What the rule says of these changes."""
    before, after = answers(right), answers(right, lost=lost, won=won)
    (change,) = changes(before, after, {NAME: best}, {NAME: goal})
    assert (change.right, change.lost, change.won) == (right, lost, won)
    return change.problem


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (1, 0), (4, 1), (6, 2), (9, 4), (12, 6)])
def test_what_training_does_by_itself_passes(lost: int, won: int) -> None:
    assert problem(682, lost, won) == ""


@pytest.mark.parametrize(("lost", "won"), [(7, 0), (10, 1), (12, 2), (30, 8)])
def test_more_than_chance_is_refused(lost: int, won: int) -> None:
    assert "chance alone" in problem(682, lost, won)


@pytest.mark.parametrize(("lost", "chance"), [(6, False), (7, True)])
def test_the_edge_is_one_in_a_hundred(lost: int, chance: bool) -> None:
    # Six heads in a row: 1 in 64. Seven: 1 in 128.
    assert ("chance alone" in problem(682, lost, 0)) is chance


def test_a_fall_that_chance_could_do_stops_a_point_below_the_best() -> None:
    assert problem(682, 24, 17) == ""
    assert problem(682, 25, 17) == "below the line of 93.07 %"
    assert problem(682, 4, 2, best=94.7) == "", "nearly a point below, by two sentences"
    assert problem(682, 4, 2, best=94.9) == "below the line of 93.90 %"


def test_nothing_falls_below_the_goal() -> None:
    assert problem(676, 3, 1, goal=93.0) == "below the line of 93.00 %"
    assert problem(676, 2, 1, goal=93.0) == ""


def test_what_lies_below_the_line_already_may_rise_but_not_fall() -> None:
    assert problem(600, 3, 3, goal=93.0, best=95.0) == ""
    assert problem(600, 3, 4, goal=93.0, best=95.0) == ""
    assert problem(600, 4, 3, goal=93.0, best=95.0) == "below the line of 94.00 %"


@given(lost=counts, won=counts, best=st.floats(80, 100))
def test_what_is_not_worse_is_never_refused_and_the_mirror_of_a_refusal_passes(
    lost: int, won: int, best: float
) -> None:
    assume(lost <= won)
    assert problem(640, lost, won, best=best) == ""


@given(lost=counts, won=counts, best=st.floats(80, 100), more=st.integers(1, 5))
def test_losing_more_is_never_better(lost: int, won: int, best: float, more: int) -> None:
    if problem(640, lost, won, best=best):
        assert problem(640, lost + more, won, best=best)


@given(changed=st.integers(1, 120))
def test_of_trainings_that_change_nothing_less_than_one_in_a_hundred_is_refused_as_worse(changed: int) -> None:
    """Over all ways in which the changed sentences may fall, each as likely as the next."""
    ways = [(comb(changed, lost), Change(NAME, SIZE, 640, lost, changed - lost, 0.0)) for lost in range(changed + 1)]
    refused = sum(count for count, change in ways if change.problem)
    assert refused < CHANCE * 2**changed


# Each step compares two sets; no limit to the time.
@settings(deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=25), start=st.integers(600, 700))
def test_many_small_exports_never_fall_more_than_a_point_below_the_best(
    steps: list[tuple[int, int]], start: int
) -> None:
    best: dict[str, float] = {}
    right, highest = start, start
    for lost, won in steps:
        won = min(won, SIZE - right)
        found = changes(answers(right), answers(right, lost=lost, won=won), best, {})
        if not found[0].problem:
            right, best = right + won - lost, best_of(best, found)
            highest = max(highest, right)
        assert 100 * right / SIZE >= 100 * highest / SIZE - MOST_BELOW_BEST - 0.01


def test_each_set_is_judged_by_itself_and_told_in_words() -> None:
    before = {NAME: answers(682)[NAME], "English": answers(700, size=779)[NAME]}
    after = {NAME: answers(682, lost=20)[NAME], "English": answers(700, won=20, size=779)[NAME]}
    polish, english = changes(before, after, {}, {})
    assert (bool(polish.problem), english.problem) == (True, "")
    assert "94.1 % →  91.3 %   of 725 sentences 20 lost, 0 won" in told(polish)
    assert "20 × ask_courses, now taken for greet" in told(polish)
    assert told(english).count("\n") == 0
    assert best_of({"English": 95.0, "gone": 90.0}, [polish, english]) == {NAME: 94.07, "English": 95.0}


def test_sets_of_different_sentences_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        changes(answers(600), answers(600, size=SIZE - 1), {}, {})
