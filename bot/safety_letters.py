"""What the safety classifier sees of a message's letters and words, as columns of numbers.

The sentence vector knows what a message means; runs of letters and pairs of words know how pupils write it. The service
counts the same (`api/safety/letters.py`; a test holds the two together).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Iterator, List, Sequence, Tuple
from zlib import crc32

import numpy as np
import scipy.sparse

from bot.text import strip_diacritics

COLUMNS = 1 << 18
SHORTEST, LONGEST = 2, 5
# Polish words change at their end: pairs of words are also counted by what they begin with.
BEGINNING, MARKS = 4, '.,!?;:"()'


def columns(text: str) -> List[int]:
    """The columns of a squeezed text. Two runs may share one: that costs less than a list of all runs."""
    words = strip_diacritics(text).split()
    found = {_column(pair) for pair in _pairs(words)}
    found.update(*map(_of_word, words))
    return sorted(found)


def _column(run: str) -> int:
    return crc32(run.encode()) % COLUMNS


@lru_cache(maxsize=100_000)
def _of_word(word: str) -> Tuple[int, ...]:
    """The columns of a word and of the runs of letters in it, with a space at both ends."""
    framed = f" {word} "
    sizes = range(SHORTEST, LONGEST + 1)
    runs = [framed[start : start + size] for size in sizes for start in range(max(1, len(framed) - size + 1))]
    return tuple({_column(run) for run in (*runs, f"1 {word}")})


def _pairs(words: Sequence[str]) -> Iterator[str]:
    """The pairs of words, and of what words begin with."""
    beginnings = [word.strip(MARKS)[:BEGINNING] or word for word in words]
    for kind, row in ((2, words), (3, beginnings)):
        yield from (f"{kind} {first} {second}" for first, second in zip(["^", *row], [*row, "$"], strict=True))


def counted(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    """A row for each text with a one in each of its columns."""
    found = [columns(text) for text in texts]
    ends = np.cumsum([0, *map(len, found)])
    shape = (len(texts), COLUMNS)
    return scipy.sparse.csr_matrix((np.ones(ends[-1], np.float32), np.concatenate(found), ends), shape=shape)


def rarity(rows: scipy.sparse.csr_matrix) -> np.ndarray:
    """How much each column is worth: more when fewer texts have it."""
    present = np.bincount(rows.indices, minlength=COLUMNS)
    return np.asarray(np.log((1 + rows.shape[0]) / (1 + present)) + 1, dtype=np.float32)


def weighed(rows: scipy.sparse.csr_matrix, worth: np.ndarray) -> scipy.sparse.csr_matrix:
    """The rows with what their columns are worth, each of length 1."""
    heavy = rows.multiply(worth[np.newaxis]).tocsr()
    length = np.sqrt(np.asarray(heavy.multiply(heavy).sum(axis=1)).ravel())
    return scipy.sparse.csr_matrix(scipy.sparse.diags(1 / np.maximum(length, 1e-9)) @ heavy, dtype=np.float32)
