"""Words that take something back, and words that only leave a topic."""

import pytest

from actions import bookings
from tests.actions.turns import turn


@pytest.mark.parametrize(
    "typed",
    ["wypisz mnie", "skreśl mnie z tego kursu", "usun mnie z listy", "take me off the list", "I can't come on Friday"],
)
def test_words_that_take_something_back(typed: str) -> None:
    assert bookings.wants_to_take_back(turn(typed, ("sign_up", 0.9)))


@pytest.mark.parametrize(
    "typed", ["stop", "usuń moje dane", "sign me up", "a list of courses", "take me to the courses"]
)
def test_words_that_take_nothing_back(typed: str) -> None:
    assert not bookings.wants_to_take_back(turn(typed, ("sign_up", 0.9)))
