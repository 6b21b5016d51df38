"""Our system for measuring: all that `make run` starts, with both trained models."""

from collections.abc import Callable
from pathlib import Path

from api.settings import ROOT
from bench.processes import processor_seconds
from tests.e2e.parts import Parts

PARTS = ("api", "rasa", "actions")


def ours(folder: Path, **commands: Callable[[str], str]) -> Parts:
    """The parts in a folder of their own, not yet started; without a model the API leaves the safety classifier out."""
    (folder / "models").symlink_to(ROOT / "var" / "models")
    return Parts(folder, **commands)


def processor(parts: Parts) -> dict[str, float]:
    """Processor seconds so far, by part."""
    return {name: processor_seconds(parts.pid(name)) for name in PARTS}
