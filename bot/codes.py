"""Codes of qualifications in any spelling: "mec05", "MEC 5", "Mec.05 i 08" → "MEC.05", "MEC.08"."""

from __future__ import annotations

import re
from typing import FrozenSet, Iterator, NamedTuple

SEPARATOR = r"[\s.\-–_,:/]{0,3}"
MORE = re.compile(r"\s*(?:,|/|\+|&|i|oraz|and|or|albo|lub|czy)\s*(0\d|1\d)\b(?!\.\d)", re.IGNORECASE)
NOT_A_CODE = re.compile(r"\s*(?:lat|lata|roku?|godz\w*|h|klas\w*|kl|razy|tygodni\w*|miesi\w*|zł|years?|hours?|grade|class|times|months?)\b", re.I)


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
        self._pattern = re.compile(rf"(?<![^\W_])({prefixes}){SEPARATOR}([0oO]?\d{{1,2}})(?![^\W_])(?!\.\d)", re.IGNORECASE)

    def find(self, text: str) -> Iterator[Code]:
        """All codes of a text, in order."""
        for hit in self._pattern.finditer(text):
            branch = hit[1].upper()
            value = self._code(branch, hit[2])
            if not value or (len(hit[2]) == 1 and NOT_A_CODE.match(text, hit.end())):
                continue
            yield Code(value, hit.start(), hit.end())
            yield from self._more(text, branch, hit.end())

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
