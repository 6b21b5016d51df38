"""Two wishes in one message: how often both are answered, and how often a message with one wish is cut."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List, NamedTuple, Sequence, Set

from rasa.core.agent import Agent

from bot.evaluation.sentences import LANGUAGES, Sentence, with_wishes
from bot.language import detect
from bot.turn import choose_language, heard
from bot.wishes import clauses


class Several(NamedTuple):
    """Counts for one language. Of `messages` with two wishes `full` had all of them answered, of `offered` the rest was
    named on a button. Of `singles`, messages with one wish, `cut` were taken apart and `doubted` got such a button."""

    messages: int
    full: int
    offered: int
    singles: int
    cut: int
    doubted: int


def measure(agent: Agent, tested: Sequence[Sentence]) -> Dict[str, Several]:
    """The counts by language, as the bot would hear these messages at the start of a talk."""
    return {language: asyncio.run(_measure(agent, tested, language)) for language in LANGUAGES}


async def _measure(agent: Agent, tested: Sequence[Sentence], language: str) -> Several:
    asked = with_wishes(language)
    full = offered = 0
    for text, wanted in asked:
        parts = await _heard(agent, text)
        answered = {part["intent"]["name"] for part in parts if not part.get("second")}
        full += set(wanted) <= answered
        offered += not set(wanted) <= answered and set(wanted) <= answered | _named(parts)
    # What cannot be cut need not be read again.
    ones = [sentence.text for sentence in tested if sentence.language == language]
    singles = [await _heard(agent, text) if len(clauses(text, _language(text))) > 1 else [] for text in ones]
    cut = sum(len([part for part in parts if not part.get("second")]) > 1 for parts in singles)
    doubted = sum(bool(_named(parts)) for parts in singles)
    return Several(len(asked), full, offered, len(singles), cut, doubted)


async def _heard(agent: Agent, text: str) -> List[Dict[str, Any]]:
    if agent.processor is None:
        raise RuntimeError("The model was not loaded.")
    parsed = dict(await agent.parse_message(text))
    return await heard(agent.processor, parsed, choose_language(parsed, None))


def _language(text: str) -> str:
    found = detect(text)
    return choose_language({"language": found.language, "language_sure": found.sure}, None)


def _named(parts: Sequence[Dict[str, Any]]) -> Set[str]:
    """The wishes that are offered on a button."""
    return {part["intent_ranking"][0]["name"] for part in parts if part.get("second")}
