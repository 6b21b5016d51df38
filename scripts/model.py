"""The trained model: named after what it was trained from, so that a second start does not train again."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from api.settings import ROOT
from scripts import safety

PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
# Everything that changes what training makes. The catalogue is not here: its names are read when Rasa starts.
UNDERSTANDING = (
    "bot/config.yml",
    "bot/classifier.py",
    "bot/diacritics.py",
    "bot/encoder.py",
    "bot/english.py",
    "bot/language.py",
    "bot/lemmas.py",
    "bot/network.py",
    "bot/text.py",
    "e5",
    "data/nlu",
    "data/language",
    "requirements/bot.txt",
)
DIALOGUE = ("domain.yml", "data/rules")
KEPT = 3


class TrainingFailed(Exception):
    """Rasa refused the training data; its message is on the terminal."""


class DamagedModel(Exception):
    """The model file is not the one that our training wrote."""


def fingerprint(inputs: Iterable[str] = UNDERSTANDING + DIALOGUE) -> str:
    """A short name for the present state of these inputs of the training."""
    digest = hashlib.sha256()
    for name in inputs:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def ensure(folder: Path) -> Path:
    """The model for the present training data, and beside it the safety classifier's (`scripts/safety.py`).

    What is not in the folder is trained, both at once, with their progress shown.

    Raises TrainingFailed, or DamagedModel for a file whose checksum is not the one that training noted.
    """
    model = folder / f"drogowskaz-{fingerprint()}.tar.gz"
    note = model.with_name(model.name.replace(".tar.gz", ".json"))
    is_there = model.exists() and note.exists()
    if is_there and json.loads(note.read_text())["sha256"] != _checksum(model):
        raise DamagedModel(f"The model {model} was changed after its training. Delete it and start again.")
    started, busy = time.monotonic(), os.times().children_user
    with safety.trained_beside(folder):
        if not is_there:
            _train(model)
    if not is_there:
        seconds = time.monotonic() - started
        written = {
            "sha256": _checksum(model),
            "training_seconds": round(seconds, 1),
            # That of both trainings: each leaves encoded sentences for the other.
            "processor_seconds": round(os.times().children_user - busy, 1),
        }
        note.write_text(json.dumps(written) + "\n")
        _forget_old(folder)
        print(f"• model trained in {seconds:.0f} s", flush=True)
    return model


def _train(model: Path) -> None:
    print("• training the model: the training data is new or was changed", flush=True)
    folder = model.parent
    environment = dict(
        os.environ,
        PYTHONPATH=str(ROOT),
        DROGOWSKAZ_VAR=str(folder.parent),
        # Rasa keeps trained parts here: a change of the dialogue alone does not train the classifier again.
        RASA_CACHE_DIRECTORY=str(_cache(folder.parent / "cache" / "rasa")),
    )
    command = [str(PYTHON), "-m", "bot.train", "--name", model.name.replace(".tar.gz", ""), "--out", str(folder)]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0 or not model.exists():
        raise TrainingFailed("Training the model failed; the message above says why.")


def current(folder: Path) -> Path:
    """The link to the model that is in use, where several Rasa servers share a folder of models."""
    return folder / "current"


def previous(folder: Path) -> Path:
    """The link to the model that was in use before."""
    return folder / "previous"


def use(folder: Path, name: str) -> None:
    """Let the link lead to this file, and remember the one before, for the way back."""
    former = current(folder).readlink().name if current(folder).is_symlink() else name
    if former != name:
        _link(previous(folder), former)
    _link(current(folder), name)


def _link(link: Path, name: str) -> None:
    """Make or turn the link, at no moment without it."""
    draft = link.with_name(f".{link.name}.{os.getpid()}")
    draft.symlink_to(name)
    draft.replace(link)


def _cache(folder: Path) -> Path:
    """Rasa's cache for the present inputs of understanding, in place of the former ones.

    Rasa itself notices a change of its components' classes and data, but not of the modules that these use.
    """
    chosen = folder / fingerprint(UNDERSTANDING)
    for former in folder.glob("*"):
        if former != chosen:
            shutil.rmtree(former)
    return chosen


def _checksum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _forget_old(folder: Path) -> None:
    """Keep the latest few models, for a way back."""
    models = sorted(folder.glob("drogowskaz-*.tar.gz"), key=lambda file: file.stat().st_mtime, reverse=True)
    in_use = {link.readlink().name for link in (current(folder), previous(folder)) if link.is_symlink()}
    for old in [file for file in models[KEPT:] if file.name not in in_use]:
        old.unlink()
        old.with_name(old.name.replace(".tar.gz", ".json")).unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        print(ensure(ROOT / "var" / "models"))
    except (TrainingFailed, DamagedModel) as problem:
        sys.exit(str(problem))
