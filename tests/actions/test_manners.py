"""The language that a message asks for."""

import pytest

from actions.manners import wanted_language


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("po polsku proszę", "pl"),
        ("can we switch to Polish", "pl"),
        ("po angielsku", "en"),
        ("ENGLISH PLEASE", "en"),
        ("zmień język", None),
        ("not English, Polish", None),
        ("/change_language", None),
    ],
)
def test_the_language_that_is_named(message: str, language: str | None) -> None:
    assert wanted_language(message) == language
