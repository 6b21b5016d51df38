"""Personal data typed in passing is masked, whatever stands around it; what a career talk needs is not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.privacy.redaction import redact

WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
WORDS = st.text(alphabet="aąbcćdeęfghijklłmnńoóprsśtuwyzźż ", max_size=30)


def with_check_digit(ten: str) -> str:
    """A PESEL of these ten digits, with its check digit."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, ten, strict=True))
    return f"{ten}{(10 - total % 10) % 10}"


def spaced(digits: str, separator: str, group: int) -> str:
    return separator.join(digits[i : i + group] for i in range(0, len(digits), group))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("napisz na ola.k+1@poczta.example.pl proszę", "napisz na [e-mail] proszę"),
        ("mój pesel to 44051401359", "mój pesel to [PESEL]"),
        ("dzwon 600 700 800", "dzwon [telefon]"),
        ("tel. +48 600-700-800, po 15", "tel. [telefon], po 15"),
        ("konto 61 1090 1014 0000 0712 1981 2874", "konto [konto]"),
        ("PL61 1090 1014 0000 0712 1981 2874", "[konto]"),
        ("karta 4111 1111 1111 1111", "karta [karta]"),
        ("mieszkam na ul. Długiej 5/7 w Krakowie", "mieszkam na [adres] w Krakowie"),
        ("os. Złotego Wieku 12 m. 3", "[adres]"),
        ("I live at 12 Long Street", "I live at [adres]"),
        ("31-123 Kraków", "[adres]"),
        ("nazywam się Jan Przykładowy", "nazywam się [imię]"),
        ("nazywam sie ola i lubie gotowac", "nazywam sie [imię] i lubie gotowac"),
        ("mam na imię Ola, mam 16 lat", "mam na imię [imię], mam 16 lat"),
        ("my name is Alex Example", "my name is [imię]"),
    ],
)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "chodzę do 2 klasy technikum i mam 16 lat",
        "MEC.05 zdane na 87 %, ELE.02 poprawka 12.01.2027",
        "kurs trwa 60 h i kosztuje 1200 zł",
        "116 111 albo 112",
        "od 15:00 do 17:30, sala 204",
        "ulica jest daleko",
        "nazywam rzeczy po imieniu",
        "I like cooking, 3 courses please",
    ],
)
def test_what_a_career_talk_needs_stays(text: str) -> None:
    assert redact(text) == text


@given(
    st.text(alphabet=string.digits, min_size=10, max_size=10),
    st.sampled_from(["", " ", "-"]),
    st.integers(2, 6),
    WORDS,
    WORDS,
)
def test_no_pesel_survives(ten: str, separator: str, group: int, before: str, after: str) -> None:
    written = spaced(with_check_digit(ten), separator, group)
    assert written not in redact(f"{before} {written} {after}")


@given(
    st.text(alphabet=string.digits, min_size=9, max_size=30), st.sampled_from(["", " ", "-", "."]), st.integers(2, 5)
)
def test_no_long_number_survives(digits: str, separator: str, group: int) -> None:
    assert not any(character.isdigit() for character in redact(f"mój numer {spaced(digits, separator, group)} ok"))


@given(st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,8})?@[a-z]{2,10}\.(pl|com|edu\.pl)", fullmatch=True), WORDS, WORDS)
def test_no_e_mail_address_survives(address: str, before: str, after: str) -> None:
    assert address not in redact(f"{before} {address} {after}")


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
