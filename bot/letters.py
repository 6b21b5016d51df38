"""The runs of letters of one message as numbers, as scikit-learn's vectoriser counts them, without its detours.

The vectoriser is made for thousands of texts; for a single one it spends a millisecond on checks. The result is the
same (`tests/bot/test_letters.py`).
"""

from __future__ import annotations

import math
from typing import Dict, Iterator

import numpy as np
import scipy.sparse

from bot.text import SPACES

SHORTEST, LONGEST = 2, 5


class LetterReader:
    """Counts the runs that training knows (`vocabulary`: their columns) and weighs them (`idf`: by column)."""

    def __init__(self, vocabulary: Dict[str, int], idf: np.ndarray) -> None:
        self._vocabulary = vocabulary
        self._idf = idf

    def row(self, text: str) -> scipy.sparse.csr_matrix:
        """One sparse row of length 1; an empty one for a text without known runs."""
        counts: Dict[int, int] = {}
        for run in _runs(text):
            column = self._vocabulary.get(run)
            if column is not None:
                counts[column] = counts.get(column, 0) + 1
        columns = sorted(counts)
        values = np.array([1 + math.log(counts[column]) for column in columns], dtype=np.float32)
        values *= self._idf[columns]
        length = math.sqrt(float(values @ values))
        indices = np.array(columns, dtype=np.int32)
        shape = (1, len(self._vocabulary))
        ends = np.array([0, len(columns)], dtype=np.int32)
        return scipy.sparse.csr_matrix((values / (length or 1.0), indices, ends), shape=shape)


def _runs(text: str) -> Iterator[str]:
    """Runs of letters within words, a space at both ends; a word shorter than a run counts once."""
    for word in SPACES.sub(" ", text.lower()).split():
        framed = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            if size >= len(framed):
                yield framed
                break
            for start in range(len(framed) - size + 1):
                yield framed[start : start + size]
