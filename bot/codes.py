"""Codes of qualifications in any spelling: "mec05", "MEC 5", "mec zero pięć", "Mec.05 i 08" → "MEC.05", "MEC.08"."""

from __future__ import annotations

import re
from typing import FrozenSet, Iterator, NamedTuple

from bot.text import strip_diacritics

SEPARATOR = r"[\s.\-–_,:/]{0,3}"
MORE = re.compile(r"\s*(?:,|/|\+|&|i|oraz|and|or|albo|lub|czy)\s*(0\d|1\d)\b(?!\.\d)", re.IGNORECASE)
NOT_A_CODE = re.compile(
    r"\s*(?:lat|lata|rok|roku|godz\w*|h|klas\w*|kl|razy|tygodni\w*|miesi\w*|zł|years?|hours?|grade|class|times|months?)\b",
    re.IGNORECASE,
)
SPOKEN = {
    "jeden": 1, "dwa": 2, "trzy": 3, "cztery": 4, "pięć": 5, "sześć": 6, "siedem": 7, "osiem": 8, "dziewięć": 9,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
SPOKEN_PLAIN = {strip_diacritics(word): number for word, number in SPOKEN.items()}


class Code(NamedTuple):
    """A code with its place in the text."""

    value: str
    start: int
    end: int


class Codes:
    """Recognises the codes of the catalogue and no others."""

    def __init__(self, known: FrozenSet[str]) -> None:
        self._known = known
        prefixes = "|".join(sorted({code.split(".")[0] for code in known}))
        letters = rf"(?<![^\W_])({prefixes}){SEPARATOR}"
        spoken = "|".join(sorted({*SPOKEN, *SPOKEN_PLAIN}))
        self._spoken = re.compile(rf"{letters}(?:zero|o|oh)\s+({spoken})(?![^\W_])", re.IGNORECASE)
        self._pattern = re.compile(rf"{letters}(o?\d{{1,2}})(?![^\W_])(?!\.\d)", re.IGNORECASE)

    def find(self, text: str) -> Iterator[Code]:
        """All codes of a text."""
        for hit in self._pattern.finditer(text):
            branch = hit[1].upper()
            value = self._code(branch, hit[2])
            if not value or (len(hit[2]) == 1 and NOT_A_CODE.match(text, hit.end())):
                continue
            yield Code(value, hit.start(), hit.end())
            yield from self._more(text, branch, hit.end())
        for hit in self._spoken.finditer(text):
            value = self._code(hit[1].upper(), str(SPOKEN_PLAIN[strip_diacritics(hit[2].lower())]))
            if value:
                yield Code(value, hit.start(), hit.end())

    def _more(self, text: str, branch: str, end: int) -> Iterator[Code]:
        """Further numbers after the same letters: "ELM.03/06"."""
        while True:
            hit = MORE.match(text, end)
            value = self._code(branch, hit[1]) if hit else None
            if not hit or not value:
                return
            yield Code(value, hit.start(1), hit.end(1))
            end = hit.end()

    def _code(self, branch: str, number: str) -> str:
        value = f"{branch}.{int(number.lower().replace('o', '0')):02d}"
        return value if value in self._known else ""
