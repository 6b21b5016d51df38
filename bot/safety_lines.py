"""The sentences that the safety classifier learns from: those of `data/nlu`, and `data/safety/training/` by author."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List, NamedTuple

import yaml

from bot.evaluation.sentences import trained

FOLDER = Path(__file__).resolve().parent.parent / "data" / "safety" / "training"
CLASSES = ("none", "crisis", "report_violence", "distress")
LANGUAGES = ("pl", "en")


class Line(NamedTuple):
    """One sentence; `label` is its class, `family` what kind of that class it is.

    `author` names the file of `data/safety/training/`; both are empty for a sentence of `data/nlu`.
    """

    text: str
    label: str
    family: str
    language: str
    author: str


def lines() -> Iterator[Line]:
    """All sentences."""
    for text, intent, language in trained():
        yield Line(text, intent if intent in CLASSES else "none", "", language, "")
    for language in LANGUAGES:
        for file in sorted((FOLDER / language).glob("*.yml")):
            for label, families in yaml.safe_load(file.read_text(encoding="utf-8")).items():
                for family, block in families.items():
                    yield from (Line(text, label, family, language, file.stem) for text in block.splitlines())


def authors() -> List[str]:
    """The names of the authors, in the order of the alphabet."""
    return sorted({file.stem for file in FOLDER.glob("*/*.yml")})
