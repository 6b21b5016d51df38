"""Which institutions of the catalogue a message names, inflected and by the names that pupils use."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from actions.lexicon import both, pattern, words_of
from api.catalogue.kinds import Institution
from api.catalogue.view import Catalogue
from api.texts import plain

# What a name has beyond what one says of it: the patron, the town, a remark in brackets.
BEYOND = re.compile(r" im\. .*| w Krakowie.*| in Kraków.*|, Kraków.*|\(.*")
QUOTED = re.compile(r"[„“]([^”“]+)[”]")
ACRONYM = re.compile(r"\(([A-ZŁŚŻ]{3,})\)")
# Polish endings change at most this many letters of a long word.
ENDING = 2
SHORTEST_STEM = 4
SHORTEST_TYPO = 7
ALIKE = 0.85


def institutions_in(catalogue: Catalogue, text: str) -> list[Institution]:
    """The institutions that the message names and that may be shown, in the order of the catalogue."""
    named = _ids(text) | {place.id for place in catalogue.all(Institution) if _name(place).search(plain(text))}
    return [place for place in catalogue.all(Institution) if place.id in named]


def names_a_place(text: str) -> bool:
    """Whether the message names an institution as people call it, whether or not anything may be said of it."""
    return bool(_ids(text))


def names_a_hidden_one(catalogue: Catalogue, text: str) -> bool:
    """Whether the message names an institution of which nothing may be said."""
    return any(catalogue.find(Institution, id_) is None for id_ in _ids(text))


def _ids(text: str) -> set[str]:
    """The institutions whose aliases stand in the text; a longer alias wins over a shorter one inside it."""
    words = plain(text)
    spans = [(match.span(), id_) for id_, phrases in _aliases().items() for match in phrases.finditer(words)]
    found = {
        id_
        for (start, end), id_ in spans
        if not any(first <= start and end <= last and last - first > end - start for (first, last), _ in spans)
    }
    return found or _with_a_typo(words)


def _with_a_typo(words: str) -> set[str]:
    return {
        id_
        for word in words.split()
        if len(word) >= SHORTEST_TYPO
        for close in get_close_matches(word, _long_words(), n=1, cutoff=ALIKE)
        for id_ in (_long_words()[close],)
    }


@lru_cache(maxsize=1)
def _aliases() -> dict[str, re.Pattern[str]]:
    return {id_: pattern(both(phrases)) for id_, phrases in words_of("institutions").items()}


@lru_cache(maxsize=1)
def _long_words() -> dict[str, str]:
    """Aliases of one long word, which allow a typo."""
    return {
        phrase.rstrip("*"): id_
        for id_, phrases in words_of("institutions").items()
        for phrase in both(phrases)
        if " " not in phrase and len(phrase) >= SHORTEST_TYPO
    }


@lru_cache(maxsize=512)
def _name(place: Institution) -> re.Pattern[str]:
    """The official names, so that an institution that staff add is found without an alias."""
    return pattern(phrase for name in (place.name_pl, place.name_en) if name for phrase in _spoken(name))


def _spoken(name: str) -> Iterator[str]:
    for said in (BEYOND.sub("", name), *QUOTED.findall(name)):
        yield " ".join(_stem(word) for word in plain(said).split())
    yield from (acronym.lower() for acronym in ACRONYM.findall(name))


def _stem(word: str) -> str:
    return f"{word[: max(SHORTEST_STEM, len(word) - ENDING)]}*" if len(word) > SHORTEST_STEM else word
