"""The evaluation: its measures, and that `docs/evaluation.md` is about the present sentences and the present model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import List

import numpy as np
import pytest

from bot.evaluation import figures, measures, picture, report, sentences, training_data, understanding, votes
from bot.evaluation.sentences import Sentence

REPORT = sentences.ROOT / "docs" / "evaluation.md"
ROUNDING = 0.3


def test_a_score_tells_what_was_found_and_what_was_right() -> None:
    labels, guesses = ["a", "a", "a", "b"], ["a", "a", "b", "b"]
    assert measures.scores(labels, guesses) == {"a": (1.0, 2 / 3, 3), "b": (0.5, 1.0, 1)}
    assert measures.accuracy(labels, guesses) == 0.75
    assert measures.macro_f1(labels, guesses) == pytest.approx((0.8 + 2 / 3) / 2)
    assert measures.confusion(labels, guesses, ["a", "b"]).tolist() == [[2, 1], [0, 1]]


def test_a_class_that_is_never_guessed_scores_zero() -> None:
    assert measures.macro_f1(["a", "b"], ["a", "a"]) == pytest.approx((2 / 3 + 0) / 2)


def test_honest_confidence_has_no_calibration_error() -> None:
    honest = measures.calibration([True, False, True, True], [0.5, 0.5, 1.0, 1.0])
    assert [(b.low, b.count, b.accuracy) for b in honest] == [(0.5, 2, 0.5), (0.9, 2, 1.0)]
    assert measures.calibration_error(honest) == 0
    assert measures.calibration_error(measures.calibration([False, False], [0.9, 0.8])) == pytest.approx(0.85)


def test_entities_count_by_kind_and_value() -> None:
    wanted = [{("grade", "2"), ("school_type", "T")}, set()]
    found = [{("grade", "3"), ("school_type", "T")}, {("grade", "1")}]
    scores = measures.entity_f1(wanted, found)
    assert scores["school_type"].f1 == 1
    assert scores["grade"].f1 == 0
    assert scores["all"] == (1 / 3, 1 / 2, 2)


def rows(*degrees: float) -> np.ndarray:
    """Vectors of length 1 that point to these directions."""
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1)


def saying(*texts_and_intents: str) -> List[Sentence]:
    """Polish sentences from "intent: text"."""
    parts = [line.split(": ") for line in texts_and_intents]
    return [Sentence(text, intent, "pl") for intent, text in parts]


def test_what_says_nearly_the_same_counts_once() -> None:
    said = saying("greet: hej", "greet: hejka", "greet: dobry wieczór panu", "thank: dobry wieczór")
    first, second = training_data.worth(said, rows(0, 5, 90, 91))
    assert (first.intent, first.count, first.different) == ("greet", 3, 2)
    assert first.new_stems == 1.0
    assert (second.count, second.different) == (1, 1)


def test_a_stem_is_new_once() -> None:
    (only,) = training_data.worth(saying("a: szukam kursu", "a: szukamy kursów spawania"), rows(0, 90))
    assert only.new_stems == pytest.approx((1 + 1 / 3) / 2)


def test_near_sentences_with_different_labels_are_listed() -> None:
    said = saying("affirm: no raczej", "deny: raczej nie", "deny: raczej nie bardzo", "greet: hej")
    (pair,) = training_data.contradictions(said, rows(0, 20, 100, 200))
    assert (pair.first.text, pair.second.text) == ("no raczej", "raczej nie")


def test_the_picture_is_the_same_for_the_same_counts(tmp_path: Path) -> None:
    files = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for file in files:
        picture.draw(np.array([[3, 1], [0, 2]]), ["greet", "thank"], file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert "greet" in files[0].read_text(encoding="utf-8")


def test_the_report_is_about_the_present_sentences() -> None:
    assert report.read_fingerprint(REPORT.read_text(encoding="utf-8")) == sentences.fingerprint(), (
        "Sentences were changed since docs/evaluation.md was written: run `make eval`."
    )


def test_the_report_states_the_figures_of_the_present_model(trained: Path) -> None:
    present = figures.headline(figures.measure(trained))
    stated = report.read_headline(REPORT.read_text(encoding="utf-8"))
    assert stated == pytest.approx(present, abs=ROUNDING), "docs/evaluation.md is stale: run `make eval`."


def test_the_votes_name_what_is_taken_for_a_cry_and_no_line(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cry = "chcę się zabić"
    monkeypatch.setattr(sentences, "of_safety", lambda: [cry, "macie kursy spawania?", "macie kursy? dzięki, pa"])
    file = tmp_path / "votes.csv"
    assert votes.write(understanding.load(trained), file) == 1
    short = hashlib.sha256(cry.encode()).hexdigest()[: votes.SHOWN]
    assert file.read_text(encoding="utf-8").splitlines() == ["line,vote", f"{short},crisis"]
