"""Train the model from `domain.yml`, `data/nlu`, `data/rules` and `bot/config.yml`.

python -m bot.train --name NAME --out var/models
"""

import argparse
import logging
import os
import sys
import threading
import time
import warnings

os.environ.update(RASA_TELEMETRY_ENABLED="false", LOG_LEVEL="ERROR")
# The frozen libraries warn about each other on import, and switch filters back on while they do.
warnings.showwarning = lambda *_args, **_kwargs: None


class Progress(logging.Handler):
    """Shows which part of the model is being trained, with the time since the start, and every ten seconds again."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._started = time.monotonic()
        self._part = ""
        threading.Thread(target=self._repeat, daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "Starting to train component" in text:
            self._part = text.split("'")[1]
            self._say("training")
        elif "Finished training component" in text:
            self._part = ""

    def _repeat(self) -> None:
        while True:
            time.sleep(10)
            if self._part:
                self._say("still training")

    def _say(self, doing: str) -> None:
        print(f"  [{time.monotonic() - self._started:4.0f} s] {doing} {self._part}", flush=True)


def main() -> int:
    """0 when the model was written, 1 when the training data has mistakes (Rasa's message says which)."""
    parser = argparse.ArgumentParser(description="Train the model of Drogowskaz.")
    parser.add_argument("--name", required=True, help="file name of the model, without .tar.gz")
    parser.add_argument("--out", required=True, help="folder of the models")
    options = parser.parse_args()
    print("  loading Rasa", flush=True)

    from rasa.model_training import train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.setLevel(logging.INFO)
    hooks.addHandler(Progress())
    hooks.propagate = False
    result = train(
        domain="domain.yml",
        config="bot/config.yml",
        training_files=["data/nlu", "data/rules"],
        output=options.out,
        fixed_model_name=options.name,
    )
    return 0 if result.model else 1


if __name__ == "__main__":
    sys.exit(main())
