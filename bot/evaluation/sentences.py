"""The sentences that the model is trained on (`data/nlu/`) and those that it is measured on (`tests/nlu/`)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

import yaml

ROOT = Path(__file__).parent.parent.parent
TRAINING = ROOT / "data" / "nlu"
TESTS = ROOT / "tests" / "nlu"
CRIES = ROOT / "tests" / "safety"
LANGUAGES = ("pl", "en")


class Sentence(NamedTuple):
    """One sentence with the intent that a person gave it and the language of the file that it stands in."""

    text: str
    intent: str
    language: str


def trained() -> List[Sentence]:
    """The training sentences, in the order of the files."""
    found = []
    for language in LANGUAGES:
        # What counsellors have reviewed stands in one file a language, with an entry for each review of an intent.
        for file in [*sorted((TRAINING / language).glob("*.yml")), TRAINING / "reviewed" / f"{language}.yml"]:
            for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"] if file.exists() else ():
                lines = entry["examples"].splitlines()
                found += [Sentence(line[2:].strip(), entry["intent"], language) for line in lines if line.strip()]
    return found


def tested() -> List[Sentence]:
    """The test sentences of all intents: one file for each, one line for each sentence."""
    return [
        Sentence(line, file.stem, language)
        for language in LANGUAGES
        for file in sorted((TESTS / language).glob("*.txt"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def with_entities(language: str) -> List[Dict[str, Any]]:
    """Sentences of a language with the entities that they name: `text`, `entities`."""
    return list(_read(f"entities.{language}.yml"))


def with_language() -> List[Dict[str, str]]:
    """Messages of one to six words with their language: `text`, `language`."""
    return list(_read("language.yml"))


def with_wishes(language: str) -> List[Tuple[str, List[str]]]:
    """Messages of a language that want several things, each with the intents of all."""
    return [(text, wanted) for text, wanted in _read("wishes.yml")[language]]


def of_safety() -> List[str]:
    """The lines of the sets that the safety detectors are measured on (docs/safety.md)."""
    files = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(CRIES.glob("*.yml"))]
    blocks = [families for classes in files for families in classes.values() if isinstance(families, dict)]
    return [line for families in blocks for lines in families.values() for line in lines]


def fingerprint() -> str:
    """A short name for the present state of the training and of the test sentences; other files there do not count."""
    digest = hashlib.sha256()
    for sentence in (*trained(), *tested()):
        digest.update("\t".join(sentence).encode() + b"\n")
    others = (*map(with_entities, LANGUAGES), with_language(), *map(with_wishes, LANGUAGES), of_safety())
    digest.update(repr(others).encode())
    return digest.hexdigest()[:12]


def _read(name: str) -> Any:
    return yaml.safe_load((TESTS / name).read_text(encoding="utf-8"))
