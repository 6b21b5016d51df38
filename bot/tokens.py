"""Splits a message into words, with what stands between them. spaCy's blank tokenizer, told to keep nothing together.

"MEC.05" is two words, "2TI" two, "elektryczno-elektroniczna" two: the names of the lexicon are split in the same way.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterator, List, NamedTuple, Tuple

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer

from bot.text import strip_diacritics

JOINT = re.compile(r"[\W_]+|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
EDGE_BEFORE = re.compile(r"^[\W_]")
EDGE_AFTER = re.compile(r"[\W_]$")


class Token(NamedTuple):
    """One word: as typed, in lower case, and without diacritics; `gap` is the text between it and the word before."""

    typed: str
    lower: str
    plain: str
    start: int
    end: int
    gap: str


@lru_cache(maxsize=None)
def _pipeline() -> Language:
    pipeline = spacy.blank("pl")
    pipeline.tokenizer = Tokenizer(
        pipeline.vocab, prefix_search=EDGE_BEFORE.search, suffix_search=EDGE_AFTER.search, infix_finditer=JOINT.finditer
    )
    return pipeline


def tokenize(text: str) -> List[Token]:
    """The words of a message. spaCy forgets them at once: what pupils write must not stay in its string store."""
    with _pipeline().memory_zone():
        return list(_split(text))


def words(phrase: str) -> Tuple[str, ...]:
    """The words of a phrase of the lexicon, as written; these may stay in the string store."""
    return tuple(token.typed for token in _split(phrase))


def _split(text: str) -> Iterator[Token]:
    end = 0
    for word in _pipeline().tokenizer(text):
        if not word.text[0].isalnum():
            continue
        start, lower = word.idx, word.text.lower()
        yield Token(word.text, lower, strip_diacritics(lower), start, start + len(word.text), text[end:start])
        end = start + len(word.text)
