"""Words and phrases of `data/lexicon/` and how they are found: without case and diacritics, by the beginning of a word.

Only for closed sets of words inside a topic ("how much", "in December"); what a message wants at all is the
classifier's business, and names of the catalogue are found by the bot's extractor.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from api.settings import ROOT
from api.yaml_files import content_of

FOLDER = ROOT / "data" / "lexicon"


@lru_cache(maxsize=8)
def words_of(file: str) -> Mapping[str, Any]:
    """The content of a file of the folder; read once."""
    return content_of(FOLDER / f"{file}.yaml")


def pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """What finds any of these phrases in plain text; a phrase that ends with `*` may go on."""
    parts = sorted((_one(phrase) for phrase in phrases), key=len, reverse=True)
    return re.compile(rf"(?<= )(?:{'|'.join(parts)})(?= )")


def both(entry: Mapping[str, list[str]]) -> list[str]:
    """The phrases of both languages: pupils mix them, and a short message often does not tell its language."""
    return [*entry["pl"], *entry["en"]]


def _one(phrase: str) -> str:
    words = [re.escape(word.removesuffix("*")) + ("[a-z0-9]*" if word.endswith("*") else "") for word in phrase.split()]
    return " ".join(words)
