"""Where the processor time of a turn goes, in which process and in which of its parts.

What a turn costs each process is what the kernel counted while eight pupils wrote the test sentences without pauses.
Then py-spy looks where each process is, while the same goes on, and the cost is divided by these looks. A look
belongs to the first part of the list below (`PARTS_OF`) that its stack passes through. Waiting is not counted, nor
are the event loops themselves, which wait and work in one place. The looks cost time, too, so they are not taken
while the cost is measured.

The floor of this design is what would be left if only its three unavoidable things cost anything: each sentence encoded
once (measured here alone, in this process), the dialogue in Rasa (rules, slots, tracker), and six transactions in the
API: check the token, store, claim, answer, look for events twice. Below that only another design gets: one process
instead of three, or an encoder that understands less.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.systems import PARTS, ours, processor
from bench.talks import HandedOver, OurTalk, client, sayings
from e5 import Encoder
from tests.e2e.parts import Parts

COLUMNS = ("processor time of a turn",)
CROWD, TURNS, LOOK_SECONDS, LOOKS_A_SECOND = 8, 15, 40, 60
# Where threads wait for work; from outside, a loop that waits looks like one that reads a socket.
WAITING = (
    "_worker (concurrent/futures/thread.py",
    "_connection_worker_thread (aiosqlite/core.py",
    "run (asyncio/runners.py",
    "serve (sanic/server/runners.py",
)
PARTS_OF = {
    "rasa": {
        "e5/": "encoding the sentence and its clauses",
        "bot/classifier.py": "classifying",
        "bot/entities.py": "entities",
        "bot/language.py": "language",
        "bot/diacritics.py": "Polish letters",
        "rasa/core/policies": "rules",
        "rasa/core/actions": "calling the actions",
        "bot/tracker_store.py": "reading and keeping the tracker",
        "bot/turn.py": "the rest of the turn",
        "": "HTTP and the rest",
    },
    "api": {
        "e5/": "safety: encoding the sentence",
        "api/safety": "safety: phrases",
        "api/conversations/rasa.py": "calling Rasa",
        "api/conversations/worker.py": "worker: claiming, writing the answer",
        "api/channels/web": "web channel: storing the message, reading events",
        "aiosqlite/core.py": "SQLite's threads, and errands to them",
        "": "HTTP and the rest",
    },
    "actions": {
        "api/catalogue": "looking whether the catalogue is new",
        "actions/registry.py": "the actions themselves",
        "aiosqlite/core.py": "SQLite's threads, and errands to them",
        "": "HTTP and the rest",
    },
}


async def crowd(parts: Parts, seed: int) -> int:
    """Some pupils at once; the number of turns."""
    async with client() as http:

        async def one(number: int) -> int:
            language = ("pl", "en")[number % 2]
            next_line = sayings(seed * CROWD + number, language)
            talk = await OurTalk.open(http, parts.url, language)
            for turn in range(TURNS):
                try:
                    await talk.say(next_line())
                except HandedOver:
                    return turn + 1
            return TURNS

        return sum(await asyncio.gather(*(one(number) for number in range(CROWD))))


def encoding(sentences: int = 300) -> float:
    """Milliseconds of processor time to encode a test sentence once."""
    encoder, next_line = Encoder(), sayings(1, "pl")
    encoder.encode([next_line()])
    began = time.process_time()
    for _ in range(sentences):
        encoder.encode([next_line()])
    return (time.process_time() - began) / sentences * 1000


def looked_at(parts: Parts, folder: Path) -> dict[str, Counter[str]]:
    """Looks by process and part."""
    spies = {}
    for name in PARTS:
        command = [str(Path(sys.executable).with_name("py-spy")), "record", "--nonblocking", "--format", "raw"]
        command += ["--rate", str(LOOKS_A_SECOND), "--duration", str(LOOK_SECONDS), "--pid", str(parts.pid(name))]
        command += ["--output", str(folder / f"{name}.looks")]
        spies[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seed = 100
    while any(spy.poll() is None for spy in spies.values()):
        asyncio.run(crowd(parts, seed))
        seed += 1
    return {name: divided(name, (folder / f"{name}.looks").read_text()) for name in PARTS}


def divided(name: str, looks: str) -> Counter[str]:
    """Looks by part; py-spy writes a stack and how often it was seen in each line."""
    found: Counter[str] = Counter()
    for line in looks.splitlines():
        stack, _, times = line.rpartition(" ")
        if any(words in stack.rpartition(";")[2] for words in WAITING):
            continue
        found[next(part for words, part in PARTS_OF[name].items() if words in stack)] += int(times)
    return found


def run() -> dict[str, str]:
    """All figures, in words."""
    with tempfile.TemporaryDirectory() as folder:
        parts = ours(Path(folder))
        parts.start()
        try:
            parts.wait_until_ready()
            asyncio.run(crowd(parts, 0))
            before = processor(parts)
            turns = asyncio.run(crowd(parts, 1))
            cost = {name: (spent - before[name]) / turns * 1000 for name, spent in processor(parts).items()}
            looks = looked_at(parts, Path(folder))
        finally:
            parts.stop()
    rows = {"all": f"{sum(cost.values()):.1f} ms", "for comparison: encoding a sentence once": f"{encoding():.1f} ms"}
    for name in PARTS:
        rows[f"**{name}**"] = f"**{cost[name]:.1f} ms**"
        total = sum(looks[name].values())
        for part, seen in looks[name].most_common():
            rows[f"{name}: {part}"] = f"{cost[name] * seen / total:.1f} ms"
    return rows
