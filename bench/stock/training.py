"""Train the stock project.

python -m bench.stock.training --out FOLDER [--share 1.0] [--epochs N]

Writes FOLDER/stock.tar.gz, and stock.json beside it: what was trained, and how long it took. With all sentences and
Rasa's default epochs that takes an hour or more on two cores.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from api.settings import ROOT
from bench.stock.project import Size, generate
from scripts.model import PYTHON

NAME = "stock"
QUIET = {
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def train(out: Path, size: Size) -> Path:
    """The trained model. Raises CalledProcessError when Rasa refuses."""
    with tempfile.TemporaryDirectory() as folder:
        count = generate(Path(folder), size)
        out.mkdir(parents=True, exist_ok=True)
        command = [str(PYTHON), "-m", "rasa", "train", "--fixed-model-name", NAME, "--out", str(out.resolve())]
        started, busy = time.monotonic(), _children_seconds()
        subprocess.run(command, cwd=folder, env={**os.environ, **QUIET}, check=True)
    model = out / f"{NAME}.tar.gz"
    note = {
        "training_seconds": round(time.monotonic() - started, 1),
        "processor_seconds": round(_children_seconds() - busy, 1),
        "sentences": count,
        "share": size.share,
        "epochs": size.epochs,
    }
    note_of(model).write_text(json.dumps(note) + "\n")
    return model


def note_of(model: Path) -> Path:
    """The file beside a model that says how it was trained."""
    return model.with_name(model.name.replace(".tar.gz", ".json"))


def _children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    """Train and say how long it took."""
    parser = argparse.ArgumentParser(description="Train stock Rasa on our sentences.")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "stock")
    parser.add_argument("--share", type=float, default=1.0, help="share of the sentences")
    parser.add_argument("--epochs", type=int, default=None, help="instead of Rasa's defaults")
    options = parser.parse_args()
    model = train(options.out, Size(options.share, options.epochs))
    print(model, note_of(model).read_text().strip())


if __name__ == "__main__":
    main()
