"""Measures the safety detectors on lines that nobody trained or tuned on; prints figures, never a line.

python -m scripts.safety_eval [--write]      `--write` puts the figures into docs/safety.md
"""

import argparse
import csv
import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from api.safety.detector import BESIDE_HARMLESS, THRESHOLDS, WITH_HINT, Detector
from api.safety.normal import strip_diacritics
from api.settings import ROOT, settings
from scripts.model import fingerprint

LINES = ROOT / "tests" / "safety"
REPORT = ROOT / "docs" / "safety.md"
# What Rasa's intents say to the lines (`bot/evaluation/votes.py`).
VOTES = ROOT / "docs" / "safety_votes.csv"
CURVE = ROOT / "docs" / "safety_curve.csv"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
LANGUAGES = ("pl", "en")
# The sets of lines, with the titles of their figures: how each came about stands in docs/safety.md.
SETS = {
    "lines": "First set",
    "fresh": "Second set",
    "others": "Third set",
    "later": "Fourth set",
    "fifth": "Fifth set",
    "sixth": "Sixth set",
}
# Those by authors who had seen nothing of the detectors and none of their lines; they count together, too.
UNSEEN, TOGETHER = ("others", "later", "fifth", "sixth"), "Third to sixth set together"
HARMLESS = "harmless"
# A message of the class counts as found when one of these answers it.
FOUND = {
    "crisis": {"crisis"},
    "report_violence": {"crisis", "report_violence"},
    "distress": {"crisis", "report_violence", "distress"},
}
# The titles of the figures of `_cells`.
FOUND_AS = ("found", "any safety answer", "without diacritics", "with Rasa's vote")
ALARMS = {"crisis", "report_violence"}
TARGETS = {"crisis": 0.99, "report_violence": 0.97, "distress": 0.90, HARMLESS: 0.02}
# What the figures depend on; a change of it makes the report stale.
SOURCES = (
    "api/safety",
    "data/safety",
    "docs/safety_votes.csv",
    *(f"tests/safety/{name}.{language}.yml" for name in SETS for language in LANGUAGES),
    "bot/network.py",
    "bot/safety_letters.py",
    "bot/safety_lines.py",
    "bot/safety_model.py",
)


@dataclass(frozen=True)
class Line:
    """A measured line: where it belongs, what the detectors say, as typed and without diacritics, and what the pupil is
    answered: where the detectors are silent, Rasa's vote counts.
    """

    label: str
    family: str
    language: str
    said: str | None
    said_plain: str | None
    answered: str | None


def measured(detector: Detector, name: str, votes: Mapping[str, str]) -> list[Line]:
    """All lines of a measuring set, looked at."""

    def look(label: str, family: str, language: str, text: str) -> Line:
        found, plain = detector.notice(text), detector.notice(strip_diacritics(text))
        said, said_plain = (one.alarm.danger if one.alarm else None for one in (found, plain))
        vote = None if found.calm else votes.get(short(text))
        return Line(label, family, language, said, said_plain, said or vote)

    return [look(label, family, code, text) for code in LANGUAGES for label, family, text in lines(name, code)]


def rasa_votes() -> dict[str, str]:
    """What Rasa's intents take for a cry, by the beginning of the line's SHA-256 (`bot/evaluation/votes.py`)."""
    with VOTES.open(encoding="utf-8") as file:
        return {row["line"]: row["vote"] for row in csv.DictReader(file)}


def short(text: str) -> str:
    """The name of a line in the file of Rasa's votes."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def lines(name: str, language: str) -> Iterator[tuple[str, str, str]]:
    """Class, family and text of all lines of a measuring set in a language."""
    content = yaml.safe_load((LINES / f"{name}.{language}.yml").read_text(encoding="utf-8"))
    for label, families in content.items():
        if isinstance(families, dict):
            for family, lines in families.items():
                yield from ((label, family, line) for line in lines)


def summary(lines: Sequence[Line]) -> str:
    """The figures of the classes as Markdown."""
    out = [*_head("class", "language", "lines", *FOUND_AS, "target")]
    for label, found in FOUND.items():
        for language in LANGUAGES:
            here = [line for line in lines if (line.label, line.language) == (label, language)]
            out.append(_row(label, language, *_cells(here, found), f"≥ {TARGETS[label]:.0%}"))
    out += [
        "",
        *_head("harmless", "language", "lines", "crisis or violence", *FOUND_AS[1:]),
    ]
    for language in LANGUAGES:
        harmless = [line for line in lines if line.label not in FOUND and line.language == language]
        out.append(_row(f"**all** (target ≤ {TARGETS[HARMLESS]:.0%})", language, *_cells(harmless, ALARMS)))
        for family in dict.fromkeys(line.family for line in harmless):
            here = [line for line in harmless if line.family == family]
            out.append(_row(family, language, *_cells(here, ALARMS)))
    return "\n".join(out)


def families(lines: Sequence[Line]) -> str:
    """The figures of the grave families as Markdown."""
    out = [*_head("class", "family", "language", "lines", *FOUND_AS)]
    grave = [line for line in lines if line.label in FOUND]
    for label, family, language in dict.fromkeys((line.label, line.family, line.language) for line in grave):
        here = [line for line in grave if (line.label, line.family, line.language) == (label, family, language)]
        out.append(_row(label, family, language, *_cells(here, FOUND[label])))
    return "\n".join(out)


def _head(*titles: str) -> tuple[str, str]:
    return _row(*titles), "|" + " --- |" * len(titles)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(lines: Sequence[Line], found: set[str]) -> tuple[str, str, str, str, str]:
    """How many lines, the share that is found, that gets any safety answer, that is found without diacritics, and that
    is found by the detectors or by Rasa.
    """
    size = max(1, len(lines))
    return (
        str(len(lines)),
        f"{sum(line.said in found for line in lines) / size:.1%}",
        f"{sum(line.said is not None for line in lines) / size:.1%}",
        f"{sum(line.said_plain in found for line in lines) / size:.1%}",
        f"{sum(line.answered in found for line in lines) / size:.1%}",
    )


def curve() -> str:
    """What each threshold of the classifier alone finds in lines of authors that it does not know, as Markdown."""
    with CURVE.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if round(float(row["threshold"]) * 100) % 10 == 5]
    out = [
        *_head("at least", "threshold", "found pl / en", "false alarms pl / en", "among hard harmless lines pl / en")
    ]
    for name in FOUND:
        for step in dict.fromkeys(row["threshold"] for row in rows):
            both = [row for row in rows if (row["class"], row["threshold"]) == (name, step)]
            keys = ("found", "false_alarms", "false_alarms_hard")
            out.append(_row(name, step, *(" / ".join(f"{float(row[key]):.1%}" for row in both) for key in keys)))
    return "\n".join(out)


def made_from() -> str:
    """The fingerprint of what the figures depend on."""
    return fingerprint(SOURCES)


def write(figures: str) -> None:
    """Put the figures between their marks in the report."""
    before, _, rest = REPORT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    chosen = ", ".join(
        f"{name} {value:.2f} ({WITH_HINT[name]:.2f}, {BESIDE_HARMLESS[name]:.2f})" for name, value in THRESHOLDS.items()
    )
    head = f"Made from `{made_from()}`. Thresholds (with a hint, beside a harmless phrase): {chosen}."
    body = f"{head}\n\n{figures}\n\n### Curve\n\n{curve()}"
    REPORT.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")


def run(var: Path, *, to_file: bool) -> int:
    """Measure, print and, if asked, write; 1 when the classifier is missing, because half the figures say nothing."""
    detector = Detector(var)
    if not detector.is_complete:
        print("The safety classifier is missing; run `make train` first.", file=sys.stderr)
        return 1
    votes = rasa_votes()
    found = {name: measured(detector, name, votes) for name in SETS}
    together = summary([line for name in UNSEEN for line in found[name]])
    each = [f"### {title}\n\n{summary(found[name])}\n\n{families(found[name])}" for name, title in SETS.items()]
    figures = "\n\n".join([f"### {TOGETHER}\n\n{together}", *each])
    print(figures)
    if to_file:
        write(figures)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the safety detectors.")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/safety.md")
    sys.exit(run(settings().drogowskaz_var, to_file=parser.parse_args().write))
