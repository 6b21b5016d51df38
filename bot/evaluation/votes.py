"""What Rasa's intents say to the lines that the safety detectors are measured on: the third vote (docs/safety.md).

`scripts/safety_eval.py` runs without Rasa and reads the votes from the file that is written here. It holds no line,
only the beginning of its SHA-256, and none without a vote.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from rasa.core.agent import Agent

from bot.evaluation import sentences
from bot.turn import SAFETY_INTENTS, choose_language, heard

FILE = sentences.ROOT / "docs" / "safety_votes.csv"
HEAD = ("line", "vote")
SHOWN = 12


def write(agent: Agent, file: Path = FILE) -> int:
    """Let the model read every line and write what it takes for a cry for help; how many these are."""
    votes = asyncio.run(_votes(agent, sorted(set(sentences.of_safety()))))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(sorted(votes))
    return len(votes)


async def _votes(agent: Agent, lines: Sequence[str]) -> List[Tuple[str, str]]:
    votes = [(line, await _vote(agent, line)) for line in lines]
    return [(hashlib.sha256(line.encode()).hexdigest()[:SHOWN], vote) for line, vote in votes if vote]


async def _vote(agent: Agent, line: str) -> Optional[str]:
    """The safety intent that the first turn of a talk would act on."""
    parsed = dict(await agent.parse_message(line))
    wishes = await heard(agent.processor, parsed, choose_language(parsed, None))
    names = [wish["intent"]["name"] for wish in wishes]
    return next((name for name in SAFETY_INTENTS if name in names), None)
