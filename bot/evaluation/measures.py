"""What the figures of the report are: plain functions of labels, guesses and confidences."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Sequence, Set, Tuple

import numpy as np

BINS = 10


class Score(NamedTuple):
    """How well one class is found; `count` is the number of sentences that belong to it."""

    precision: float
    recall: float
    count: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.recall else 0.0


class Bin(NamedTuple):
    """The guesses of one range of confidence."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def accuracy(labels: Sequence[str], guesses: Sequence[str]) -> float:
    """The share of guesses that are right."""
    return sum(label == guess for label, guess in zip(labels, guesses, strict=True)) / len(labels)


def scores(labels: Sequence[str], guesses: Sequence[str]) -> Dict[str, Score]:
    """The score of each class that stands in the labels, by its name."""
    pairs = list(zip(labels, guesses, strict=True))
    result = {}
    for name in sorted(set(labels)):
        found = sum(guess == name for _, guess in pairs)
        right = sum(label == guess == name for label, guess in pairs)
        count = sum(label == name for label, _ in pairs)
        result[name] = Score(right / found if found else 0.0, right / count, count)
    return result


def macro_f1(labels: Sequence[str], guesses: Sequence[str]) -> float:
    """The mean F1 of all classes, however many sentences each has."""
    return float(np.mean([score.f1 for score in scores(labels, guesses).values()]))


def confusion(labels: Sequence[str], guesses: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """How often each label (row) got each guess (column), in the order of the names."""
    place = {name: number for number, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), dtype=int)
    for label, guess in zip(labels, guesses, strict=True):
        counts[place[label], place[guess]] += 1
    return counts


def calibration(right: Sequence[bool], confidences: Sequence[float]) -> List[Bin]:
    """Guesses by confidence, in equally wide bins without the empty ones: when honest, accuracy equals confidence."""
    sure, hits = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    number = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        Bin(i / BINS, (i + 1) / BINS, int(inside.sum()), float(sure[inside].mean()), float(hits[inside].mean()))
        for i in range(BINS)
        if (inside := number == i).any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: how far accuracy is from confidence, weighted by the guesses of a bin."""
    return sum(b.count * abs(b.accuracy - b.confidence) for b in bins) / sum(b.count for b in bins)


def entity_f1(wanted: Sequence[Set[Tuple[str, str]]], found: Sequence[Set[Tuple[str, str]]]) -> Dict[str, Score]:
    """The score of each kind of entity; the sets hold (kind, value) for each sentence."""
    kinds = {kind for entities in (*wanted, *found) for kind, _ in entities}
    return {kind: _overlap(wanted, found, {kind}) for kind in sorted(kinds)} | {"all": _overlap(wanted, found, kinds)}


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share (0–1) of the values does not exceed."""
    return float(np.quantile(np.fromiter(values, dtype=float), share))


def _overlap(wanted: Sequence[Set[Any]], found: Sequence[Set[Any]], kinds: Set[str]) -> Score:
    pairs = [
        ({e for e in w if e[0] in kinds}, {e for e in f if e[0] in kinds}) for w, f in zip(wanted, found, strict=True)
    ]
    both = sum(len(w & f) for w, f in pairs)
    count, number = sum(len(w) for w, _ in pairs), sum(len(f) for _, f in pairs)
    return Score(both / number if number else 0.0, both / count if count else 0.0, count)
