"""Writes the figures as `docs/evaluation.md`, and reads back what a check of that file needs."""

from __future__ import annotations

import re
from collections import Counter
from typing import Dict, Iterable, Iterator, List, Sequence

from bot.evaluation import figures as of
from bot.evaluation import measures
from bot.evaluation.figures import Figures
from bot.evaluation.training_data import NEAR_DUPLICATE, STEM, SUSPICIOUS, Neighbours, Worth
from bot.evaluation.understanding import SETS

COMMONEST = 15
MOST_PAIRS = 60
HEADLINE = re.compile(r"^\| (?P<name>[^|]+) \| (?P<value>[\d.]+) % \|$", re.MULTILINE)
DATA = re.compile(r"sentences `(?P<fingerprint>[0-9a-f]+)`")


def write(
    figures: Figures, worth: Sequence[Worth], pairs: Sequence[Neighbours], training_seconds: float, fingerprint: str
) -> str:
    """The whole report as Markdown."""
    parts = [
        _opening(figures, training_seconds, fingerprint),
        _intents(figures),
        _confusions(figures),
        _calibration(figures),
        _entities(figures),
        _several(figures),
        _training(worth),
        _contradictions(pairs),
    ]
    return "\n\n".join(parts) + "\n"


def read_headline(report: str) -> Dict[str, float]:
    """The headline figures that a report states."""
    return {match["name"]: float(match["value"]) for match in HEADLINE.finditer(report)}


def read_fingerprint(report: str) -> str:
    """Which sentences a report is about; "" when it does not say."""
    match = DATA.search(report)
    return match["fingerprint"] if match else ""


def _opening(figures: Figures, training_seconds: float, fingerprint: str) -> str:
    median, slow = of.milliseconds(figures)
    polish, english = (len(figures.readings[name]) for name in ("pl", "en"))
    return f"""# How well the bot understands

Written by `make eval`; do not edit. It is about the sentences `{fingerprint}`: training in `data/nlu/`, test in
`tests/nlu/` ({polish} Polish, {english} English; none of them is trained on, and neither the model nor a threshold
was chosen by them). `make test` fails when these figures are not those of the present model.

{_table(["what", "share"], [[name, f"{value} %"] for name, value in of.headline(figures).items()])}

Refused means that the bot says it does not understand or that this is not its subject (`bot/turn.py`,
`decide_intent`). A short message has one to six words ({figures.languages} of them).

A message takes {median:.0f} ms of one core of the machine of this report (median; 95 % take at most {slow:.0f} ms).
The model was trained in {training_seconds:.0f} s of one core, with what the cache held of the encoder's output."""


def _intents(figures: Figures) -> str:
    by_set = {name: measures.scores(*of.labels_and_guesses(readings)) for name, readings in figures.readings.items()}
    rows = [[name, *(cell for scores in by_set.values() for cell in _cells(scores[name]))] for name in by_set["pl"]]
    head = ["intent", *(f"{title}: {what}" for title in SETS.values() for what in ("precision", "recall", "n"))]
    return f"## Intents\n\nPrecision and recall in percent.\n\n{_table(head, rows)}"


def _confusions(figures: Figures) -> str:
    wrong = Counter(
        (reading.sentence.intent, reading.guess)
        for name in ("pl", "en")
        for reading in figures.readings[name]
        if not reading.right
    )
    rows = [[label, guess, str(count)] for (label, guess), count in wrong.most_common(COMMONEST)]
    return f"""## What is taken for what

![Confusion matrix of the test sentences, Polish and English](images/confusion.svg)

The most frequent mistakes, Polish and English together:

{_table(["label", "guess", "sentences"], rows)}"""


def _calibration(figures: Figures) -> str:
    everything = [reading for readings in figures.readings.values() for reading in readings]
    bins = measures.calibration([r.right for r in everything], [r.confidence for r in everything])
    rows = [
        [f"{b.low:.1f} – {b.high:.1f}", str(b.count), f"{100 * b.confidence:.0f} %", f"{100 * b.accuracy:.0f} %"]
        for b in bins
    ]
    return f"""## How honest the confidence is

When the bot is 70 % sure, it should be right in 70 % of the cases.
Expected calibration error: {100 * measures.calibration_error(bins):.1f} points.

{_table(["confidence", "sentences", "mean confidence", "right"], rows)}"""


def _entities(figures: Figures) -> str:
    rows = [
        [SETS[language], kind, *_cells(score), f"{100 * score.f1:.1f}"]
        for language, kinds in figures.entities.items()
        for kind, score in kinds.items()
    ]
    return f"## Entities\n\n{_table(['language', 'kind', 'precision', 'recall', 'n', 'F1'], rows)}"


def _several(figures: Figures) -> str:
    rows = [[SETS[language], *map(str, counts)] for language, counts in figures.several.items()]
    head = ["language", "messages", "both answered", "second offered", "messages with one wish", "cut", "got an offer"]
    return f"""## Two wishes in one message

Messages of `tests/nlu/wishes.yml`, and those of the intents' test sets, which want one thing. A second wish that is not
sure is named on a button. Some of the messages that were cut do ask for two things, one of them aside.

{_table(head, rows)}"""


def _training(worth: Sequence[Worth]) -> str:
    rows = [
        [w.intent, w.language, str(w.count), str(w.different), f"{100 * w.new_stems:.0f} %"]
        for w in sorted(worth, key=lambda w: (w.intent, w.language != "pl"))
    ]
    total, different = sum(w.count for w in worth), sum(w.different for w in worth)
    return f"""## Training sentences

{total:,} sentences; {different:,} when near-duplicates within an intent and language do not count (cosine of the
encoder's vectors, centred, from {NEAR_DUPLICATE}). New stems: of the words of a sentence, the share that no earlier
sentence of the intent has; words with the same first {STEM} letters count as one.

{_table(["intent", "language", "sentences", "different", "new stems"], rows)}"""


def _contradictions(pairs: Sequence[Neighbours]) -> str:
    rows = [
        [f"{p.nearness:.2f}", p.first.intent, _quoted(p.first.text), p.second.intent, _quoted(p.second.text)]
        for p in pairs[:MOST_PAIRS]
    ]
    return f"""## Neighbours with different labels

Pairs of training sentences that the encoder puts near each other (from {SUSPICIOUS}) although their intents differ:
{len(pairs)}. Most are right, because a "not" or a "how do I" decides; whoever adds sentences looks through them for
mistakes. The nearest {min(len(pairs), MOST_PAIRS)}:

{_table(["nearness", "intent", "sentence", "intent", "sentence"], rows)}"""


def _cells(score: measures.Score) -> Iterator[str]:
    yield f"{100 * score.precision:.0f}"
    yield f"{100 * score.recall:.0f}"
    yield str(score.count)


def _quoted(text: str) -> str:
    return text.replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines: List[str] = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
