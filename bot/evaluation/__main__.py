"""Measure a model and write `docs/evaluation.md`, and its votes for the safety detectors (`bot/evaluation/votes.py`).

python -m bot.evaluation --model var/models/NAME.tar.gz [--guesses FILE]

`--guesses` also writes what each test sentence is and what the model takes it for, so that two models can be compared.
"""

import argparse
import json
import logging
import os
import warnings
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
# The frozen libraries warn about each other on import, and switch filters back on while they do.
warnings.showwarning = lambda *_args, **_kwargs: None


def main() -> None:
    """Write the report and its picture."""
    parser = argparse.ArgumentParser(description="Measure how well a model understands.")
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--guesses", type=Path, help="a JSON file to write: by set, label and guess of each sentence")
    options = parser.parse_args()
    model = options.model

    from rasa.utils.log_utils import configure_structlog

    from bot.evaluation import figures as of
    from bot.evaluation import measures, picture, report, sentences, training_data, understanding, votes

    configure_structlog(logging.WARNING)
    figures = of.measure(model)
    trained = sentences.trained()
    rows = training_data.vectors(trained)
    note = json.loads(model.with_name(model.name.replace(".tar.gz", ".json")).read_text(encoding="utf-8"))
    text = report.write(
        figures,
        training_data.worth(trained, rows),
        training_data.contradictions(trained, rows),
        note["processor_seconds"],
        sentences.fingerprint(),
    )
    docs = sentences.ROOT / "docs"
    (docs / "evaluation.md").write_text(text, encoding="utf-8")
    labels, guesses = of.labels_and_guesses([*figures.readings["pl"], *figures.readings["en"]])
    names = sorted({*labels, *guesses})
    picture.draw(measures.confusion(labels, guesses, names), names, docs / "images" / "confusion.svg")
    votes.write(understanding.load(model))
    if options.guesses:
        pairs = {
            title: list(zip(*of.labels_and_guesses(figures.readings[name]), strict=True))
            for name, title in understanding.SETS.items()
        }
        options.guesses.write_text(json.dumps(pairs), encoding="utf-8")
    for name, value in of.headline(figures).items():
        print(f"{name:50} {value:5.1f} %")


if __name__ == "__main__":
    main()
