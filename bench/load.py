"""Many pupils who come one after the other and talk for a while, with time to think, through the widget's protocol.

Locust plays them (`bench/locustfile.py`) against the real system; a talk has three to seven messages. A turn's time is
from sending the message to having read the end of its turn. Goal: no error, 95 % of the turns within 500 ms.
Locust runs on the same machine and takes its share of it.

python -m bench.load [--talks 2000] [--minutes 10]
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from api.settings import ROOT
from bench import report
from bench.systems import ours, processor

TALKS, MINUTES = 2000, 10.0
MOST_MS = 500


def play(url: str, talks: int, minutes: float, folder: Path) -> dict[str, dict[str, str]]:
    """Let the pupils talk; locust's statistics by name."""
    command = [sys.executable, "-m", "locust", "--headless", "--only-summary", "--locustfile", "bench/locustfile.py"]
    command += ["--users", str(talks), "--spawn-rate", str(talks / minutes / 60), "--host", url]
    command += ["--csv", str(folder / "locust"), "--exit-code-on-error", "0"]
    subprocess.run(command, cwd=ROOT, check=True)
    with (folder / "locust_stats.csv").open() as table:
        return {row["Name"]: row for row in csv.DictReader(table)}


def run(talks: int = TALKS, minutes: float = MINUTES) -> dict[str, str]:
    """All figures, in words."""
    with tempfile.TemporaryDirectory() as folder:
        parts = ours(Path(folder))
        parts.start()
        try:
            parts.wait_until_ready()
            before = processor(parts)
            found = play(parts.url, talks, minutes, Path(folder))
            used = {name: seconds - before[name] for name, seconds in processor(parts).items()}
        finally:
            parts.stop()
    turn = found["turn"]
    turns = int(turn["Request Count"])
    errors = sum(int(row["Failure Count"]) for name, row in found.items() if name != "Aggregated")
    return {
        "talks, in minutes": f"{talks:,} in {minutes:g}",
        "turns": f"{turns:,} ({turns / minutes / 60:.1f} a second)",
        "errors (HTTP, or in the pupils' ledgers)": f"{errors}",
        "turn, p50 / p95 / p99": f"{turn['50%']} / {turn['95%']} / {turn['99%']} ms (goal: p95 ≤ {MOST_MS})",
        "a message is acknowledged, p50 / p95": f"{found['send']['50%']} / {found['send']['95%']} ms",
        "processor time of a turn": ", ".join(f"{name} {spent / turns * 1000:.0f} ms" for name, spent in used.items()),
    }


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description="Many talks at once.")
    parser.add_argument("--talks", type=int, default=TALKS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    options = parser.parse_args()
    report.add("load", lambda: run(options.talks, options.minutes))


if __name__ == "__main__":
    main()
