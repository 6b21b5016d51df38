"""Rasa's own check of domain, rules and training data; 1 when it finds anything at all, mistakes and warnings alike.

python -m bot.validate
"""

import logging
import os
import sys
import warnings

os.environ["RASA_TELEMETRY_ENABLED"] = "false"

# Rasa says this of every domain that has slots.
ALWAYS_SAID = "Slot auto-fill has been removed in 3.0"


def main() -> int:
    """The same steps as `rasa data validate --fail-on-warnings`, without the noise of the libraries."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rasa.cli.utils import validate_files
        from rasa.shared.importers.importer import TrainingDataImporter
        from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    importer = TrainingDataImporter.load_from_config("bot/config.yml", "domain.yml", ["data/nlu", "data/rules"])
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", UserWarning)
        # Ends the process with code 1 when it finds a mistake.
        validate_files(fail_on_warnings=True, max_history=None, importer=importer)
    ours = [w for w in found if issubclass(w.category, UserWarning) and not str(w.message).startswith(ALWAYS_SAID)]
    for warning in ours:
        print(f"{warning.category.__name__}: {warning.message}", file=sys.stderr)
    return 1 if ours else 0


if __name__ == "__main__":
    sys.exit(main())
