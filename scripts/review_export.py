"""Puts what counsellors have reviewed and confirmed among the training sentences, if the bot gets no worse by it.

python -m scripts.review_export

Writes `data/nlu/reviewed/{pl,en}.yml` with who and when as comments, shows the difference, trains, and compares what
the bot understands of each test sentence before and after (`scripts/review_verdict.py`). When it has become worse,
everything is put back and nothing counts as exported.
"""

import asyncio
import difflib
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from api.database import Database, now
from api.review import repository
from api.review.grouping import normalised
from api.review.models import ReviewItem
from api.safety.detector import Detector
from api.settings import ROOT, settings
from scripts import model, safety_eval
from scripts.review_verdict import Answers, best_of, changes, told

LANGUAGES = ("pl", "en")
NAMES = {"pl": "Polish", "en": "English"}
# What the bot has to understand at least, in percent: the goals of docs/evaluation.md.
GOALS = {"Polish": 93.0, "Polish without diacritics": 91.0, "English": 93.0}
# The best figures that were ever accepted, so that small falls do not add up. They are about these test sentences only.
BEST = "tests/nlu/best.yml"
# What `make eval` writes.
REPORT = ("docs/evaluation.md", "docs/safety_votes.csv", "docs/images/confusion.svg")
HEAD = """\
# Sentences of pupils, reviewed in the console: without personal data, by account and day.
# Written by `make review-export`; a sentence may be taken out by hand.
version: "3.1"

nlu:
"""

type Files = dict[Path, bytes | None]


@dataclass(frozen=True)
class Refused:
    """A sentence that does not become a training sentence, and why."""

    item: ReviewItem
    why: str


def evaluate() -> Answers:
    """What the bot takes the test sentences for, trained on the present sentences; writes docs/evaluation.md."""
    var = settings().drogowskaz_var
    with tempfile.TemporaryDirectory() as folder:
        guesses = Path(folder) / "guesses.json"
        trained = str(model.ensure(var / "models"))
        command = [str(model.PYTHON), "-m", "bot.evaluation", "--model", trained, "--guesses", str(guesses)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        understood = json.loads(guesses.read_text(encoding="utf-8"))
    return {**{name: [tuple(pair) for pair in pairs] for name, pairs in understood.items()}, **noticed(Detector(var))}


def noticed(detector: Detector) -> Answers:
    """What the safety detectors, which learn from the same sentences, make of the lines that they are measured on."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in (line for name in safety_eval.SETS for line in safety_eval.measured(detector, name, {})):
        dangerous = line.label in safety_eval.FOUND
        fits = line.said in safety_eval.FOUND[line.label] if dangerous else line.said not in safety_eval.ALARMS
        name = f"{'Danger noticed' if dangerous else 'No false alarm'}, {NAMES[line.language]}"
        found.setdefault(name, []).append((line.label, line.label if fits else line.said or "harmless"))
    return found


async def export(database: Database, root: Path, measure: Callable[[], Answers]) -> bool:
    """Do all of it; whether the sentences stay. `measure` gives the answers of what stands under `root` then."""
    async with database.transaction(read_only=True) as session:
        items = await repository.to_export(session)
    fresh, known, refused = sort(items, root)
    for one in refused:
        print(f"  left out: review {one.item.id} – {one.why}")
    if fresh and not _try_out(fresh, root, measure):
        return False
    async with database.transaction() as session:
        await repository.mark_exported(session, [item.id for item in (*fresh, *known)], now())
    print(f"• {len(fresh)} sentences are new, {len(known)} were there already, {len(refused)} left out")
    if fresh:
        print(f"  Look at the difference, run `make eval`, and commit data/nlu/reviewed, {BEST} and docs.")
    return True


def _try_out(items: Sequence[ReviewItem], root: Path, measure: Callable[[], Answers]) -> bool:
    """Write the sentences and compare; whether they may stay. If not, or when it fails, all is put back."""
    kept = _read(root)
    try:
        before = measure()
        write(root, items)
        show(kept, root)
        after = measure()
        best = read_best(root)
        found = changes(before, after, best, GOALS)
        print(*map(told, found), sep="\n")
        worse = [change.name for change in found if change.problem]
        if not worse:
            write_best(root, best_of(best, found))
    except BaseException:
        _put_back(kept)
        raise
    if worse:
        _put_back(kept)
        print(f"• put back: worse in {', '.join(worse)}. Nothing was exported.")
        print("  Look through the lines that wait for the export: take back what is not surely right, then try again.")
    return not worse


def read_best(root: Path) -> dict[str, float]:
    """The best accepted figures; none when they are about other test sentences."""
    file = root / BEST
    stored = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    return dict(stored["best"]) if stored.get("sentences") == _fingerprint_of_tests(root) else {}


def write_best(root: Path, best: Mapping[str, float]) -> None:
    """Note the best figures, and which test sentences they are about."""
    head = "# The best figures, in percent, that `make review-export` has accepted: no export may fall a point below.\n"
    stored = {"sentences": _fingerprint_of_tests(root), "best": dict(best)}
    (root / BEST).write_text(head + yaml.safe_dump(stored, sort_keys=False, allow_unicode=True), encoding="utf-8")


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
    for file in sorted((root / "tests" / "safety").glob("*.yml")):
        yield from _strings(yaml.safe_load(file.read_text(encoding="utf-8")))


def _fingerprint_of_tests(root: Path) -> str:
    return hashlib.sha256("\n".join(_test_sentences(root)).encode()).hexdigest()[:12]


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from _strings(part)


def _read(root: Path) -> Files:
    """What the export may change, as it is now."""
    files = [*(_folder(root) / f"{language}.yml" for language in LANGUAGES), *(root / name for name in (*REPORT, BEST))]
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
