"""The training sentences: enough of them, each in one intent only, and none of the test sentences among them."""

import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from api.settings import ROOT

INTENTS = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
FEWEST = {"pl": 60, "en": 40}


def normalised(sentence: str) -> str:
    """The sentence without case, diacritics, punctuation and doubled spaces."""
    plain = unicodedata.normalize("NFKD", sentence.lower().replace("ł", "l"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split()) or sentence


def training(language: str, intent: str) -> list[str]:
    """The training sentences of an intent."""
    content = yaml.safe_load((ROOT / "data" / "nlu" / language / f"{intent}.yml").read_text(encoding="utf-8"))
    (entry,) = content["nlu"]
    assert entry["intent"] == intent
    return [line.removeprefix("- ") for line in entry["examples"].splitlines()]


def reviewed(language: str) -> list[tuple[str, str]]:
    """The reviewed sentences of a language with their intents; none before the first export."""
    file = ROOT / "data" / "nlu" / "reviewed" / f"{language}.yml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"] if file.exists() else []
    return [(entry["intent"], line.removeprefix("- ")) for entry in entries for line in entry["examples"].splitlines()]


def test_the_files_are_those_of_the_intents() -> None:
    assert len(INTENTS) == 34
    for language in FEWEST:
        assert {file.stem for file in (ROOT / "data" / "nlu" / language).glob("*.yml")} == set(INTENTS)


@pytest.mark.parametrize("language", FEWEST)
@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_has_enough_different_sentences(language: str, intent: str) -> None:
    sentences = training(language, intent)
    assert len({normalised(sentence) for sentence in sentences}) >= FEWEST[language]
    assert len({normalised(sentence) for sentence in sentences}) == len(sentences)


def test_no_sentence_stands_in_two_intents() -> None:
    where = defaultdict(set)
    for language in FEWEST:
        for intent in INTENTS:
            for sentence in training(language, intent):
                where[normalised(sentence)].add(intent)
        for intent, sentence in reviewed(language):
            where[normalised(sentence)].add(intent)
            assert intent in INTENTS
    assert {sentence: intents for sentence, intents in where.items() if len(intents) > 1} == {}


def test_no_test_sentence_is_trained_on() -> None:
    trained = {normalised(s) for language in FEWEST for intent in INTENTS for s in training(language, intent)}
    trained |= {normalised(sentence) for language in FEWEST for _, sentence in reviewed(language)}
    tested = [
        line
        for file in sorted(Path(ROOT / "tests" / "nlu").glob("*/*.txt"))
        for line in file.read_text("utf-8").splitlines()
    ]
    assert tested
    shared = [sentence for sentence in tested if normalised(sentence) in trained]
    assert shared == []
