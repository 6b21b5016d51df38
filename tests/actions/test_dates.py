"""Times in words, in both languages, with and without diacritics."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dates import Window, window

# A Friday.
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("jakieś kursy w grudniu?", date(2026, 12, 1), date(2026, 12, 31)),
        ("kursy w pazdzierniku", date(2027, 10, 1), date(2027, 10, 31)),
        ("any courses in February 2028", date(2028, 2, 1), date(2028, 2, 29)),
        ("anything in May?", date(2027, 5, 1), date(2027, 5, 31)),
        ("od stycznia", date(2027, 1, 1), None),
        ("po styczniu", date(2027, 2, 1), None),
        ("przed marcem albo przed marca", None, date(2027, 2, 28)),
        ("do marca", None, date(2027, 3, 31)),
        ("po 10 stycznia", date(2027, 1, 11), None),
        ("5 grudnia", date(2026, 12, 5), date(2026, 12, 5)),
        ("coś 5.12?", date(2026, 12, 5), date(2026, 12, 5)),
        ("kurs od 3.01.2027", date(2027, 1, 3), None),
        ("co po nowym roku?", date(2027, 1, 1), None),
        ("przed świętami", TODAY, date(2026, 12, 23)),
        ("w tym tygodniu", TODAY, date(2026, 11, 22)),
        ("next week", date(2026, 11, 23), date(2026, 11, 29)),
        ("w przyszłym miesiącu", date(2026, 12, 1), date(2026, 12, 31)),
        ("kursy w wakacje", date(2027, 7, 1), date(2027, 8, 31)),
    ],
)
def test_a_time_in_words_becomes_two_days(text: str, first: date | None, last: date | None) -> None:
    assert window(text, TODAY) == Window(first, last)


@pytest.mark.parametrize(
    "text", ["lubię lutowanie", "you may help me", "mam MEC.05", "kurs cnc", "2 klasa", "31 lutego"]
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert window(text, TODAY) is None


def test_the_winter_holidays_are_a_time_that_nobody_told_us() -> None:
    assert window("co jest po feriach?", TODAY) == Window(TODAY, unknown=True)


@given(start=st.dates(date(2024, 1, 1), date(2030, 12, 31)), number=st.integers(1, 12))
def test_a_month_without_a_year_is_never_over(start: date, number: int) -> None:
    names = [
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ]
    found = window(f"kursy od {names[number - 1]}", start)
    assert found is not None
    assert found.first is not None
    assert found.first + timedelta(days=31) > start
    assert found.first < start + timedelta(days=366)


@given(start=st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_periods_that_are_counted_lie_ahead(start: date) -> None:
    for text in ("w tym tygodniu", "za tydzień", "w tym miesiącu", "za miesiąc", "po nowym roku", "latem"):
        found = window(text, start)
        assert found is not None
        assert found.last is None or found.last >= start
