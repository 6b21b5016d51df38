"""Every text stands in both languages, with the same variables, the right plural forms, and short enough."""

import ast
import re
import string
from datetime import date

import pytest
import yaml

from api.conversations.handoff import COMMANDS
from api.settings import ROOT
from api.texts import LANGUAGES, Language, all_texts, button, day, join, text, variants

BUTTONS = sorted(key.removeprefix("buttons.") for key in all_texts() if key.startswith("buttons."))
TEXTS = sorted(key for key in all_texts() if not key.startswith("buttons."))
# The functions that say a text, and what they put before its key.
CALLS = {"say": "", "text": "", "write": "cards.", "button": "buttons."}
LONGEST = 640
LONGEST_BUTTON = 32
PLURALS = {"pl": {"one", "few", "many"}, "en": {"one", "other"}}
# Past tense, participles and adjectives that fit one gender only when said to "you".
GENDERED = re.compile(
    r"\b(?:\w+(?:łeś|łaś|łbyś|łabyś)|(?:jesteś|byłbyś|byłabyś)\s+\w+(?:ny|na|ty|ta)|\w+\(a\)|\w+/a\b|zainteresowany|sam)\b"
)
INTENTS = set(yaml.safe_load((ROOT / "domain.yml").read_text())["intents"])
# Payloads that the heart answers itself.
HEART = {command.removeprefix("/") for command in COMMANDS}


def forms(key: str, language: Language) -> list[str]:
    """Every single sentence behind a key."""
    form = all_texts()[key][language]
    every = form if isinstance(form, list) else [form]
    return [sentence for one in every for sentence in (one.values() if isinstance(one, dict) else [one])]


def variables(sentence: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_a_text_has_both_languages() -> None:
    assert [key for key in TEXTS if set(all_texts()[key]) != set(LANGUAGES)] == []


def test_both_languages_have_the_same_variables() -> None:
    def named(key: str, language: Language) -> set[str]:
        return {name for sentence in forms(key, language) for name in variables(sentence)}

    assert [key for key in TEXTS if named(key, "pl") != named(key, "en")] == []


def test_a_text_is_short_enough_and_says_something() -> None:
    said = [(key, sentence) for key in TEXTS for language in LANGUAGES for sentence in forms(key, language)]
    assert [(key, sentence) for key, sentence in said if not 0 < len(sentence.strip()) <= LONGEST] == []


def test_no_polish_text_assumes_the_gender_of_the_pupil() -> None:
    said = [(key, sentence) for key in TEXTS for sentence in forms(key, "pl")]
    assert [(key, sentence) for key, sentence in said if GENDERED.search(sentence)] == []


def test_plural_forms_are_complete() -> None:
    """A text that shows the number needs all forms; one that only agrees with it may do with "one" and "other"."""
    lacking = []
    for key in TEXTS:
        for language in LANGUAGES:
            form = all_texts()[key][language]
            for one in form if isinstance(form, list) else [form]:
                if isinstance(one, dict):
                    needed = PLURALS[language] if "{count}" in "".join(one.values()) else {"one", "other"}
                    lacking += [(key, language)] * (not set(one) >= needed)
    assert lacking == []


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "1 kurs,"), (2, "2 kursy,"), (5, "5 kursów,"), (12, "12 kursów,"), (22, "22 kursy,"), (25, "25 kursów,")],
)
def test_polish_plurals(count: int, expected: str) -> None:
    assert expected in text("courses.found", "pl", count=count)


@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_has_both_titles_short_and_a_payload_that_is_an_intent(name: str) -> None:
    placeholders = re.findall(r"<(\w+)>", str(all_texts()[f"buttons.{name}"]["payload"]))  # type: ignore[index]
    values = {"name": "Nazwa", "code": "ABC-234", **dict.fromkeys(placeholders, "mechanical")}
    for language in LANGUAGES:
        shown = button(name, language, **values)
        assert 0 < len(shown["title"]) <= LONGEST_BUTTON
        assert shown["payload"].lstrip("/").partition("{")[0] in INTENTS | HEART
        assert "<" not in shown["payload"]


def test_each_intent_has_a_name_for_the_button_of_an_unsure_bot() -> None:
    assert {key.removeprefix("guesses.") for key in TEXTS if key.startswith("guesses.")} == INTENTS


def keys_in_code() -> set[str]:
    """The keys of all texts that the code names in full: `say("talk.help")`, `text("dates.from")`, `write("age")`."""
    found = set()
    for file in sorted([*(ROOT / "actions").glob("*.py"), *(ROOT / "api").rglob("*.py")]):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if name in CALLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(CALLS[name] + first.value)
    # `record.text("name")` reads a field of the catalogue, and has no dot.
    return {key for key in found if "." in key}


def test_every_text_that_the_code_names_exists() -> None:
    named = keys_in_code()
    assert len(named) > 100
    assert sorted(named - set(all_texts())) == []


def test_no_key_is_taken_for_a_truth_value() -> None:
    """YAML reads an unquoted `yes` as true."""
    for file in sorted((ROOT / "data" / "texts").glob("*.yml")):
        assert all(isinstance(key, str) for key in yaml.safe_load(file.read_text(encoding="utf-8"))), file.name


def test_a_missing_key_or_variable_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("talk.no_such_text", "pl")
    with pytest.raises(KeyError):
        text("courses.found", "pl")


def test_wordings_dates_and_lists() -> None:
    assert variants("talk.greet", "pl") == 3
    assert text("talk.greet", "pl", variant=3) == text("talk.greet", "pl", variant=0)
    assert day(date(2026, 12, 5), "pl") == "5 grudnia 2026"
    assert day(date(2026, 12, 5), "en") == "5 December 2026"
    assert join(["a", "b", "c"], "pl") == "a, b i c"
    assert join(["a"], "en") == "a"
