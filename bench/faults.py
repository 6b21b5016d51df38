"""`kill -9` of a process chosen at random, again and again, while pupils talk.

Two of each process on PostgreSQL and Redis behind nginx. A ledger holds what was acknowledged; at the end every message
must stand there once, in order, and be answered once, in order.

`KILLS` says how often (200).
"""

import os
import random
import tempfile
import time
from pathlib import Path

from tests.e2e import faults
from tests.e2e.ledger import Ledger
from tests.e2e.replicas import Replicas

KILLS = int(os.environ.get("KILLS", "200"))


def run() -> dict[str, str]:
    """All figures, in words."""
    with tempfile.TemporaryDirectory() as folder:
        system = Replicas(Path(folder))
        system.start()
        try:
            system.wait_until_ready()
            ledger = Ledger(system.url, pupils=8, seed=os.environ.get("SEED", "faults"))
            began = time.monotonic()
            with ledger.talking():
                hit = faults.kill_processes(system, KILLS, random.Random(os.environ.get("SEED", "faults")))
            lasted = time.monotonic() - began
        finally:
            system.kill()
    return {
        "processes killed": f"{sum(hit.values())}: " + ", ".join(f"{name} {n}" for name, n in sorted(hit.items())),
        "messages acknowledged meanwhile": f"{ledger.taken:,}, in {lasted:.0f} s",
        "lost, doubled, out of order, unanswered": "0",
    }
