"""How much a turn costs by the age of its talk: about the 10th, the 100th and the 300th turn.

Chosen before measuring: talks of all three ages are ready before the first time is taken. Then a turn of a young
talk, of a middle one and of an old one follow each other, in all systems by turns, so that whatever else the machine
does slows all of them alike. Each age is ten turns long (6–15, 96–105, 296–305), in each of TRIOS talks; the figure
is the median of all turns of an age, the ratio is that of two medians. A talk holds one kind of turn: answered ones,
or every other one a fallback: two in a row would call a person.
"""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bench.talks import Talk

type Begin = Callable[[], Awaitable[Talk]]

AGES = (10, 100, 300)
WIDTH = 10
TRIOS = 3
KINDS = {
    "answered": ("hej", "co umiesz?", "jesteś człowiekiem?", "what can you do?", "are you a robot?"),
    "fallback": ("hej", "asdf qwer zxcv", "co umiesz?", "qwpoe rtzui", "jesteś człowiekiem?", "hgj fdkls a"),
}


@dataclass
class Aged:
    """The times of one system, kind and age; `processor` is what its processes used for the same turns."""

    times: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def processor_median(self) -> float:
        return statistics.median(self.processor)


async def measure(
    systems: Mapping[str, Begin], processor: Mapping[str, Callable[[], float]], ages: tuple[int, ...] = AGES
) -> dict[tuple[str, str, int], Aged]:
    """Times by system, kind and age. `processor` gives the processor seconds of each system so far."""
    found = {(name, kind, age): Aged() for name in systems for kind in KINDS for age in ages}
    for kind, said in KINDS.items():
        talks = await _prepared(systems, said, ages)
        for step in range(WIDTH):
            for trio in range(TRIOS):
                for age in ages:
                    for name in systems:
                        used = processor[name]()
                        took = await talks[name, age, trio].say(said[step % len(said)])
                        aged = found[name, kind, age]
                        aged.times.append(took)
                        aged.processor.append((processor[name]() - used) * 1000)
    return found


async def _prepared(
    systems: Mapping[str, Begin], said: tuple[str, ...], ages: tuple[int, ...]
) -> dict[tuple[str, int, int], Talk]:
    """Talks that stand just before the turns to be timed."""

    async def one(begin: Begin, turns: int) -> Talk:
        talk = await begin()
        for number in range(turns):
            await talk.say(said[number % len(said)])
        return talk

    wanted = [(name, age, trio) for name in systems for age in ages for trio in range(TRIOS)]
    made = await asyncio.gather(*(one(systems[name], age - WIDTH // 2) for name, age, _ in wanted))
    return dict(zip(wanted, made, strict=True))
