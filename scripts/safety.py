"""Trains the safety classifier when its training data changed (`bot/safety_model.py`)."""

import os
import subprocess
from pathlib import Path

from api.settings import ROOT

PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
FILE = "safety.npz"


def ensure(folder: Path) -> Path:
    """The classifier for the present training data.

    When training fails, its message is on the terminal and the service starts with the patterns alone.
    """
    environment = dict(os.environ, PYTHONPATH=str(ROOT), DROGOWSKAZ_VAR=str(folder.parent), TF_CPP_MIN_LOG_LEVEL="3")
    subprocess.run(
        [str(PYTHON), "-m", "bot.safety_model", "--out", str(folder / FILE)], cwd=ROOT, env=environment, check=False
    )
    return folder / FILE
