"""Splits a text into the pieces of words that the model knows: the most likely split of a unigram model.

Kudo (2018), "Subword Regularization"; the vocabulary is XLM-RoBERTa's.
"""

from __future__ import annotations

import re
from typing import List, Tuple

from e5.weights import Vocabulary

SPACE = "\u2581"
SPACES = re.compile(" {2,}")
# What an unknown character costs beyond the rarest piece (as in SentencePiece).
UNKNOWN_COST = 10.0


class Tokenizer:
    """Knows the vocabulary; makes numbers of texts."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._numbers = {
            piece: number for number, piece in enumerate(vocabulary.pieces) if number != vocabulary.unknown
        }
        self._scores = vocabulary.scores
        self._rewritten = vocabulary.rewritten
        self._unknown = vocabulary.unknown
        self._unknown_score = min(vocabulary.scores) - UNKNOWN_COST
        self._longest = max(map(len, self._numbers))

    def pieces(self, text: str) -> List[int]:
        """The numbers of the text's pieces, without the marks for start and end."""
        written = SPACES.sub(" ", text.translate(self._rewritten))
        written = (written if written.startswith(" ") else f" {written}").replace(" ", SPACE)
        ways = self._best_ways(written)
        found, end = [], len(written)
        while end > 0:
            end, number = ways[end]
            found.append(number)
        return found[::-1]

    def _best_ways(self, text: str) -> List[Tuple[int, int]]:
        """For each place of the text: where the last piece on the best way to it begins, and its number (Viterbi)."""
        numbers, scores = self._numbers, self._scores
        best = [float("-inf")] * (len(text) + 1)
        best[0] = 0.0
        ways = [(0, self._unknown)] * (len(text) + 1)
        for start in range(len(text)):
            here = best[start]
            for end in range(start + 1, min(len(text), start + self._longest) + 1):
                number = numbers.get(text[start:end])
                if number is not None and here + scores[number] > best[end]:
                    best[end] = here + scores[number]
                    ways[end] = (start, number)
            if here + self._unknown_score > best[start + 1]:
                best[start + 1] = here + self._unknown_score
                ways[start + 1] = (start, self._unknown)
        return ways
