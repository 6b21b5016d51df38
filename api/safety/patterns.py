"""The first detector: phrases that people in trouble use, found in normalised text.

`data/safety/patterns.*.yml` lists them by class and family, one a line. In a phrase `a|b` is either word, `a|b_c`
the word a or the words b c, `stem*` any word that begins so, `<name>` one of the words of that set, `~` up to three
words in between, `~~` up to seven. A line that begins with `?` is a hint: alone it says little ("skoczę").
Phrases under `harmless` are taken out of the text first ("umieram z nudów", "martwy punkt"), so that what stands beside
them is still found.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from api.safety.normal import STOP, fold, spaced_runs, strip_diacritics, words
from api.settings import ROOT
from api.yaml_files import content_of

FOLDER = ROOT / "data" / "safety"
LANGUAGES = ("pl", "en")
GAPS = {"~": 3, "~~": 7}
TAKEN_OUT = "_"
HINT = "? "
MOST_TOPIC_WORDS = 14


class Found(NamedTuple):
    """A phrase that was found: how grave, of what kind, in which language, and whether it is no more than a hint."""

    danger: str
    family: str
    language: str
    is_hint: bool = False


@dataclass(frozen=True)
class Word:
    """One place of a phrase: any of these words, or any word that begins with one of the stems."""

    exact: frozenset[str]
    stems: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return word in self.exact or word.startswith(self.stems)


@dataclass(frozen=True)
class Phrase:
    """`places` are words and, as numbers, the most words that may stand in between."""

    found: Found | None
    places: tuple[Word | int, ...]

    def end(self, text: Sequence[str], start: int, place: int = 0) -> int | None:
        """Where the phrase ends when it begins at `start`; None when it does not stand there."""
        if place == len(self.places):
            return start
        wanted = self.places[place]
        if isinstance(wanted, Word):
            if start < len(text) and wanted.fits(text[start]):
                return self.end(text, start + 1, place + 1)
            return None
        for skipped in range(wanted + 1):
            if STOP in text[start : start + skipped]:
                return None
            ending = self.end(text, start + skipped, place + 1)
            if ending is not None:
                return ending
        return None


class Index:
    """Phrases by the way their first word begins, so that a text is read once."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._exact: dict[str, list[Phrase]] = {}
        self._stems: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            first = phrase.places[0]
            if not isinstance(first, Word):
                raise ValueError("A phrase begins with a word.")
            for word in first.exact:
                self._exact.setdefault(word, []).append(phrase)
            for stem in first.stems:
                self._stems.setdefault(stem, []).append(phrase)

    def find(self, text: Sequence[str]) -> Iterator[tuple[int, int, Phrase]]:
        """All phrases of the text with the places where they begin and end."""
        for start, word in enumerate(text):
            beginning = [self._stems.get(word[:size], ()) for size in range(1, len(word) + 1)]
            for phrases in (self._exact.get(word, ()), *beginning):
                for phrase in phrases:
                    end = phrase.end(text, start)
                    if end is not None:
                        yield start, end, phrase


class Reading(NamedTuple):
    """What the patterns make of a text: phrases that count by themselves, mere hints, whether one is harmless."""

    found: list[Found]
    hints: list[Found]
    harmless: bool


class Patterns:
    """The phrases of all languages, ready for use."""

    def __init__(self) -> None:
        phrases = [phrase for language in LANGUAGES for phrase in _phrases(language)]
        self._grave = Index([phrase for phrase in phrases if phrase.found])
        self._harmless = Index([phrase for phrase in phrases if not phrase.found])
        self._loose = [
            (re.compile(_loosely(phrase)), phrase.found)
            for phrase in phrases
            if phrase.found and not phrase.found.is_hint
        ]
        self._respelled = {wrong: right for language in LANGUAGES for wrong, right in _misspellings(language)}

    def read(self, text: str) -> Reading:
        """All grave phrases of the text outside harmless ones, and whether there is a harmless one."""
        read = self._words(text)
        kept = _without(self._harmless, read)
        found = [phrase.found for _, _, phrase in self._grave.find(kept) if phrase.found]
        for run in spaced_runs(text):
            found += [of for loose, of in self._loose if of and of.danger == "crisis" and loose.search(run)]
        once = list(dict.fromkeys(found))
        hints = [one for one in once if one.is_hint]
        return Reading([one for one in once if not one.is_hint], hints, kept != read)

    def speaks_of_another(self, text: str) -> bool:
        """Whether the text is about somebody else than the one who writes."""
        others, self_, told = (_index(kind) for kind in ("others", "oneself", "told"))
        kept = _without(told, words(text))
        return any(others.find(kept)) and not any(self_.find(kept))

    def names_topic(self, text: str) -> bool:
        """Whether the text names a subject ("cyberprzemoc w klasie") and tells nothing of anybody."""
        read = self._words(text)
        kept = _without(_index("subjects"), read)
        if kept == read or len(read) > MOST_TOPIC_WORDS:
            return False
        return not any(any(index.find(kept)) for index in (self._grave, _index("people"), _index("others")))

    def is_everyday(self, text: str) -> bool:
        """Whether the text is all what a bot is told: not knowing what to do in life, words of a button, a grumble."""
        read = self._words(text)
        kept = _without(_index("everyday"), read)
        return kept != read and all(word in (TAKEN_OUT, STOP) for word in kept)

    def _words(self, text: str) -> list[str]:
        return [self._respelled.get(word, word) for word in words(text)]


@lru_cache(maxsize=1)
def patterns() -> Patterns:
    """The patterns of this process; reads the files once."""
    return Patterns()


@lru_cache(maxsize=len(LANGUAGES))
def _file(language: str) -> dict[str, Any]:
    return content_of(FOLDER / f"patterns.{language}.yml")


def _phrases(language: str) -> Iterator[Phrase]:
    content = _file(language)
    for danger, families in content["dangers"].items():
        for family, lines in families.items():
            for line in lines.splitlines():
                is_hint = line.startswith(HINT)
                found = Found(danger, family, language, is_hint)
                yield from _expand(line.removeprefix(HINT), content["words"], found)
    for lines in content["harmless"].values():
        for line in lines.splitlines():
            yield from _expand(line, content["words"], None)


def _expand(line: str, sets: dict[str, str], found: Found | None) -> Iterator[Phrase]:
    """The phrases of a line: one, and one more for each choice of several words. Raises KeyError for an unknown set."""
    places: list[list[tuple[Word | int, ...]]] = []
    for written in line.split():
        if written in GAPS:
            places.append([(GAPS[written],)])
            continue
        choices = [c for part in written.split("|") for c in (sets[part[1:-1]].split() if part[0] == "<" else [part])]
        several = [tuple(_word([word]) for word in choice.split("_")) for choice in choices if "_" in choice]
        single = [choice for choice in choices if "_" not in choice]
        places.append([*([(_word(single),)] if single else []), *several])
    for chosen in itertools.product(*places):
        yield Phrase(found, tuple(place for part in chosen for place in part))


def _word(choices: Sequence[str]) -> Word:
    exact = frozenset(_plain(choice) for choice in choices if not choice.endswith("*"))
    return Word(exact, tuple(_plain(choice[:-1]) for choice in choices if choice.endswith("*")))


def _plain(word: str) -> str:
    return fold(strip_diacritics(word.lower().replace("'", "")))


def _loosely(phrase: Phrase) -> str:
    """The phrase as a regular expression for a run of letters whose gaps between words are lost."""
    parts = []
    for place in phrase.places:
        if isinstance(place, int):
            parts.append(r"\w{0,15}?")
        else:
            exact = [re.escape(word) for word in sorted(place.exact, key=len, reverse=True)]
            parts.append(f"(?:{'|'.join([*exact, *(rf'{re.escape(stem)}\w{{0,6}}?' for stem in place.stems)])})")
    return "".join(parts)


def _misspellings(language: str) -> Iterator[tuple[str, str]]:
    """Each word of `typos` with a letter left out or two letters swapped, and the word that was meant."""
    for word in map(_plain, _file(language)["typos"].split()):
        # The last letter stays: without it many words are another form of themselves.
        for at in range(1, len(word) - 1):
            yield word[:at] + word[at + 1 :], word
            yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :], word


def _without(index: Index, read: Sequence[str]) -> list[str]:
    """The words with those of all phrases of the index taken out."""
    kept = list(read)
    for start, end, _ in index.find(read):
        kept[start:end] = [TAKEN_OUT] * (end - start)
    return kept


@lru_cache
def _index(kind: str) -> Index:
    """The phrases of one kind beside the dangers: words for others, for oneself, for subjects, …"""
    lines = [(code, line) for code in LANGUAGES for line in _file(code)[kind].splitlines()]
    return Index([phrase for code, line in lines for phrase in _expand(line, _file(code)["words"], None)])
