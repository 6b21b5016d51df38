"""The statements of the questionnaire, what an answer means, and the result."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import statements
from actions.statements import LETTERS, ROUND, Answers
from api.texts import LANGUAGES, Language
from tests.texts.test_texts import GENDERED

IDS = [statement.id for statement in statements.statements()]
ANSWERS = st.dictionaries(st.sampled_from(IDS), st.sampled_from([0, 1, 2, None]))


def test_the_letters_are_balanced_and_each_round_has_every_one() -> None:
    letters = [statement.letter for statement in statements.statements()]
    assert 12 <= len(letters) <= 18
    assert set(Counter(letters).values()) == {len(letters) // len(LETTERS)}
    for first in range(0, len(letters), ROUND):
        assert sorted(letters[first : first + ROUND]) == sorted(LETTERS)


def test_statements_stand_in_both_languages_short_and_neutral() -> None:
    assert len(set(IDS)) == len(IDS)
    for language in LANGUAGES:
        texts = [statement.text(language) for statement in statements.statements()]
        assert len(set(texts)) == len(texts)
        assert all(3 < len(text) <= 90 for text in texts)
    for statement in statements.statements():
        assert not GENDERED.search(statement.pl), statement.pl


@pytest.mark.parametrize(
    ("language", "typed", "meaning"),
    [
        ("pl", "no spoko", 2),
        ("pl", "Lubię!", 2),
        ("pl", "w sumie to tak", 2),
        ("pl", "no", 2),
        ("en", "no", 0),
        ("en", "yeah, I like it", 2),
        ("pl", "średnio", 1),
        ("pl", "2", 1),
        ("en", "kinda", 1),
        ("pl", "hmm chyba trochę", 1),
        ("pl", "nie bardzo", 0),
        ("pl", "no nie", 0),
        ("en", "not really", 0),
        ("pl", "👎", 0),
        ("en", "❤️", 2),
        ("pl", "nie wiem", "skip"),
        ("en", "I don't know", "skip"),
        ("pl", "popraw poprzednie", "back"),
        ("en", "go back", "back"),
        ("pl", "pokaż wynik", "end"),
        ("en", "that's enough", "end"),
    ],
)
def test_an_answer_in_own_words_is_understood(language: Language, typed: str, meaning: int | str) -> None:
    assert statements.understood(typed, language) == meaning


@pytest.mark.parametrize(
    "typed",
    [
        "a ile to kosztuje?",
        "stop",
        "kim jesteś",
        "nie lubię gotować",
        "mam 2 koty",
        "",
        "?",
        "lubię auta",
        "nie chce mi się żyć",
    ],
)
def test_anything_else_is_no_answer(typed: str) -> None:
    for language in LANGUAGES:
        assert statements.understood(typed, language) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_means_two_things(language: Language) -> None:
    words = statements._read("answers")
    lists = [words["steps"][step][language] for step in words["steps"]]
    lists += [words[kind][language] for kind in ("skip", "back", "end")]
    phrases = [statements._plain(phrase) for one in lists for phrase in one]
    assert all(phrases)
    assert [phrase for phrase, count in Counter(phrases).items() if count > 1] == []


@given(ANSWERS)
def test_a_result_has_a_share_for_each_answered_letter_the_strongest_first(answers: Answers) -> None:
    found = statements.result(answers)
    asked = {one.letter for one in statements.statements() if answers.get(one.id) is not None}
    assert set(found) == asked
    assert all(0 <= share <= 100 for share in found.values())
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert set(statements.strong(found)) <= {letter for letter, share in found.items() if share > 50}


@given(ANSWERS, st.sampled_from(statements.statements()))
def test_liking_a_statement_never_lowers_its_letter(answers: Answers, liked: statements.Statement) -> None:
    less, more = ({**answers, liked.id: step} for step in (0, 2))
    assert statements.result(more)[liked.letter] >= statements.result(less)[liked.letter]


@given(ANSWERS, st.sampled_from(LETTERS))
def test_a_correction_puts_a_letter_on_top_or_out(answers: Answers, letter: str) -> None:
    found = statements.result(answers)
    assert statements.corrected(found, letter, "+")[letter] == 100
    assert letter not in statements.strong(statements.corrected(found, letter, "-"))


def test_a_round_is_enough_and_less_is_not() -> None:
    answers: Answers = dict.fromkeys(IDS[: ROUND - 1], 2)
    assert not statements.enough(answers)
    assert statements.enough({**answers, IDS[-1]: 0})
    assert not statements.enough({**answers, IDS[-1]: None})


@pytest.mark.parametrize(
    ("language", "typed", "letter"),
    [
        ("pl", "to nie ja, wolę pracę z ludźmi", "S"),
        ("en", "that's not me, I prefer working with machines", "R"),
        ("pl", "wolę gotować", None),
        ("pl", "lubię pracę z ludźmi", None),
    ],
)
def test_a_correction_in_words_names_an_area(language: Language, typed: str, letter: str | None) -> None:
    assert statements.wanted_area(typed, language) == letter
