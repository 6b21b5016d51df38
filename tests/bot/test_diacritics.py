"""Polish letters come back for the encoder, and only where they were left out."""

from __future__ import annotations

import pytest

from bot.diacritics import learn, restore

WRITTEN = ["szukam pracy, chcę dobrą pracę", "mam już pracę", "lubię swoją pracę i dłubanie"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("chce prace", "chcę pracę"),
        ("lubie dlubac przy rowerach", "lubię dłubać przy rowerach"),
        ("Gdzie jest najblizsza szkola???", "gdzie jest najbliższa szkoła???"),
        ("lubię moja prace", "lubię moja prace"),
        ("I like my prace", "i like my prace"),
        ("what time is it", "what time is it"),
        ("ok", "ok"),
        ("", ""),
    ],
)
def test_a_polish_message_without_polish_letters_gets_them_back(typed: str, read: str) -> None:
    assert restore(typed, learn(WRITTEN)) == read


def test_only_writers_who_use_polish_letters_teach_spellings() -> None:
    assert learn(["prace prace prace", "moją pracę"]) == {"moja": "moją", "prace": "pracę"}


def test_the_commonest_spelling_wins_and_what_has_polish_letters_stays() -> None:
    words = learn(["ta sama, są, są", "sa są"])
    assert words["sa"] == "są"
    assert restore("są sa", words) == "są sa"
