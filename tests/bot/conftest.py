"""What the tests of the island share."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.entities import EntityFinder

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def finder() -> EntityFinder:
    """The recogniser with the real catalogue, warmed up."""
    made = EntityFinder()
    made.find("rozgrzewkaa wamr up")
    return made


@pytest.fixture(scope="session")
def trained() -> Path:
    """The model for the present training data; the other environment trains it when it is not there."""
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "scripts.model"]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    return Path(said.splitlines()[-1])
