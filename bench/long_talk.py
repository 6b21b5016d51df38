"""Whether a turn costs the same at the end of a long talk as at its start, ours next to Rasa's own tracker store.

Both are our system with the same model and channel; only the tracker store differs. They run side by side and take
turns. How talks of three ages are compared, and why the ratio can be trusted on a busy machine: `bench/ages.py`.
"""

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from bench import ages, report
from bench.systems import ours, processor
from bench.talks import OurTalk, client
from tests.e2e.parts import Parts

COLUMNS = ("ours", "Rasa's SQLTrackerStore", "")
MOST = 1.2
# Rasa puts the environment only into plain values, not into quoted ones.
STOCK_ENDPOINTS = """
action_endpoint:
  url: ${ACTIONS_URL}
  enable_selective_domain: true
tracker_store:
  type: SQL
  dialect: sqlite
  db: FILE
"""


async def measure(systems: dict[str, Parts]) -> dict[tuple[str, str, int], ages.Aged]:
    """Times by system, kind and age."""
    async with client() as http:
        begin = {name: partial(OurTalk.open, http, parts.url, "pl") for name, parts in systems.items()}
        return await ages.measure(begin, {name: partial(_processor, parts) for name, parts in systems.items()})


def _processor(parts: Parts) -> float:
    return sum(processor(parts).values())


def run() -> dict[str, tuple[str, ...]]:
    """All figures, in words. Raises AssertionError when our turns grow dearer than promised."""
    with tempfile.TemporaryDirectory() as snapshots, tempfile.TemporaryDirectory() as stock:
        endpoints = Path(stock) / "endpoints.yml"
        endpoints.write_text(STOCK_ENDPOINTS.replace("FILE", f"{stock}/stock.db"))
        systems = {
            COLUMNS[0]: ours(Path(snapshots)),
            COLUMNS[1]: ours(Path(stock), rasa=lambda command: f"{command} --endpoints {endpoints}"),
        }
        try:
            for parts in systems.values():
                parts.start()
            for parts in systems.values():
                parts.wait_until_ready()
            found = asyncio.run(measure(systems))
        finally:
            for parts in systems.values():
                parts.stop()
    for kind in ages.KINDS:
        young, old = (found[COLUMNS[0], kind, age] for age in (ages.AGES[0], ages.AGES[-1]))
        assert old.median / young.median <= MOST, f"{kind}: {young.median:.0f} → {old.median:.0f} ms"
    by_system = [(name, {(kind, age): one for (of, kind, age), one in found.items() if of == name}) for name in systems]
    return report.of_ages(by_system)
