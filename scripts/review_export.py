"""Puts what counsellors have reviewed and confirmed among the training sentences, if the bot gets no worse by it.

python -m scripts.review_export

Writes `data/nlu/reviewed/{pl,en}.yml` with who and when as comments, shows the difference, and measures the model
before and after (`make eval`). When a language gets worse, everything is put back and nothing counts as exported.
"""

import asyncio
import difflib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from api.database import Database, now
from api.review import repository
from api.review.grouping import normalised
from api.review.models import ReviewItem
from api.settings import ROOT, settings
from scripts import model

LANGUAGES = ("pl", "en")
# Each language as it is measured; Polish without diacritics counts like one of its own.
MEASURED = ("Intent accuracy, Polish", "Intent accuracy, Polish without diacritics", "Intent accuracy, English")
FIGURE = re.compile(r"^(?P<name>\S.*?)\s+(?P<value>[\d.]+) %$", re.MULTILINE)
# What `make eval` writes.
REPORT = ("docs/evaluation.md", "docs/images/confusion.svg")
HEAD = """\
# Sentences of pupils, reviewed in the console: without personal data, by account and day.
# Written by `make review-export`; a sentence may be taken out by hand.
version: "3.1"

nlu:
"""

type Figures = dict[str, float]
type Files = dict[Path, bytes | None]


@dataclass(frozen=True)
class Refused:
    """A sentence that does not become a training sentence, and why."""

    item: ReviewItem
    why: str


def evaluate() -> Figures:
    """The figures of the model for the present sentences; trains it when they are new."""
    folder = settings().drogowskaz_var / "models"
    command = [str(model.PYTHON), "-m", "bot.evaluation", "--model", str(model.ensure(folder))]
    said = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {match["name"]: float(match["value"]) for match in FIGURE.finditer(said)}


async def export(database: Database, root: Path, measure: Callable[[], Figures]) -> bool:
    """Do all of it; whether the sentences stay. `measure` gives the figures of what stands under `root` then."""
    async with database.transaction(read_only=True) as session:
        items = await repository.to_export(session)
    fresh, known, refused = sort(items, root)
    for one in refused:
        print(f"  left out: review {one.item.id} – {one.why}")
    if fresh and (worse := _try_out(fresh, root, measure)):
        print(f"• put back: worse in {', '.join(worse)}. Nothing was exported.")
        return False
    async with database.transaction() as session:
        await repository.mark_exported(session, [item.id for item in (*fresh, *known)], now())
    print(f"• {len(fresh)} sentences are new, {len(known)} were there already, {len(refused)} left out")
    if fresh:
        print("  Look at the difference and commit data/nlu/reviewed and docs/evaluation.md.")
    return True


def _try_out(items: Sequence[ReviewItem], root: Path, measure: Callable[[], Figures]) -> list[str]:
    """Write the sentences and measure; in which sets the bot gets worse. Then, or when it fails, all is put back."""
    before = _read(root)
    try:
        old = measure()
        write(root, items)
        show(before, root)
        new = measure()
    except BaseException:
        _put_back(before)
        raise
    for name in MEASURED:
        print(f"{name:50} {old[name]:5.1f} % → {new[name]:5.1f} %")
    worse = [name for name in MEASURED if new[name] < old[name]]
    if worse:
        _put_back(before)
    return worse


def sort(items: Sequence[ReviewItem], root: Path) -> tuple[list[ReviewItem], list[ReviewItem], list[Refused]]:
    """What is new, what is a training sentence already, and what may not be one: a test sentence, a second label."""
    tested = {normalised(sentence) for sentence in _test_sentences(root)}
    labels = {normalised(sentence): intent for intent, sentence in _training_sentences(root)}
    fresh: list[ReviewItem] = []
    known: list[ReviewItem] = []
    refused: list[Refused] = []
    for item in items:
        name = normalised(sentence_of(item))
        if name in tested:
            refused.append(Refused(item, "the sentence is one of those that the bot is measured on"))
        elif labels.get(name, item.intent) != item.intent:
            refused.append(Refused(item, f"the same sentence is trained as {labels[name]}, not as {item.intent}"))
        else:
            (known if name in labels else fresh).append(item)
            labels[name] = item.intent
    return fresh, known, refused


def sentence_of(item: ReviewItem) -> str:
    """The sentence as it is trained on: Rasa reads square brackets as marks of its own."""
    return " ".join(item.text.replace("[", " ").replace("]", " ").split())


def write(root: Path, items: Sequence[ReviewItem]) -> None:
    """Add the sentences to the files of their languages."""
    for language in LANGUAGES:
        own = [item for item in items if item.language == language]
        if not own:
            continue
        file = _folder(root) / f"{language}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text(encoding="utf-8") if file.exists() else HEAD
        text += "".join(_entry(note, list(group)) for note, group in groupby(sorted(own, key=_order), _note))
        file.write_text(text, encoding="utf-8")


def show(before: Files, root: Path) -> None:
    """Print what has changed in the reviewed sentences."""
    for language in LANGUAGES:
        file = _folder(root) / f"{language}.yml"
        old = (before.get(file) or b"").decode("utf-8").splitlines(keepends=True)
        new = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
        name = str(file.relative_to(root))
        sys.stdout.writelines(difflib.unified_diff(old, new, name, name, n=1))


def _entry(note: tuple[str, str], items: Sequence[ReviewItem]) -> str:
    intent, said = note
    lines = [f"# {said}", f"- intent: {intent}", "  examples: |", *(f"    - {sentence_of(item)}" for item in items)]
    return "\n".join(lines) + "\n"


def _note(item: ReviewItem) -> tuple[str, str]:
    """The intent, and who has reviewed it when. Entities are not trained on: whoever looks after aliases reads them."""
    confirmed = item.confirmed_at or item.reviewed_at
    named = ", ".join(f"{entity['entity']} {entity['value']}" for entity in item.entities)
    said = f"account {item.staff_id}, confirmed by account {item.confirmed_by} on {confirmed.date()}"
    return item.intent, f"{said}; names {named}" if named else said


def _order(item: ReviewItem) -> tuple[tuple[str, str], int]:
    return _note(item), item.id


def _folder(root: Path) -> Path:
    return root / "data" / "nlu" / "reviewed"


def _training_sentences(root: Path) -> Iterator[tuple[str, str]]:
    for file in sorted((root / "data" / "nlu").rglob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            yield from ((entry["intent"], line.removeprefix("- ")) for line in entry["examples"].splitlines())


def _test_sentences(root: Path) -> Iterator[str]:
    """Those of the intents, and those that the safety detectors are measured on."""
    for file in sorted((root / "tests" / "nlu").glob("*/*.txt")):
        yield from file.read_text(encoding="utf-8").splitlines()
    for file in sorted((root / "tests" / "safety").glob("lines.*.yml")):
        yield from _strings(yaml.safe_load(file.read_text(encoding="utf-8")))


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from _strings(part)


def _read(root: Path) -> Files:
    """What the export may change, as it is now."""
    files = [*(_folder(root) / f"{language}.yml" for language in LANGUAGES), *(root / name for name in REPORT)]
    return {file: file.read_bytes() if file.exists() else None for file in files}


def _put_back(files: Files) -> None:
    for file, content in files.items():
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(content)


async def _main() -> bool:
    database = Database(settings().database)
    try:
        return await export(database, ROOT, evaluate)
    finally:
        await database.close()


if __name__ == "__main__":
    try:
        sys.exit(0 if asyncio.run(_main()) else 1)
    except (model.TrainingFailed, model.DamagedModel) as problem:
        sys.exit(str(problem))
