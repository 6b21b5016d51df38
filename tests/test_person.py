"""Contacts in whatever way they are typed, codes that can be read aloud."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.person import AgeGroup, find_contact, group_of, new_code, shown


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("600 700 800", "+48600700800"),
        ("mój numer to 600-700-800.", "+48600700800"),
        ("+48600700800", "+48600700800"),
        ("12 616 15 00", "+48126161500"),
        ("+380 67 123 45 67", "+380671234567"),
        ("Ola@Example.com", "Ola@example.com"),
        ("pisz na ola.nowak@szkola.krakow.pl!", "ola.nowak@szkola.krakow.pl"),
        ("<ola@example.com>", "ola@example.com"),
        ("12345", None),
        ("ola@", None),
        ("ola@@example.com", None),
        ("nie podam", None),
        ("mam 17 lat", None),
    ],
)
def test_a_contact_is_found_in_a_sentence(typed: str, normal: str | None) -> None:
    assert find_contact(typed) == normal


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error_and_a_contact_stays_itself(typed: str) -> None:
    found = find_contact(typed)
    assert found is None or find_contact(found) == found


def test_a_number_is_shown_as_people_write_it() -> None:
    assert shown("+48600700800") == "600 700 800"
    assert shown("+380671234567") == "+380 67 123 4567"
    assert shown("ola@example.com") == "ola@example.com"


@pytest.mark.parametrize(
    ("years", "group"),
    [(14, AgeGroup.UNDER_16), (16, AgeGroup.FROM_16_TO_17), (17, AgeGroup.FROM_16_TO_17), (18, AgeGroup.ADULT)],
)
def test_age_groups(years: int, group: AgeGroup) -> None:
    assert group_of(years) is group


def test_a_code_is_short_and_has_no_letters_that_look_alike() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(r"[A-Z2-9]{3}-[A-Z2-9]{3}", code) for code in codes)
    assert not set("".join(codes)) & set("01IOQ5")
