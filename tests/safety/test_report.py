"""The report of the safety detectors is of these detectors, and nothing that is measured was trained on."""

import re
import unicodedata

import pytest
import yaml

from api.safety.detector import THRESHOLDS
from api.settings import ROOT
from scripts import safety_eval

TRAINING = ROOT / "data" / "safety" / "training"


def test_the_figures_are_of_the_present_detectors_and_lines() -> None:
    assert f"Made from `{safety_eval.made_from()}`" in safety_eval.REPORT.read_text(encoding="utf-8"), (
        "docs/safety.md is stale: run `make train` and `python -m scripts.safety_eval --write`"
    )


def test_the_curve_covers_every_class_and_threshold() -> None:
    assert all(f"| {name} |" in safety_eval.curve() for name in THRESHOLDS)


def test_the_votes_are_of_measured_lines() -> None:
    every = [
        text
        for name in safety_eval.SETS
        for code in safety_eval.LANGUAGES
        for *_, text in safety_eval.lines(name, code)
    ]
    votes = safety_eval.rasa_votes()
    assert votes
    assert set(votes) <= {safety_eval.short(text) for text in every}
    assert set(votes.values()) <= set(safety_eval.FOUND)


def normalised(line: str) -> str:
    """The line without case, diacritics and punctuation."""
    plain = unicodedata.normalize("NFKD", line.lower().replace("ł", "l"))
    return " ".join(re.sub(r"[^a-z0-9 ]", "", "".join(c for c in plain if not unicodedata.combining(c))).split())


@pytest.mark.parametrize("language", safety_eval.LANGUAGES)
def test_the_sets_hold_sentences_only(language: str) -> None:
    assert all(isinstance(text, str) for name in safety_eval.SETS for _, _, text in safety_eval.lines(name, language))


@pytest.mark.parametrize("language", safety_eval.LANGUAGES)
def test_no_measured_line_is_trained_on(language: str) -> None:
    files = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in (TRAINING / language).glob("*.yml")]
    blocks = [block for classes in files for families in classes.values() for block in families.values()]
    trained = {normalised(line) for block in blocks for line in block.splitlines()}
    assert len(files) > 1
    measured = [normalised(text) for name in safety_eval.SETS for _, _, text in safety_eval.lines(name, language)]
    assert len(measured) > 500
    shared = sum(line in trained for line in measured)
    assert shared == 0, f"{shared} lines of the measuring set are among the training lines"
