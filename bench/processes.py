"""What processes use of the machine, from the system's own counters."""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def with_children(pids: Iterable[int]) -> list[int]:
    """These processes and all that descend from them."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def resident(pid: int) -> float:
    """Memory of one process in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if "VmRSS" in line).split()[1]) / 1024


def processor_seconds(pid: int) -> float:
    """Processor time that one process has used so far, finer than the ticks of /proc."""
    # Linux makes the number of a process's clock of its id (clock_getcpuclockid(3)).
    return time.clock_gettime((~pid << 3) | 2)
