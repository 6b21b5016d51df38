"""Finds the terms of the lexicon in the words of a message, inflected, without diacritics and with typos."""

from __future__ import annotations

from typing import Dict, FrozenSet, Iterator, List, NamedTuple, Sequence, Set, Tuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.english import english_plural, english_verb
from bot.language import listed_words
from bot.lemmas import forms, is_polish, is_polish_without_diacritics
from bot.terms import Term
from bot.text import strip_diacritics
from bot.tokens import Token

ONE_TYPO_FROM, TWO_TYPOS_FROM, TYPO_IN_HOBBY_FROM = 5, 9, 8
WITHIN_A_NAME = frozenset("-–/.+&'’\"„”")
IN_A_LONG_NAME = frozenset(",()")
LONG_NAME = 3

Costs = Dict[str, int]


class Match(NamedTuple):
    """A term found in the words `start` to `end` (exclusive); `cost`: how many letters had to be forgiven."""

    start: int
    end: int
    term: Term
    cost: int


class Matcher:
    """An index of terms. Built once; asking it changes nothing."""

    def __init__(self, terms: Sequence[Term], ordinary_words: FrozenSet[str] = frozenset()) -> None:
        self._ordinary = ordinary_words | listed_words()
        self._by_first: Dict[str, List[Term]] = {}
        self._forms: Dict[str, Dict[str, Set[str]]] = {}
        self._buckets: Dict[Tuple[str, int], List[str]] = {}
        self._tails: Dict[str, List[str]] = {}
        for term in terms:
            self._by_first.setdefault(term.words[0], []).append(term)
        for key in sorted({word for term in terms for word in term.words}):
            for form in _spelled(key):
                self._forms.setdefault(strip_diacritics(form), {}).setdefault(key, set()).add(form)
        names = {word for term in terms if any(one.kind != "interest" for one in term.meanings) for word in term.words}
        for form, keys in self._forms.items():
            shortest = ONE_TYPO_FROM if names & keys.keys() else TYPO_IN_HOBBY_FROM
            if len(form) >= shortest and form.isalpha():
                self._buckets.setdefault((form[0], len(form)), []).append(form)
                self._tails.setdefault(form[1:], []).append(form)

    def find(self, tokens: Sequence[Token], liking: bool) -> List[Match]:
        """All terms in the message, overlapping ones too; `liking`: the message speaks of liking or disliking."""
        keys = [self._keys(token) for token in tokens]
        return [
            match
            for start in range(len(tokens))
            for match in self._from(start, keys, tokens)
            if match.term.limits.allow(tokens, match.start, match.end, liking)
        ]

    def _from(self, start: int, keys: Sequence[Costs], tokens: Sequence[Token]) -> Iterator[Match]:
        for first, first_cost in keys[start].items():
            for term in self._by_first.get(first, ()):
                end, cost = start + len(term.words), first_cost
                if end > len(tokens):
                    continue
                for place, word in enumerate(term.words[1:], start + 1):
                    if word not in keys[place] or not _joined(tokens[place].gap, len(term.words)):
                        break
                    cost += keys[place][word]
                else:
                    yield Match(start, end, term, cost)

    def _keys(self, token: Token) -> Costs:
        """The words of the lexicon that a token may be, each with its cost."""
        exact = self._forms.get(token.plain)
        if exact:
            if token.lower == token.plain:
                return dict.fromkeys(exact, 0)
            same = {key: 0 for key, spelled in exact.items() if token.lower in spelled}
            if same or is_polish(token.lower):
                return same
            return dict.fromkeys(exact, 1)
        return self._guess(token)

    def _guess(self, token: Token) -> Costs:
        """The nearest words of the lexicon, when the token is no word by itself."""
        word = token.plain
        if len(word) < ONE_TYPO_FROM or not word.isalpha() or word in self._ordinary or is_polish(token.lower):
            return {}
        near = self._nearest(word)
        if not near or is_polish_without_diacritics(word, most=3):
            return {}
        best = min(near.values())
        return {key: best for form, cost in near.items() if cost == best for key in self._forms[form]}

    def _nearest(self, word: str) -> Dict[str, int]:
        """Forms within reach: a wrong, missing, doubled or swapped letter; two of them in a long word."""
        most = 2 if len(word) >= TWO_TYPOS_FROM else 1
        found = dict.fromkeys((*self._tails.get(word, ()), *self._tails.get(word[1:], ())), 1)
        if word[1:] in self._forms and len(word) > ONE_TYPO_FROM:
            found[word[1:]] = 1
        choices = [
            form
            for first in {word[0], word[1]}
            for size in range(len(word) - most, len(word) + most + 1)
            for form in self._buckets.get((first, size), ())
        ]
        for form, cost, _ in process.extract(word, choices, scorer=OSA.distance, score_cutoff=most, limit=None):
            found[form] = min(cost, found.get(form, cost))
        return found


def _joined(gap: str, size: int) -> bool:
    """Whether two words with this gap can be parts of one name; long names may have commas."""
    allowed = WITHIN_A_NAME | IN_A_LONG_NAME if size >= LONG_NAME else WITHIN_A_NAME
    return all(mark.isspace() or mark in allowed for mark in gap)


def _spelled(key: str) -> Set[str]:
    """All spellings of a word of the lexicon; the key says how it is inflected."""
    manner, _, word = key.partition(":")
    if manner == "=":
        return {word}
    if manner.startswith("pl"):
        made = forms(word, manner[3:] or None)
        return made | {"tech"} if word == "technik" else made
    return english_verb(word) if manner == "en.verb" else english_plural(word)
