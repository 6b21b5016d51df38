"""Everything that is measured, and those figures of it that the report may not get wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence, Set, Tuple

from bot.entities import EntityFinder
from bot.evaluation import measures, sentences, several, understanding
from bot.evaluation.several import Several
from bot.evaluation.understanding import Reading
from bot.language import detect
from bot.turn import SAFETY_INTENTS

OUT_OF_SCOPE = "out_of_scope"
WARM_UP = 20


class Figures(NamedTuple):
    """`readings` by set; entities by language and kind; the share of messages whose language is right; `several` wishes
    in one message by language."""

    readings: Dict[str, List[Reading]]
    entities: Dict[str, Dict[str, measures.Score]]
    language: float
    languages: int
    several: Dict[str, Several]


def measure(model: Path) -> Figures:
    """All figures of a trained model."""
    agent = understanding.load(model)
    tested = sentences.tested()
    understanding.read_sets(agent, tested[:WARM_UP])
    readings = understanding.read_sets(agent, tested)
    asked = sentences.with_language()
    right = [detect(message["text"]).language == message["language"] for message in asked]
    finder = EntityFinder()
    entities = {language: _entities(finder, language) for language in sentences.LANGUAGES}
    return Figures(readings, entities, sum(right) / len(right), len(right), several.measure(agent, tested))


def headline(figures: Figures) -> Dict[str, float]:
    """The figures that must be up to date, by their name in the report, in percent."""
    found: Dict[str, float] = {}
    for name, title in understanding.SETS.items():
        readings = figures.readings[name]
        labels, guesses = labels_and_guesses(readings)
        found[f"Intent accuracy, {title}"] = measures.accuracy(labels, guesses)
        found[f"Intent macro-F1, {title}"] = measures.macro_f1(labels, guesses)
    for name, title in understanding.SETS.items():
        refused, wrongly = refusals(figures.readings[name])
        found[f"Out of scope refused, {title}"] = refused
        found[f"Good sentences refused, {title}"] = wrongly
    for language, kinds in figures.entities.items():
        found[f"Entities F1, {understanding.SETS[language]}"] = kinds["all"].f1
    found["Language of short messages"] = figures.language
    for language, counts in figures.several.items():
        title = understanding.SETS[language]
        found[f"Two wishes answered, {title}"] = counts.full / counts.messages
        found[f"Two wishes answered or offered, {title}"] = (counts.full + counts.offered) / counts.messages
        found[f"Single wishes cut, {title}"] = counts.cut / counts.singles
    return {name: round(100 * share, 1) for name, share in found.items()}


def labels_and_guesses(readings: Sequence[Reading]) -> Tuple[List[str], List[str]]:
    """Two lists of the same length."""
    return [reading.sentence.intent for reading in readings], [reading.guess for reading in readings]


def refusals(readings: Sequence[Reading]) -> Tuple[float, float]:
    """The share of sentences out of scope that the bot refuses, and of the others that it refuses wrongly.

    Cries for help are in neither: the API answers them before the bot is asked (docs/safety.md).
    """
    outside = [reading.refused for reading in readings if reading.sentence.intent == OUT_OF_SCOPE]
    good = [reading for reading in readings if reading.sentence.intent not in (OUT_OF_SCOPE, *SAFETY_INTENTS)]
    inside = [reading.refused for reading in good]
    return sum(outside) / len(outside), sum(inside) / len(inside)


def milliseconds(figures: Figures) -> Tuple[float, float]:
    """Median and 95th percentile of the time that a message takes."""
    seconds = [reading.seconds for readings in figures.readings.values() for reading in readings]
    return 1000 * measures.percentile(seconds, 0.5), 1000 * measures.percentile(seconds, 0.95)


def _entities(finder: EntityFinder, language: str) -> Dict[str, measures.Score]:
    """The scores by kind; what a pupil likes is not among the entities of the contract."""
    asked = sentences.with_entities(language)
    wanted = [_pairs(sentence["entities"]) for sentence in asked]
    found = [{pair for pair in _pairs(finder.find(s["text"])) if pair[0] != "interest"} for s in asked]
    return measures.entity_f1(wanted, found)


def _pairs(entities: Sequence[Dict[str, str]]) -> Set[Tuple[str, str]]:
    return {(entity["entity"], entity["value"]) for entity in entities}
