"""The storm of the tests in the size that the project promises: 10,000 events, 30 % repeated, 20 kills.

python -m bench.messenger [--events 10000] [--pupils 200] [--kills 20]
"""

import argparse
import tempfile
from pathlib import Path

from tests.messenger.storm import Storm, check


def main() -> None:
    """Run, check, print."""
    parser = argparse.ArgumentParser(description="A storm of Messenger deliveries against a dying API.")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--pupils", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Storm(Path(folder), events=options.events, pupils=options.pupils, kills=options.kills).run()
    check(report)
    turns = sum(len(words) for words in report.turns.values())
    print(
        f"{options.events} events in {report.deliveries} deliveries, {options.kills} kills: {turns} turns, each once"
        f" and in order, {report.seconds:.0f} s; nothing refused, lost or doubled"
    )
    took = report.took_ms
    print(f"acknowledged within {took[len(took) // 2]:.0f} ms (p50), {took[int(len(took) * 0.99)]:.0f} ms (p99)")


if __name__ == "__main__":
    main()
