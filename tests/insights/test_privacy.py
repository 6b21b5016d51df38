"""No figure about fewer than five pupils of a school, shown or left over."""

from hypothesis import given
from hypothesis import strategies as st

from api.insights.privacy import FEWEST, REST, by_school

PUPILS = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=12)


@given(PUPILS)
def test_nothing_small_is_shown_and_nothing_small_is_left_over(pupils: dict[str, int]) -> None:
    shown = by_school(pupils)
    assert all(count >= FEWEST for count in shown.values())
    left = sum(pupils.values()) - sum(shown.values())
    assert left == 0 or (left < FEWEST and not shown), "the total minus what is shown must not tell of a few"


@given(PUPILS)
def test_what_is_shown_of_a_school_is_its_own_number(pupils: dict[str, int]) -> None:
    shown = by_school(pupils)
    assert all(pupils[school] == count for school, count in shown.items() if school != REST)


@given(PUPILS)
def test_no_more_is_hidden_than_has_to_be(pupils: dict[str, int]) -> None:
    hidden = {school: count for school, count in pupils.items() if count >= FEWEST and school not in by_school(pupils)}
    small = sum(count for count in pupils.values() if count < FEWEST)
    assert len(hidden) <= 1
    assert not hidden or 0 < small < FEWEST


def test_the_smallest_school_hides_one_pupil_of_another() -> None:
    assert by_school({"A": 20, "B": 7, "C": 1}) == {"A": 20, REST: 8}
    assert by_school({"A": 3, "B": 1}) == {}
    assert by_school({"A": 9, "B": 5}) == {"A": 9, "B": 5}
