"""Ours next to stock Rasa, on the same machine in the same run.

Stock Rasa is what `rasa init` gives, trained on the same sentences: default pipeline and policies, REST channel, SQL
tracker store on SQLite, one rule and one fixed response per intent, no action server. Ours goes the whole way: HTTP,
API, safety, Rasa, actions, database, event; its time ends when the pupil has read the end of the turn, which takes a
call more.

Chosen before measuring. Both systems run all the time and take turns in short rounds, the first one changing, so that
noise hits both; the times of all rounds are put together, and ratios are those of medians (of all times, of the
starts); below 1 ours is worse. Pupils write the test sentences in an order that a seed decides, without pauses.
Processor time is what the kernel counted for all processes of a system, per turn. Accuracy is that of the likeliest
intent of `/model/parse`; where stock Rasa says `nlu_fallback`, its best guess behind that counts. How the cost of a
turn grows with the talk: `bench/ages.py`. Not measured: stock Rasa with a PostgreSQL tracker store, with several
workers, or with actions of one's own.

python -m bench.against_stock [--stock-model FILE] [--small]
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from api.settings import ROOT
from bench import ages, report, systems
from bench.processes import processor_seconds, resident, with_children
from bench.stock.project import LANGUAGES, Size
from bench.stock.server import StockRasa
from bench.stock.training import note_of, train
from bench.talks import HandedOver, OurTalk, StockTalk, Talk, client, sayings
from scripts import model
from tests.e2e.parts import Parts

COLUMNS = ("ours", "stock Rasa", "ours better by")
STARTS, ROUNDS, WARM_UP = 3, 3, 20
# How many talks at once, and how many turns each of them has in one round.
CROWDS = {1: 100, 8: 25, 32: 10}
PARSED_AT_ONCE = 4
# Of its classifier, when its configuration does not say otherwise.
EPOCHS = 100


@dataclass
class Side:
    """One of the two systems, and what was measured of it."""

    name: str
    system: Parts | StockRasa
    pids: Callable[[], list[int]]
    begin: Callable[[httpx.AsyncClient, str], Awaitable[Talk]]
    parse: Callable[[httpx.AsyncClient, str], Awaitable[dict[str, Any]]]
    starts: list[float] = field(default_factory=list)
    accuracy: dict[str, float] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    times: dict[int, list[float]] = field(default_factory=lambda: {crowd: [] for crowd in CROWDS})
    seconds: dict[int, float] = field(default_factory=lambda: dict.fromkeys(CROWDS, 0.0))
    processor: dict[int, float] = field(default_factory=lambda: dict.fromkeys(CROWDS, 0.0))
    aged: dict[tuple[str, int], ages.Aged] = field(default_factory=dict)

    def processor_seconds(self) -> float:
        """Processor time of all its processes so far."""
        return sum(processor_seconds(pid) for pid in self.pids())

    def note_memory(self) -> None:
        """Memory of all its processes, now."""
        self.memory.append(sum(resident(pid) for pid in with_children(self.pids())))

    def start(self, times: int) -> None:
        """Start it several times, and leave it running."""
        for number in range(times):
            if number:
                self.system.stop()
            began = time.perf_counter()
            self.system.start()
            self.system.wait_until_ready()
            self.starts.append(time.perf_counter() - began)


def our_side(folder: Path) -> Side:
    """Our system, with the model for the present data."""
    parts = systems.ours(folder)
    token = parts.settings.rasa_token()
    url = f"http://127.0.0.1:{parts.settings.rasa_port}/model/parse?token={token}"

    async def begin(http: httpx.AsyncClient, language: str) -> Talk:
        return await OurTalk.open(http, parts.url, language)

    def pids() -> list[int]:
        return [parts.pid(name) for name in systems.PARTS]

    return Side("ours", parts, pids, begin, partial(_parse, url))


def stock_side(folder: Path, trained: Path) -> Side:
    """Stock Rasa with this model."""
    rasa = StockRasa(folder, trained)

    async def begin(http: httpx.AsyncClient, _language: str) -> Talk:
        return StockTalk(http, rasa.url)

    return Side("stock Rasa", rasa, rasa.pids, begin, partial(_parse, f"{rasa.url}/model/parse"))


async def _parse(url: str, http: httpx.AsyncClient, text: str) -> dict[str, Any]:
    answer = await http.post(url, json={"text": text})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def guess(parsed: dict[str, Any]) -> str:
    """The likeliest intent, that of the classifier when it was held to be unsure."""
    ranked = (entry["name"] for entry in (parsed["intent"], *parsed["intent_ranking"]))
    return next((str(name) for name in ranked if name != "nlu_fallback"), "")


async def measure_accuracy(side: Side, http: httpx.AsyncClient, every: int) -> None:
    """The share of the test sentences whose intent is found, by language; `every` third, say, of them."""
    room = asyncio.Semaphore(PARSED_AT_ONCE)

    async def right(text: str, intent: str) -> bool:
        async with room:
            return guess(await side.parse(http, text)) == intent

    for language in LANGUAGES:
        said = [
            (line, file.stem)
            for file in sorted((ROOT / "tests" / "nlu" / language).glob("*.txt"))
            for line in file.read_text(encoding="utf-8").splitlines()
            if line.strip()
        ][::every]
        side.accuracy[language] = statistics.mean(await asyncio.gather(*(right(*one) for one in said)))


async def crowd_of(side: Side, http: httpx.AsyncClient, size: int, turns: int, seed: int) -> None:
    """So many talks at once, each with so many turns."""

    async def one(number: int) -> list[float]:
        language = LANGUAGES[number % 2]
        next_line = sayings(seed * 1000 + number, language)
        talk = await side.begin(http, language)
        times = []
        for _ in range(turns):
            try:
                times.append(await talk.say(next_line()))
            except HandedOver:
                talk = await side.begin(http, language)
        return times

    used, began = side.processor_seconds(), time.perf_counter()
    for times in await asyncio.gather(*(one(number) for number in range(size))):
        side.times[size] += times
    side.seconds[size] += time.perf_counter() - began
    side.processor[size] += side.processor_seconds() - used


async def measure(sides: list[Side], small: bool) -> None:
    """Everything that is asked over HTTP."""
    async with client() as http:
        for side in sides:
            await measure_accuracy(side, http, every=20 if small else 1)
            await crowd_of(side, http, 1, WARM_UP, seed=0)
            side.note_memory()
            side.times[1], side.seconds[1], side.processor[1] = [], 0.0, 0.0
        for number in range(1 if small else ROUNDS):
            for size, turns in CROWDS.items():
                for side in sides if number % 2 else sides[::-1]:
                    await crowd_of(side, http, size, max(2, turns // 10) if small else turns, seed=number + 1)
        for side in sides:
            side.note_memory()
        aged = await ages.measure(
            {side.name: partial(side.begin, http, "pl") for side in sides},
            {side.name: side.processor_seconds for side in sides},
            (10, 20, 30) if small else ages.AGES,
        )
        for side in sides:
            side.aged = {(kind, age): one for (name, kind, age), one in aged.items() if name == side.name}
            side.note_memory()


def run(stock_model: Path | None = None, small: bool = False) -> dict[str, tuple[str, ...]]:
    """All figures, in words."""
    trained = stock_model or ROOT / "var" / "stock" / f"{model.fingerprint(['data/nlu'])}" / "stock.tar.gz"
    if not trained.exists():
        train(trained.parent, Size())
    our_model = model.ensure(ROOT / "var" / "models")
    notes = [json.loads(note.read_text()) for note in (note_of(our_model), note_of(trained))]
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as stock:
        sides = [our_side(Path(ours)), stock_side(Path(stock), trained)]
        try:
            for side in sides:
                side.start(1 if small else STARTS)
            asyncio.run(measure(sides, small))
        finally:
            for side in sides:
                side.system.stop()
    return rows(sides[0], sides[1], *notes)


def rows(ours: Side, stock: Side, our_note: dict[str, Any], stock_note: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The table: what, ours, stock Rasa's, and how they compare, with the goal."""
    found: dict[str, tuple[str, ...]] = {}

    def less(what: str, unit: str, mine: float, other: float, goal: str = "") -> None:
        found[what] = (f"{mine:,.0f} {unit}", f"{other:,.0f} {unit}", f"× {other / mine:.2f}{goal}")

    epochs = f"{stock_note['epochs']} of its {EPOCHS}" if stock_note["epochs"] else f"{EPOCHS}"
    trained = f"{stock_note['sentences']:,} sentences, {epochs} epochs"
    # Ours is as noted when the model in use was trained, the safety classifier's training and encoding included.
    what = f"training, processor time (stock: {trained})"
    less(what, "s", our_note["processor_seconds"], stock_note["processor_seconds"], " (goal ≥ 10)")
    what = "training, on the clock, on whatever else the machine did"
    less(what, "s", our_note["training_seconds"], stock_note["training_seconds"])
    less(f"start, median of {len(ours.starts)}", "s", statistics.median(ours.starts), statistics.median(stock.starts))
    for language in LANGUAGES:
        mine, other = ours.accuracy[language], stock.accuracy[language]
        found[f"accuracy, {language}"] = (f"{mine:.1%}", f"{other:.1%}", f"{(mine - other) * 100:+.1f} points")
    less("memory after the start and a few turns", "MiB", ours.memory[0], stock.memory[0])
    turns = sum(len(times) for times in ours.times.values())
    grown = [side.memory[1] - side.memory[0] for side in (ours, stock)]
    found[f"growth in {turns:,} turns"] = (
        f"{grown[0]:+.0f} MiB",
        f"{grown[1]:+.0f} MiB",
        f"× {grown[1] / grown[0]:.2f} (goal ≥ 2)" if min(grown) > 0 else "–",
    )
    for size in CROWDS:
        crowd = f"{size} talk{'s' if size > 1 else ''} at once"
        percentiles = [statistics.quantiles(side.times[size], n=100, method="inclusive") for side in (ours, stock)]
        for percent, goal in ((50, " (goal ≥ 3)"), (95, ""), (99, "")):
            mine, other = (one[percent - 1] for one in percentiles)
            less(f"{crowd}: turn, p{percent}", "ms", mine, other, goal)
        each = [len(side.times[size]) for side in (ours, stock)]
        rate = [count / side.seconds[size] for count, side in zip(each, (ours, stock), strict=True)]
        found[f"{crowd}: turns a second"] = (
            f"{rate[0]:.1f}",
            f"{rate[1]:.1f}",
            f"× {rate[0] / rate[1]:.2f} (goal ≥ 3)",
        )
        cost = [side.processor[size] / count * 1000 for side, count in zip((ours, stock), each, strict=True)]
        less(f"{crowd}: processor time of a turn", "ms", cost[0], cost[1])
    found.update(report.of_ages([(side.name, side.aged) for side in (ours, stock)]))
    return found


def main() -> None:
    """Measure and write the section; with `--small` only show it."""
    parser = argparse.ArgumentParser(description="Measure ours against stock Rasa.")
    parser.add_argument("--stock-model", type=Path, help="instead of training one")
    parser.add_argument("--small", action="store_true", help="a tenth of everything, to try it out; writes no report")
    options = parser.parse_args()
    report.add("against_stock", lambda: run(options.stock_model, options.small), write=not options.small)


if __name__ == "__main__":
    main()
