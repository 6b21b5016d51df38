"""`docs/benchmarks.md`: one section for each thing that is measured, each replaced when it is measured again."""

import importlib
import os
import platform
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from api.settings import ROOT
from bench.ages import AGES, KINDS, Aged

NAMES = {
    "basics": "Start, turn, memory",
    "against_stock": "Against stock Rasa",
    "profile": "Where the time of a turn goes",
    "long_talk": "Long talks",
    "load": "Many talks",
    "readers": "Open streams",
    "cost": "Cost of a turn",
    "faults": "Killed processes",
    "safety": "Help for pupils in need",
    "webhook": "Messenger: until a delivery is acknowledged",
    "messenger": "Messenger: a storm of deliveries",
}
REPORT = ROOT / "docs" / "benchmarks.md"
HEAD = """# Measured

`make bench` writes this page; `python -m bench NAME` one section of it.
"""

type Rows = Mapping[str, str | tuple[str, ...]]


def machine() -> str:
    """What was measured on."""
    cpu = (
        re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    )
    load = f", load average {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    name = cpu[1] if cpu else platform.processor() or platform.machine()
    return f"{datetime.now(UTC):%Y-%m-%d}, {name}, {os.cpu_count()} cores{load}, Python {platform.python_version()}"


def section(name: str, measure: Callable[[], Rows]) -> str:
    """Measure one thing; the text of its section. The module's docstring says what and how, its COLUMNS what of."""
    module = importlib.import_module(f"bench.{name}")
    where = machine()
    columns = ("what", *getattr(module, "COLUMNS", ("measured",)))
    lines = [columns, ("---",) * len(columns)]
    lines += [(what, *((found,) if isinstance(found, str) else found)) for what, found in measure().items()]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## {NAMES[name]}\n\n{(module.__doc__ or '').strip()}\n\n{where}\n\n{table}\n"


def add(name: str, measure: Callable[[], Rows], *, write: bool = True) -> None:
    """Measure, show, and write, keeping the sections that are not measured now."""
    measured = section(name, measure)
    print(measured, flush=True)
    if not write:
        return
    report = REPORT.read_text(encoding="utf-8") if REPORT.exists() else HEAD
    parts = re.split(r"^(?=## )", report, flags=re.MULTILINE)
    found = {part.splitlines()[0][3:]: part.rstrip() + "\n" for part in parts[1:]} | {NAMES[name]: measured}
    kept = [found[title] for title in NAMES.values() if title in found]
    REPORT.write_text("\n".join([HEAD, *kept]), encoding="utf-8")


def of_ages(
    sides: Iterable[tuple[str, Mapping[tuple[str, int], Aged]]],
) -> dict[str, tuple[str, ...]]:
    """Rows about young and old talks, one column for each system; the last one compares them with the goal."""
    named = list(sides)
    found: dict[str, tuple[str, ...]] = {}
    ages = sorted({age for _, aged in named for _, age in aged}) or list(AGES)
    for kind in KINDS:
        for age in ages:
            cells = [f"{aged[kind, age].median:.0f} ms" for _, aged in named]
            found[f"{kind}, turn {age} of a talk"] = (*cells, "")
        old = [aged[kind, ages[-1]].median / aged[kind, ages[0]].median for _, aged in named]
        work = [aged[kind, ages[-1]].processor_median / aged[kind, ages[0]].processor_median for _, aged in named]
        grows = f"{kind}, turn {ages[-1]} / turn {ages[0]}"
        found[grows] = (*(f"{ratio:.2f}" for ratio in old), "(goal for ours ≤ 1.2)")
        found[f"{grows}, processor time"] = (*(f"{ratio:.2f}" for ratio in work), "")
    return found
