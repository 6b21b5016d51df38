"""How long a safety answer takes from the pupil's message to the stored answer, with Rasa stopped. Budget: 300 ms.

python -m bench.safety
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from api import migrate
from api.catalogue.loader import load
from api.conversations import service
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database
from api.safety.detector import Detector
from api.safety.guard import Guard
from api.safety.patterns import patterns
from api.settings import ROOT, settings

TIMES = 60
SAID = ("nie chcę już żyć", "my dad hits me every night", "mam ataki paniki przed egzaminem", "macie kursy spawania?")


async def measure(folder: Path) -> list[float]:
    """Milliseconds of each message."""
    url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    await asyncio.to_thread(migrate.upgrade, url)
    database = Database(url)
    await load(database, ROOT / "data" / "catalogue")
    heart = Heart(database, Notifier(), watch=Guard(Detector(settings().drogowskaz_var), database))
    took = []
    for number in range(TIMES + 5):
        conversation, _ = await service.open_conversation(heart, "web", "pl")
        started = time.perf_counter()
        await service.accept(heart, conversation.id, str(number), typed=SAID[number % len(SAID)], payload=None)
        took.append((time.perf_counter() - started) * 1000)
    await database.close()
    return sorted(took[5:])


def main() -> None:
    """Print the figures."""
    started = time.perf_counter()
    for _ in range(200):
        for line in SAID:
            patterns().read(line)
    print(f"patterns: {(time.perf_counter() - started) / 200 / len(SAID) * 1000:.2f} ms a message (loading included)")
    with tempfile.TemporaryDirectory() as folder:
        took = asyncio.run(measure(Path(folder)))
    print(
        f"message to stored answer: median {statistics.median(took):.0f} ms, 95 % {took[int(len(took) * 0.95)]:.0f} ms"
    )


if __name__ == "__main__":
    main()
