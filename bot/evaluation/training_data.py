"""What the training sentences are worth: near-duplicates, new words, and neighbours that carry different labels.

Nearness is the cosine of two encoder vectors after the mean of all is taken away: E5 puts every two texts close
together (0.8 and more), only the differences from the mean tell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Dict, Iterator, List, NamedTuple, Sequence, Set, Tuple

import numpy as np

from bot.diacritics import learn, restore
from bot.encoder import E5, CachedEncoder
from bot.evaluation.sentences import Sentence
from bot.text import squeeze, strip_diacritics

# From here on a sentence says the same in nearly the same words: "not necessary" beside "no need".
NEAR_DUPLICATE = 0.85
# From here on two sentences with different labels are worth a look.
SUSPICIOUS = 0.78
# The first letters of a word, which Polish and English endings leave alone: "kursu" and "kursów" are one stem.
STEM = 4
ROWS = 1000
WORD = re.compile(r"[^\W\d_]+")


class Worth(NamedTuple):
    """The sentences of one intent in one language."""

    intent: str
    language: str
    count: int
    different: int
    new_stems: float


class Neighbours(NamedTuple):
    """Two sentences that are near to each other but carry different labels."""

    nearness: float
    first: Sentence
    second: Sentence


def vectors(sentences: Sequence[Sentence]) -> np.ndarray:
    """One row of length 1 for each sentence, the mean taken away."""
    words = learn(sentence.text for sentence in sentences)
    rows = CachedEncoder(E5).encode([restore(sentence.text, words) for sentence in sentences])
    rows = rows - rows.mean(axis=0)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def worth(sentences: Sequence[Sentence], rows: np.ndarray) -> List[Worth]:
    """What each intent has, by language, when near-duplicates do not count."""
    places: Dict[Tuple[str, str], List[int]] = defaultdict(list)
    for place, sentence in enumerate(sentences):
        places[sentence.intent, sentence.language].append(place)
    return [
        Worth(intent, language, len(inside), _different(rows[inside]), _new_stems([sentences[i].text for i in inside]))
        for (intent, language), inside in sorted(places.items())
    ]


def contradictions(sentences: Sequence[Sentence], rows: np.ndarray) -> List[Neighbours]:
    """Near sentences of different intents, the nearest pair first."""
    intents = np.array([sentence.intent for sentence in sentences])
    found = []
    for start in range(0, len(rows), ROWS):
        near = rows[start : start + ROWS] @ rows.T
        near[intents[start : start + ROWS, np.newaxis] == intents[np.newaxis, :]] = -1
        for i, j in zip(*np.nonzero(near >= SUSPICIOUS), strict=True):
            if start + i < j:
                found.append(Neighbours(float(near[i, j]), sentences[start + i], sentences[j]))
    return sorted(found, key=lambda pair: -pair.nearness)


def _different(rows: np.ndarray) -> int:
    """How many sentences are left when each near-duplicate of an earlier one that stays is taken away."""
    near = rows @ rows.T >= NEAR_DUPLICATE
    kept: List[int] = []
    for i in range(len(rows)):
        if not near[i, kept].any():
            kept.append(i)
    return len(kept)


def _new_stems(texts: Sequence[str]) -> float:
    """Of the words of a sentence, the share whose stem no earlier sentence has; the mean of all sentences."""
    seen: Set[str] = set()
    shares = []
    for text in texts:
        stems = set(_stems(text))
        if stems:
            shares.append(len(stems - seen) / len(stems))
        seen |= stems
    return float(np.mean(shares)) if shares else 0.0


def _stems(text: str) -> Iterator[str]:
    return (word[:STEM] for word in WORD.findall(strip_diacritics(squeeze(text))))
