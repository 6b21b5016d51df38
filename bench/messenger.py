"""Whether each message of a pupil has one turn, in the order of Meta's clock, while the API dies again and again.

Deliveries of 10,000 updates from 200 pupils, 30 % of them repetitions, in random order and batches, to a real API
process on SQLite that is killed 20 times. Graph and Rasa are doubles, in processes of their own on the same machine;
that of Graph refuses whatever breaks one of Meta's limits, delivers again what was not acknowledged, and echoes each
line. The run fails unless every message was heard and played once and in order, and every answer shown once.

python -m bench.messenger [--events 10000] [--pupils 200] [--kills 20]     print only
"""

import argparse
import tempfile
from pathlib import Path

from bench import report
from tests.messenger.storm import Storm, check

EVENTS, PUPILS, KILLS = 10_000, 200, 20


def run(events: int = EVENTS, pupils: int = PUPILS, kills: int = KILLS) -> dict[str, str]:
    """All figures, in words."""
    with tempfile.TemporaryDirectory() as folder:
        found = Storm(Path(folder), events=events, pupils=pupils, kills=kills).run()
    check(found)
    took = found.took_ms
    return {
        "updates / deliveries (what is not acknowledged comes again) / kills": (
            f"{events:,} / {found.deliveries:,} / {kills}"
        ),
        "turns, each once and in order": f"{sum(len(words) for words in found.turns.values()):,}",
        "lines shown to pupils, each once": f"{sum(len(words) for words in found.shown.values()):,}",
        "refused by Graph, lost, doubled": "0",
        "until all was answered, starts after kills included": f"{found.seconds:.0f} s",
        "until a delivery was acknowledged, p50 / p99": (
            f"{took[len(took) // 2]:.0f} ms / {took[int(len(took) * 0.99)]:.0f} ms"
        ),
    }


def main() -> None:
    """Run, check, print."""
    parser = argparse.ArgumentParser(description="A storm of Messenger deliveries against a dying API.")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--pupils", type=int, default=PUPILS)
    parser.add_argument("--kills", type=int, default=KILLS)
    options = parser.parse_args()
    report.add("messenger", lambda: run(options.events, options.pupils, options.kills), write=False)


if __name__ == "__main__":
    main()
