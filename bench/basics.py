"""How long a start and a turn take, and how much memory each process needs.

A turn goes the whole way: HTTP → API → Rasa → actions → database → event.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from api.settings import ROOT
from bench.processes import resident
from scripts import model
from tests.e2e.pupil import Pupil
from tests.e2e.system import System

TURNS = 50
SAID = (
    "cześć, macie jakieś kursy?",
    "uczę się na elektryka",
    "a co robi automatyk?",
    "what about internships?",
    "dzięki wielkie",
)


def memory(system: System) -> dict[str, int]:
    """Resident memory in MiB by process."""
    found: dict[str, int] = {}
    for pid in system.processes():
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        name = next((n for n in ("bot.serve", "actions.server", "api.main") if n in command), "supervisor")
        found[name] = found.get(name, 0) + round(resident(pid))
    return found


def turn_times(system: System) -> list[float]:
    """Milliseconds from sending a message to the end of its turn."""
    pupil = Pupil(system.url)
    pupil.say("hej")
    times = []
    for number in range(TURNS):
        started = time.perf_counter()
        pupil.say(SAID[number % len(SAID)])
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def run() -> dict[str, str]:
    """All figures, in words."""
    trained = model.ensure(ROOT / "var" / "models")
    note = json.loads(trained.with_name(trained.name.replace(".tar.gz", ".json")).read_text())
    with tempfile.TemporaryDirectory() as folder:
        system = System(Path(folder))
        started = time.perf_counter()
        system.start()
        try:
            system.wait_until_ready()
            warm = time.perf_counter() - started
            times = turn_times(system)
            used = memory(system)
        finally:
            system.kill()
    return {
        "warm start (model trained, empty database)": f"{warm:.0f} s",
        "training of the model in use": f"{note['training_seconds']:.0f} s",
        f"turn, p50 of {TURNS}": f"{statistics.median(times):.0f} ms",
        f"turn, p95 of {TURNS}": f"{times[int(len(times) * 0.95) - 1]:.0f} ms",
        **{f"memory of {name}": f"{size} MiB" for name, size in sorted(used.items())},
    }
