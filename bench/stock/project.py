"""A Rasa project as `rasa init` leaves it to be filled: default pipeline and policies, REST channel, SQL tracker
store.

The training sentences are ours; each intent has one rule and one response. The pipeline and policies are those that
the installed Rasa itself takes when a project names none. Rules leave its two TED policies without stories to learn
from, so that they cost nothing: the comparison is in stock Rasa's favour.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from api.settings import ROOT
from scripts.model import PYTHON

LANGUAGES = ("pl", "en")
UNSURE = "nlu_fallback"
DEFAULTS = "rasa/engine/recipes/config_files/default_config.yml"


@dataclass(frozen=True)
class Size:
    """How much of it is trained: a share of the sentences of each intent, and epochs (None: Rasa's own defaults)."""

    share: float = 1.0
    epochs: int | None = None


def sentences(share: float) -> dict[str, list[str]]:
    """Training sentences by intent, both languages together."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for file in sorted((ROOT / "data" / "nlu" / language).glob("*.yml")):
            for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
                lines = [line.strip().removeprefix("- ") for line in entry["examples"].splitlines() if line.strip()]
                found.setdefault(entry["intent"], []).extend(lines[: max(2, round(len(lines) * share))])
    return found


def generate(folder: Path, size: Size) -> int:
    """Write the project; the number of its sentences."""
    said = sentences(size.share)
    actions = {intent: f"utter_{intent}" for intent in (*said, UNSURE)}
    _write(folder / "config.yml", _configuration(size.epochs))
    _write(
        folder / "domain.yml",
        {
            "version": "3.1",
            "intents": list(said),
            "responses": {action: [{"text": f"{intent}: one answer."}] for intent, action in actions.items()},
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        },
    )
    rules = [{"rule": intent, "steps": [{"intent": intent}, {"action": act}]} for intent, act in actions.items()]
    _write(folder / "data" / "rules.yml", {"version": "3.1", "rules": rules})
    examples = [
        {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)} for intent, lines in said.items()
    ]
    _write(folder / "data" / "nlu.yml", {"version": "3.1", "nlu": examples})
    _write(folder / "credentials.yml", {"rest": None})
    return sum(len(lines) for lines in said.values())


def _configuration(epochs: int | None) -> dict[str, Any]:
    """Rasa's own defaults, with fewer epochs when one tries things out."""
    (defaults,) = PYTHON.parent.parent.glob(f"lib/python*/site-packages/{DEFAULTS}")
    found: dict[str, Any] = yaml.safe_load(defaults.read_text(encoding="utf-8"))
    found["assistant_id"] = "stock"
    for part in (*found["pipeline"], *found["policies"]):
        if epochs is not None and "epochs" in part:
            part["epochs"] = epochs
    return found


def _write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
