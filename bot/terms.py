"""What the lexicon is made of: a term is a phrase, what it means, and where it may be meant."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from bot.text import strip_diacritics
from bot.tokens import Token

SHORT_MESSAGE = 4
NOT_ASKED, LIKED_OR_SHORT, LIKED_ONLY = range(3)
LIKED = {False: NOT_ASKED, True: LIKED_OR_SHORT, "strict": LIKED_ONLY}


class Meaning(NamedTuple):
    """One entity that a term stands for.

    `extra`: further keys of the entity. `part`: narrows its place to some words of the phrase. `field`: a field of
    work, not a person. `weak`: gives way to any other meaning of the same words.
    """

    kind: str
    value: str
    extra: Tuple[Tuple[str, str], ...] = ()
    part: Optional[Tuple[int, int]] = None
    field: bool = False
    weak: bool = False


class Limits(NamedTuple):
    """Where a term is meant; see the head of data/catalogue/aliases.yaml. Empty: anywhere."""

    after: Tuple[str, ...] = ()
    not_after: Tuple[str, ...] = ()
    not_before: Tuple[str, ...] = ()
    company: Tuple[str, ...] = ()
    strangers: Tuple[str, ...] = ()
    liked: int = 0

    @classmethod
    def read(cls, record: Dict[str, Any]) -> Limits:
        """The limits of an alias as it stands in a YAML file."""
        lists = (tuple(strip_diacritics(str(word).lower()) for word in record.get(key, ())) for key in cls._fields[:-1])
        return cls(*lists, liked=LIKED[record.get("liked", False)])

    def joined(self, other: Limits) -> Limits:
        """Both limits at once."""
        lists = (getattr(self, key) + getattr(other, key) for key in self._fields[:-1])
        return Limits(*lists, liked=max(self.liked, other.liked))

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
        return liking or self.liked == NOT_ASKED or (self.liked == LIKED_OR_SHORT and len(tokens) <= SHORT_MESSAGE)


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
    words = [token.plain for token in tokens[end : end + len(parts)]]
    return len(words) == len(parts) and all(map(_fits_one, words, parts))
