"""What a turn costs in processor time and on disk.

Two of each process on PostgreSQL and Redis behind nginx. Processor time does not depend on what else the machine does,
so it says how many turns a core can play. It is what the kernel has counted for each process between the first and the
last turn.
"""

import os
import random
import tempfile
import threading
import time
from pathlib import Path

from tests.e2e.ledger import SAID
from tests.e2e.pupil import Pupil
from tests.e2e.replicas import Replicas
from tests.e2e.system import query

PUPILS, TURNS = 8, 40
TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Processor seconds of a process so far."""
    columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(columns[11]) + int(columns[12])) / TICKS


def of_postgres(system: Replicas) -> dict[int, float]:
    """Processor seconds of PostgreSQL's processes so far, by process."""
    first = int((system.postgres.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if first in (parent, int(stat.parent.name)):
                found[int(stat.parent.name)] = seconds_of(int(stat.parent.name))
        except OSError:
            continue
    return found


def processor_times(system: Replicas) -> dict[str, float]:
    """Processor seconds so far, by part."""
    found: dict[str, float] = {"postgresql": sum(of_postgres(system).values())}
    for name, process in system._running.items():
        part = name.partition("-")[0]
        if part == "nginx":  # its work is done in a child, and is next to nothing
            continue
        found[part] = found.get(part, 0.0) + seconds_of(process.pid)
    return found


def size(system: Replicas) -> int:
    """Bytes of the database."""
    return int(query(system.database_url, "SELECT pg_database_size(current_database())")[0][0])


def talk(url: str, seed: int) -> None:
    """One pupil's talk."""
    pupil, dice = Pupil(url, "pl"), random.Random(seed)
    for _ in range(TURNS):
        pupil.say(dice.choice(SAID))


def resident(pid: int) -> int:
    """MiB of memory."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line)
    return int(line.split()[1]) // 1024


def run() -> dict[str, str]:
    """All figures, in words."""
    with tempfile.TemporaryDirectory() as folder:
        system = Replicas(Path(folder))
        system.start()
        try:
            system.wait_until_ready()
            for pupil in range(4):
                Pupil(system.url, "pl").say(SAID[pupil])
            began, clock, bytes_before = processor_times(system), time.monotonic(), size(system)
            threads = [threading.Thread(target=talk, args=(system.url, seed)) for seed in range(PUPILS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            lasted, ended, bytes_after = time.monotonic() - clock, processor_times(system), size(system)
            memory = {name: resident(process.pid) for name, process in system._running.items() if name in system.ports}
        finally:
            system.kill()
    turns = PUPILS * TURNS
    costs = {part: (ended[part] - began[part]) * 1000 / turns for part in ended}
    return {
        "turns": f"{turns} of {PUPILS} pupils at once, in {lasted:.0f} s",
        **{f"processor time a turn, {part}": f"{cost:.1f} ms" for part, cost in sorted(costs.items())},
        "processor time a turn, all parts": f"{sum(costs.values()):.1f} ms",
        "disk a turn": f"{(bytes_after - bytes_before) / turns / 1024:.1f} KiB",
        **{f"memory of {name}": f"{used} MiB" for name, used in sorted(memory.items())},
    }
