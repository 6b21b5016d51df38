"""Lets the trained model read sentences in this process, without a server, and notes what the bot would act on."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence

from rasa.core.agent import Agent
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME

from bot.evaluation.sentences import Sentence
from bot.text import strip_diacritics
from bot.turn import choose_language, decide_intent

REFUSED = (DEFAULT_NLU_FALLBACK_INTENT_NAME, "out_of_scope")
SETS = {"pl": "Polish", "pl-plain": "Polish without diacritics", "en": "English"}


class Reading(NamedTuple):
    """What the model made of a sentence: its guess, how sure it is, what the dialogue acts on, how long it took."""

    sentence: Sentence
    guess: str
    confidence: float
    decision: str
    seconds: float

    @property
    def right(self) -> bool:
        """Whether the guess is the label."""
        return self.guess == self.sentence.intent

    @property
    def refused(self) -> bool:
        """Whether the bot says that it does not understand or that this is not its subject."""
        return self.decision in REFUSED


def load(model: Path) -> Agent:
    """The model, ready to read, as Rasa's server loads it."""
    # No action runs here; Rasa only wants to know where actions would be.
    os.environ.setdefault("ACTIONS_URL", "http://127.0.0.1:1/")
    return Agent.load(str(model))


def read_sets(agent: Agent, sentences: Sequence[Sentence]) -> Dict[str, List[Reading]]:
    """The readings of the sentences, for each set of SETS."""
    plain = [sentence._replace(text=strip_diacritics(sentence.text)) for sentence in sentences]
    chosen = {
        "pl": [sentence for sentence in sentences if sentence.language == "pl"],
        "pl-plain": [sentence for sentence in plain if sentence.language == "pl"],
        "en": [sentence for sentence in sentences if sentence.language == "en"],
    }
    return {name: asyncio.run(_read(agent, chosen[name])) for name in SETS}


async def _read(agent: Agent, sentences: Sequence[Sentence]) -> List[Reading]:
    return [await _reading(agent, sentence) for sentence in sentences]


async def _reading(agent: Agent, sentence: Sentence) -> Reading:
    """The same steps as a first turn of a talk (`bot/turn.py`)."""
    # Time of the processor: with one thread it is what a quiet core takes, also when this machine is busy.
    started = time.process_time()
    parsed = await agent.parse_message(sentence.text)
    seconds = time.process_time() - started
    decision = decide_intent(parsed, choose_language(parsed, None))["name"]
    return Reading(sentence, parsed["intent"]["name"], parsed["intent"]["confidence"], decision, seconds)
