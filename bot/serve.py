"""Start Rasa's server: loopback only, behind a token, without telemetry.

    python -m bot.serve --model var/models/NAME.tar.gz --port 5005

The model may be a link (`var/models/current`), so that a restart serves the model that is in use now.

Reads the token from `RASA_TOKEN` and the action server's address from `ACTIONS_URL`.
"""

import argparse
import logging
import os
import warnings
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
# The frozen libraries warn about each other on import, and switch filters back on while they do.
warnings.showwarning = lambda *_args, **_kwargs: None

HERE = Path(__file__).parent


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Start Rasa for Drogowskaz.")
    parser.add_argument("--model", required=True)
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--host", default="127.0.0.1", help="another address only in a network of the containers' own")
    parser.add_argument("--endpoints", default=str(HERE / "endpoints.yml"))
    options = parser.parse_args()
    from bot.models import BadModel, checked

    try:
        model = checked(Path(options.model))
    except BadModel as problem:
        raise SystemExit(f"Rasa does not start: {problem}") from problem
    os.environ.setdefault("ACTIONS_URL", "http://127.0.0.1:5055/webhook")

    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    # Rasa's structured log holds what pupils write; below warnings it must stay silent.
    configure_structlog(logging.WARNING)
    serve_application(
        model_path=str(model),
        interface=options.host,
        port=options.port,
        credentials=str(HERE / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(options.endpoints),
        auth_token=os.environ["RASA_TOKEN"],
        enable_api=True,
    )


if __name__ == "__main__":
    main()
