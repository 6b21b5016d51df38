"""Trains the safety classifier when its training data changed (`bot/safety_model.py`)."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.settings import ROOT

PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
FILE = "safety.npz"


@contextmanager
def trained_beside(folder: Path) -> Iterator[None]:
    """While the block runs, train the classifier for the present data, unless it is in the folder; then wait for it.

    When training fails, its message is on the terminal and the service starts with the patterns alone.
    """
    environment = dict(os.environ, PYTHONPATH=str(ROOT), DROGOWSKAZ_VAR=str(folder.parent))
    command = [str(PYTHON), "-m", "bot.safety_model", "--out", str(folder / FILE)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as training:
        try:
            yield
        except BaseException:
            training.terminate()
            raise
