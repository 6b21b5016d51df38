"""Notices messages from pupils in need: two independent detectors, no network, no Rasa (docs/safety.md).

Either one alone is enough. The gravest class wins: crisis, then report_violence, then distress.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from api.safety.classifier import GRAVE, Classifier, DamagedModel
from api.safety.patterns import Reading, patterns

log = structlog.get_logger()

MODEL = Path("models") / "safety.npz"
# How likely the classifier must find at least this class, by what the phrases say: nothing, a hint of that class or a
# graver one, a harmless phrase ("umieram z nudów"). How they were chosen: docs/safety.md.
THRESHOLDS = {"crisis": 0.34, "report_violence": 0.4, "distress": 0.4}
WITH_HINT = {"crisis": 0.25, "report_violence": 0.3, "distress": 0.3}
BESIDE_HARMLESS = {"crisis": 0.5, "report_violence": 0.55, "distress": 0.55}
# What is an alarm already is a graver one from less: "violence or crisis?" is a smaller question than "anything?".
BESIDE_ALARM = {"report_violence": {"crisis": 0.15}, "distress": {"crisis": 0.25, "report_violence": 0.36}}

# A phrase counts by itself unless the classifier finds any trouble less likely than this.
SURELY_HARMLESS = {"crisis": 0.2, "report_violence": 0.25, "distress": 0.25}


# Where the classifier finds any trouble less likely than this, Rasa's vote for a cry does not count.
CALM_BELOW = 0.2


@dataclass(frozen=True)
class Alarm:
    """What was noticed in a message.

    `about_another`: it is about somebody else than the writer. `names_topic`: it only names a subject.
    """

    danger: str
    about_another: bool = False
    names_topic: bool = False


@dataclass(frozen=True)
class Finding:
    """What both detectors say of a message: an alarm, or none. `calm`: they are sure that nothing is wrong."""

    alarm: Alarm | None
    calm: bool = False


class Detector:
    """Both detectors of this process. Without its trained file the classifier is left out, with an error in the log."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where models lie under (`drogowskaz_var`)."""
        self._patterns = patterns()
        self._classifier: Classifier | None = None
        try:
            self._classifier = Classifier(folder / MODEL)
        except (DamagedModel, ImportError, OSError, ValueError, KeyError) as problem:
            log.error("safety_classifier_missing", reason=str(problem))

    @property
    def is_complete(self) -> bool:
        """Whether the classifier is there, too."""
        return self._classifier is not None

    async def look(self, text: str) -> Finding:
        """What is noticed in the text; in a thread, because the encoder takes about ten milliseconds."""
        return await asyncio.to_thread(self.notice, text)

    def notice(self, text: str) -> Finding:
        """What is noticed in the text. The classifier hears despair in the plainest question of career guidance."""
        if self._patterns.is_everyday(text):
            return Finding(None, calm=True)
        reading = self._patterns.read(text)
        severity = self._severity(text)
        danger = gravest(_by_patterns(reading, severity) | _by_classifier(reading, severity))
        if danger is None:
            return Finding(None, calm=severity is not None and severity["distress"] < CALM_BELOW)
        danger = _in_doubt_graver(danger, severity)
        return Finding(Alarm(danger, self._patterns.speaks_of_another(text), self._patterns.names_topic(text)))

    def _severity(self, text: str) -> dict[str, float] | None:
        if self._classifier is None:
            return None
        try:
            return self._classifier.severity(text)
        except Exception:
            # The patterns read the text, too: a broken encoder must not keep their answer back.
            log.exception("safety_classifier_failed")
            return None


def _by_patterns(reading: Reading, severity: dict[str, float] | None) -> set[str]:
    """What the phrases say, unless the classifier is very sure that there is nothing. Without it they decide alone."""
    found = {one.danger for one in reading.found}
    return {name for name in found if severity is None or severity["distress"] >= SURELY_HARMLESS[name]}


def _by_classifier(reading: Reading, severity: dict[str, float] | None) -> set[str]:
    """What the classifier finds likely enough."""
    hinted = [GRAVE.index(one.danger) for one in reading.hints]

    def threshold(name: str) -> float:
        if reading.harmless:
            return BESIDE_HARMLESS[name]
        return WITH_HINT[name] if any(rank <= GRAVE.index(name) for rank in hinted) else THRESHOLDS[name]

    return {name for name, likely in (severity or {}).items() if likely >= threshold(name)}


def _in_doubt_graver(danger: str, severity: dict[str, float] | None) -> str:
    """The class to answer where this was noticed: a graver one, if the classifier finds that likely enough."""
    if severity is None:
        return danger
    graver = {name for name, likely in BESIDE_ALARM.get(danger, {}).items() if severity[name] >= likely}
    return gravest({danger, *graver}) or danger


def gravest(dangers: set[str]) -> str | None:
    """The gravest of these classes."""
    return next((name for name in GRAVE if name in dangers), None)
