"""The language of a message in need: its own when it is clear, else the talk's."""

from functools import lru_cache

from api.safety.normal import fold, strip_diacritics, words
from api.settings import ROOT
from api.texts import Language

LISTS = ROOT / "data" / "language"
POLISH_LETTERS = frozenset("ąćęłńóśźż")
CLEARLY = 2


def language_of(text: str, otherwise: Language | None) -> Language:
    """Polish or English by its frequent words and letters; `otherwise`, or Polish, when they do not tell."""
    if POLISH_LETTERS & set(text.lower()):
        return "pl"
    read = words(text)
    polish, english = (sum(word in frequent(code) for word in read) for code in ("pl", "en"))
    if abs(polish - english) >= CLEARLY or (min(polish, english) == 0 and max(polish, english) > 0):
        return "pl" if polish > english else "en"
    return otherwise or "pl"


@lru_cache(maxsize=2)
def frequent(language: Language) -> frozenset[str]:
    """The frequent words of one language that are not also frequent in the other."""
    other: Language = "en" if language == "pl" else "pl"
    return _read(language) - _read(other) - _read("shared")


def _read(name: str) -> frozenset[str]:
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    listed = " ".join(line for line in lines if not line.startswith("#")).split()
    return frozenset(fold(strip_diacritics(word.lower())) for word in listed)
