"""The second detector: reads the weights that `bot/safety_model.py` trained, with numpy and the sentence encoder.

It looks at a message twice, at the meaning (the sentence vector) and at the letters: each sees what the other misses.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.safety.letters import columns
from api.safety.normal import squeeze, undisguised

GRAVE = ("crisis", "report_violence", "distress")
# A long message is also read in parts: one sentence in ten must not be outvoted by the other nine.
LONG, MOST_PARTS = 120, 6
SENTENCE_END = re.compile(r"(?<=[.!?;\n])\s+|\n+")

type Numbers = NDArray[np.float32]


class DamagedModel(Exception):
    """The file is missing, or is not the one that training wrote."""


class Classifier:
    """Says for a text how likely it is at least as grave as each class."""

    def __init__(self, file: Path) -> None:
        """Raises DamagedModel, and KeyError for a file of an older training."""
        note = file.with_suffix(".json")
        if not file.exists() or not note.exists():
            raise DamagedModel("The trained file is missing.")
        if json.loads(note.read_text(encoding="utf-8"))["sha256"] != hashlib.sha256(file.read_bytes()).hexdigest():
            raise DamagedModel("The trained file was changed after its training.")
        with np.load(file) as stored:
            self._stored: dict[str, Any] = {name: stored[name] for name in stored.files}
        self._classes = [str(name) for name in self._stored["classes"]]
        # A row for each family that training learned, with a one in the column of its class.
        self._adds_up = self._stored["of_class"][:, None] == np.arange(len(self._classes))
        from e5 import Encoder  # only here: the patterns must work without it

        self._encoder = Encoder()

    def severity(self, text: str) -> dict[str, float]:
        """For each class the probability that the text, or a part of it, is at least that grave."""
        parts = [squeeze(part) for part in _parts(text)]
        share = dict(zip(self._classes, self._odds(parts, self._encoder.encode(parts)).T, strict=True))
        result, sofar = {}, np.zeros(len(parts))
        for name in GRAVE:
            sofar = sofar + share[name]
            result[name] = float(sofar.max())
        return result

    def _odds(self, parts: Sequence[str], vectors: Numbers) -> Numbers:
        """A row of shares of the classes for each part: what speaks for their families in its meaning and its letters.

        Training learned the families apart ("trade", "hyperbole", "suicide", …); their shares add up to their class's.
        """
        letters = np.stack([self._by_letters(part) for part in parts])
        both: Numbers = np.mean([self._by_meaning(vectors), letters], axis=0)
        classes: Numbers = _shares(both) @ self._adds_up
        return classes

    def _by_meaning(self, vectors: Numbers) -> Numbers:
        """What speaks for each family in the sentence vectors: the mean of the networks."""
        of = self._stored
        standard = (vectors - of["mean"]) / of["spread"]
        hidden = np.maximum(np.einsum("td,ndh->nth", standard, of["hidden"]) + of["hidden_bias"][:, None], 0)
        scores: Numbers = (np.einsum("nth,nhc->ntc", hidden, of["out"]) + of["out_bias"][:, None]).mean(axis=0)
        return scores

    def _by_letters(self, part: str) -> Numbers:
        """What speaks for each family in the letters and words of a text."""
        of = self._stored
        found = columns(part)
        worth = of["worth"][found]
        length = float(np.sqrt(worth @ worth)) or 1.0
        scores: Numbers = worth @ of["letters"][found].astype(np.float32) / length + of["letters_bias"]
        return scores


def _shares(scores: Numbers) -> Numbers:
    shares: Numbers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def _parts(text: str) -> list[str]:
    """The text, the same without its disguise, and of a long one its last sentences too."""
    sentences = [part for part in SENTENCE_END.split(text) if part.strip()] if len(text) > LONG else []
    plain = undisguised(text)
    return [text, *([plain] if plain else []), *(sentences[-MOST_PARTS:] if len(sentences) > 1 else [])]
