"""Measure on this machine and write `docs/benchmarks.md`.

python -m bench [NAME…]     names of modules beside this one; all of them without a name
"""

import importlib
import os
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from api.settings import ROOT

NAMES = {
    "basics": "Start, turn, memory",
    "long_talk": "Long talks",
    "readers": "Open streams",
    "cost": "Cost of a turn",
    "faults": "Killed processes",
}
REPORT = ROOT / "docs" / "benchmarks.md"
HEAD = """# Measured

`make bench` writes this page; `python -m bench NAME` one section of it.
"""


def machine() -> str:
    """What was measured on."""
    cpu = (
        re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    )
    load = f", load average {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    name = cpu[1] if cpu else platform.processor() or platform.machine()
    return f"{datetime.now(UTC):%Y-%m-%d}, {name}, {os.cpu_count()} cores{load}, Python {platform.python_version()}"


def section(name: str) -> str:
    """Measure one thing; the text of its section."""
    module = importlib.import_module(f"bench.{name}")
    where = machine()
    table = "\n".join(f"| {what} | {figure} |" for what, figure in module.run().items())
    return f"## {NAMES[name]}\n\n{module.__doc__.strip()}\n\n{where}\n\n| what | measured |\n| --- | --- |\n{table}\n"


def main() -> None:
    """Measure and write, keeping the sections that are not measured now."""
    report = REPORT.read_text(encoding="utf-8") if REPORT.exists() else HEAD
    parts = re.split(r"^(?=## )", report, flags=re.MULTILINE)
    found = {part.splitlines()[0][3:]: part.rstrip() + "\n" for part in parts[1:]}
    for name in sys.argv[1:] or NAMES:
        found[NAMES[name]] = section(name)
        print(found[NAMES[name]])
        kept = [found[title] for title in NAMES.values() if title in found]
        REPORT.write_text("\n".join([HEAD, *kept]), encoding="utf-8")


if __name__ == "__main__":
    main()
