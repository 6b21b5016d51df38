"""What the lexicon is made of: a term is a phrase, what it means, and where it may be meant."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from bot.text import strip_diacritics
from bot.tokens import Token

SHORT_MESSAGE = 3


class Meaning(NamedTuple):
    """One entity that a term stands for.

    `extra`: further keys of the entity. `word`: narrows its place to one word of the phrase. `field`: a field of work, not a
    person. `weak`: gives way to any other meaning of the same words.
    """

    kind: str
    value: str
    extra: Tuple[Tuple[str, str], ...] = ()
    word: Optional[int] = None
    field: bool = False
    weak: bool = False


class Limits(NamedTuple):
    """Where a term is meant; see the head of data/catalogue/aliases.yaml. Empty: anywhere."""

    after: Tuple[str, ...] = ()
    not_after: Tuple[str, ...] = ()
    not_before: Tuple[str, ...] = ()
    company: Tuple[str, ...] = ()
    strangers: Tuple[str, ...] = ()
    liked: bool = False

    @classmethod
    def read(cls, record: Dict[str, Any]) -> Limits:
        """The limits of an alias as it stands in a YAML file."""
        lists = {key: tuple(strip_diacritics(str(word).lower()) for word in record.get(key, ())) for key in cls._fields[:-1]}
        return cls(**lists, liked=bool(record.get("liked", False)))

    def joined(self, other: Limits) -> Limits:
        """Both limits at once."""
        return Limits(*(mine + theirs for mine, theirs in zip(self[:-1], other[:-1])), self.liked or other.liked)

    def allow(self, tokens: Sequence[Token], start: int, end: int, liking: bool) -> bool:
        """Whether the words `start` to `end` of a message may mean the term; `liking`: the message speaks of likes."""
        if self.after and not (start and _fits(tokens[start - 1].plain, self.after)):
            return False
        if start and _fits(tokens[start - 1].plain, self.not_after):
            return False
        if any(_follows(tokens, end, phrase) for phrase in self.not_before):
            return False
        others = [token.plain for token in (*tokens[:start], *tokens[end:])]
        if self.company and others and not any(_fits(word, self.company) for word in others):
            return False
        if any(_fits(word, self.strangers) for word in others):
            return False
        return liking or not self.liked or len(tokens) <= SHORT_MESSAGE


class Term(NamedTuple):
    """A phrase as keys of its words (see bot/matcher.py), its meanings and its limits."""

    words: Tuple[str, ...]
    meanings: Tuple[Meaning, ...]
    limits: Limits = Limits()


def _fits(word: str, patterns: Sequence[str]) -> bool:
    return any(_fits_one(word, pattern) for pattern in patterns)


def _fits_one(word: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return word.startswith(pattern[:-1])
    return word.isdigit() if pattern == "<number>" else word == pattern


def _follows(tokens: Sequence[Token], end: int, phrase: str) -> bool:
    parts: List[str] = phrase.split()
    return [token.plain for token in tokens[end : end + len(parts)]] == parts
