"""Take another model into use while pupils talk: one Rasa server after the other, no turn fails.

    python -m scripts.switch_model drogowskaz-0123456789ab      a model of var/models
    python -m scripts.switch_model --back                        the one that was in use before

Each server goes on with its present model while it loads and tries the other. When one of them refuses, those that have
changed already go back, and nothing is different from before. A server that starts later serves the model in use.
"""

import argparse
import sys
from pathlib import Path

import httpx

from api.settings import Settings, settings
from scripts import model

LOADING_SECONDS = 300.0


class NotChanged(Exception):
    """Every server still serves the model that it served before; the text says why."""


def replicas(chosen: Settings) -> list[str]:
    """The addresses of all Rasa servers."""
    given = (chosen.rasa_replicas or chosen.rasa).split(",")
    return [address.strip().rstrip("/") for address in given if address.strip()]


def switch(chosen: Settings, name: str) -> None:
    """Let all servers serve this file of the models' folder, and note it as the one in use. Raises NotChanged."""
    folder = chosen.drogowskaz_var / "models"
    former = model.current(folder).readlink().name if model.current(folder).is_symlink() else None
    changed: list[str] = []
    for address in replicas(chosen):
        try:
            load(chosen, address, folder / name)
        except NotChanged:
            for other in changed if former else ():
                load(chosen, other, folder / str(former))
            raise
        changed.append(address)
        print(f"• {address} serves {name}", flush=True)
    model.use(folder, name)


def load(chosen: Settings, address: str, file: Path) -> None:
    """Let one server change to this model. Raises NotChanged."""
    headers = {"Authorization": f"Bearer {chosen.rasa_token()}"}
    try:
        answer = httpx.post(
            f"{address}/webhooks/turn/model", json={"file": str(file)}, headers=headers, timeout=LOADING_SECONDS
        )
    except httpx.TransportError as problem:
        raise NotChanged(
            f"Rasa at {address} does not answer ({type(problem).__name__}). Nothing was changed."
        ) from None
    if answer.status_code != 200:
        reason = answer.json().get("model", "") if answer.status_code == 422 else f"status {answer.status_code}"
        raise NotChanged(f"Rasa at {address} refuses the model: {reason}. Nothing was changed.")


def main() -> int:
    """0 when all servers have changed; 1 with a sentence on stderr when none has."""
    parser = argparse.ArgumentParser(description="Take another model into use without a pause.")
    parser.add_argument(
        "name", nargs="?", help="name of a model in var/models; the one of the present training data when left out"
    )
    parser.add_argument("--back", action="store_true", help="the model that was in use before")
    options = parser.parse_args()
    chosen = settings()
    folder = chosen.drogowskaz_var / "models"
    try:
        if options.back:
            if not model.previous(folder).is_symlink():
                raise NotChanged("There is no former model to go back to.")
            name = model.previous(folder).readlink().name
        elif options.name:
            name = f"{options.name.removesuffix('.tar.gz')}.tar.gz"
        else:
            name = model.ensure(folder).name
        switch(chosen, name)
    except (NotChanged, model.TrainingFailed, model.DamagedModel) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
