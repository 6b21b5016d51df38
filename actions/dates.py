"""From when to when: "w grudniu", "after 10 January", "po nowym roku". Words are in `data/lexicon/questions.yaml`.

A library for dates (dateparser) was looked at: it gives one moment and not a stretch of time, takes "may" and "mam" for
dates, and would bring four libraries along.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from actions.lexicon import both, pattern, words_of
from api.texts import plain

DAY = r"(?P<day>[0-3]?[0-9]) "
NUMERIC = re.compile(r"(?<![\d.])(?P<day>[0-3]?\d)[./](?P<month>[01]?\d)(?:[./](?P<year>20\d\d))?(?![\d])")
YEAR = re.compile(r"(?<= )20[2-9][0-9](?= )")


@dataclass(frozen=True)
class Window:
    """A stretch of time, both ends included; None is open. `unknown`: the message means a time that nobody told us."""

    first: date | None = None
    last: date | None = None
    unknown: bool = False

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def window(text: str, today: date) -> Window | None:
    """The time that the message names; None when it names none. A month without a year is the next one of its name."""
    words = plain(text)
    return _period(words, today) or _numeric(text.lower(), words, today) or _month(words, today)


def _period(words: str, today: date) -> Window | None:
    for name, phrases in words_of("questions")["periods"].items():
        if pattern(both(phrases)).search(words):
            return _counted(name, today)
    return None


def _counted(name: str, today: date) -> Window:
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    after = _next_month(month)
    summer = date(today.year + (today > date(today.year, 8, 31)), 7, 1)
    return {
        "this_week": Window(today, monday + timedelta(days=6)),
        "next_week": Window(monday + timedelta(days=7), monday + timedelta(days=13)),
        "this_month": Window(today, after - timedelta(days=1)),
        "next_month": Window(after, _next_month(after) - timedelta(days=1)),
        "after_new_year": Window(date(today.year + 1, 1, 1)),
        "before_christmas": Window(today, date(today.year, 12, 23)),
        "summer": Window(summer, summer.replace(month=8, day=31)),
        "after_summer": Window(summer.replace(month=9)),
        "winter_holidays": Window(today, unknown=True),
    }[name]


def _numeric(text: str, words: str, today: date) -> Window | None:
    match = NUMERIC.search(text)
    if match is None:
        return None
    day = _day(int(match["day"]), int(match["month"]), int(match["year"]) if match["year"] else None, today)
    return _bounded(day, day, text[: match.start()]) if day else None


def _month(words: str, today: date) -> Window | None:
    for number, names in _months().items():
        match = names.search(words)
        if match is None:
            continue
        named = YEAR.search(words)
        year = int(named[0]) if named else None
        before = re.search(rf"{DAY}$", words[: match.start()])
        if before:
            day = _day(int(before["day"]), number, year, today)
            return _bounded(day, day, words[: before.start()]) if day else None
        year = year or today.year + (number < today.month)
        # "in may" is a phrase of its own; what stands before the month decides between "after" and "in".
        start = words[: match.start()] + match[0].rpartition(" ")[0]
        return _bounded(date(year, number, 1), date(year, number, monthrange(year, number)[1]), start)
    return None


def _bounded(first: date, last: date, before: str) -> Window:
    word = plain(before).split()[-1:]
    if word and word[0] in both(words_of("questions")["from"]):
        # "po grudniu" begins after it, "od grudnia" with it.
        return Window(last + timedelta(days=1)) if word[0] in ("po", "after") else Window(first)
    if word and word[0] in both(words_of("questions")["until"]):
        return Window(None, first - timedelta(days=1)) if word[0] in ("przed", "before") else Window(None, last)
    return Window(first, last)


def _day(day: int, month: int, year: int | None, today: date) -> date | None:
    try:
        chosen = date(year or today.year, month, day)
        return chosen if year or chosen >= today else chosen.replace(year=today.year + 1)
    except ValueError:
        return None


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


@lru_cache(maxsize=1)
def _months() -> dict[int, re.Pattern[str]]:
    return {number: pattern(both(names)) for number, names in words_of("questions")["months"].items()}
