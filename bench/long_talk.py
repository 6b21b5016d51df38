"""Whether a turn costs the same at the end of a long talk as at its start, ours next to Rasa's own tracker store.

The same processes, model and channel, one system after the other; only the tracker store differs. A turn of a long talk
and one of a short talk take turns, so that whatever else the machine does slows both. The ratio is that of the fastest
quarter of the turns, which other work on the machine disturbs least.
"""

import statistics
import tempfile
import time
from pathlib import Path

from tests.e2e.parts import Parts
from tests.e2e.pupil import Pupil

SHORT, LONG, PAIRS, SHORT_TALKS = 6, 290, 30, 6
MOST = 1.2
ANSWERED = ("hej", "co umiesz?", "co to jest kwalifikacja MEC.05?", "jesteś człowiekiem?", "what can you do?")
FALLBACK = ("asdf qwer zxcv", "qwpoe rtzui", "hgj fdkls a", "mnbv cxyl", "zzz qqq ttt")
STOCK_ENDPOINTS = """
action_endpoint: {url: "${ACTIONS_URL}", enable_selective_domain: true}
tracker_store: {type: SQL, dialect: sqlite, db: FILE}
"""


def talk(parts: Parts, turns: int) -> Pupil:
    """A talk of so many turns, of both kinds."""
    pupil = Pupil(parts.url, "pl")
    for number in range(turns):
        pupil.say((ANSWERED, FALLBACK)[number % 2][number // 2 % 5])
    return pupil


def timed(pupil: Pupil, text: str) -> float:
    """Milliseconds from sending a message to the end of its turn."""
    started = time.perf_counter()
    assert pupil.say(text).outcome == "answered"
    return (time.perf_counter() - started) * 1000


def fast(times: list[float]) -> float:
    """The time below which a quarter of them lies."""
    return statistics.quantiles(times, n=4)[0]


def rows(name: str, parts: Parts) -> dict[str, str]:
    """The figures of one system: medians about the 10th turn of a talk, and about the 300th."""
    parts.start()
    try:
        parts.wait_until_ready()
        long = talk(parts, LONG)
        short = [talk(parts, SHORT) for _ in range(SHORT_TALKS)]
        found = {}
        for kind, said in (("answered", ANSWERED), ("fallback", FALLBACK)):
            early, late = [], []
            for number in range(PAIRS):
                early.append(timed(short[number % SHORT_TALKS], said[number % 5]))
                late.append(timed(long, said[number % 5]))
            ratio = fast(late) / fast(early)
            found[f"{name}, {kind}: turn 10 → turn 300"] = (
                f"median {statistics.median(early):.0f} → {statistics.median(late):.0f} ms, "
                f"fastest quarter {fast(early):.0f} → {fast(late):.0f} ms, ratio {ratio:.2f}"
            )
            assert name != "ours" or ratio <= MOST, found
        return found
    finally:
        parts.stop()


def run() -> dict[str, str]:
    """All figures, in words."""
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as stock:
        endpoints = Path(stock) / "endpoints.yml"
        endpoints.write_text(STOCK_ENDPOINTS.replace("FILE", f"{stock}/stock.db"))
        return rows("ours", Parts(Path(ours))) | rows(
            "Rasa's SQLTrackerStore", Parts(Path(stock), rasa=lambda command: f"{command} --endpoints {endpoints}")
        )
