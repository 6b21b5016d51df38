"""Start the whole system on one machine: model, database, catalogue, then all processes under one supervisor.

    python -m scripts.run

Ctrl-C, or the end of one process, stops them all.
"""

import asyncio
import os
import shlex
import shutil
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from honcho.manager import Manager
from sqlalchemy.exc import SQLAlchemyError

from api import migrate
from api.accounts import oidc
from api.alerts import mail
from api.catalogue import loader
from api.channels.messenger.configuration import configuration
from api.database import Database
from api.settings import ROOT, HalfSet, Settings, settings
from scripts import model

NEEDED_DISK_MIB = 500
# Seconds for which a quiet connection is kept: longer than a proxy (nginx: 60) or a pupil who thinks uses it again,
# because who sends just as it is closed gets an error.
QUIET_SECONDS = 75
INTERRUPTED = 130


class CannotStart(Exception):
    """Something that the user can mend; the text says what and how."""


def processes(chosen: Settings, trained: Path) -> dict[str, str]:
    """The command of each process, by name."""
    python, rasa = shlex.quote(sys.executable), shlex.quote(str(model.PYTHON))
    return {
        "actions": (
            f"{python} -m uvicorn actions.server:app --factory --host 127.0.0.1 --port {chosen.actions_port}"
            f" --no-access-log --log-level warning --timeout-keep-alive {QUIET_SECONDS}"
        ),
        "rasa": f"{rasa} -m bot.serve --model {shlex.quote(str(trained))} --port {chosen.rasa_port}",
        "api": (
            f"{python} -m uvicorn api.main:app --factory --host {chosen.host} --port {chosen.port}"
            f" --no-access-log --log-level warning --timeout-keep-alive {QUIET_SECONDS} --timeout-graceful-shutdown 5"
        ),
    }


def environment(chosen: Settings) -> dict[str, str]:
    """What the processes get beside the user's own environment."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DROGOWSKAZ_VAR": str(chosen.drogowskaz_var),
        "RASA_TOKEN": chosen.rasa_token(),
        "ACTIONS_URL": f"http://127.0.0.1:{chosen.actions_port}/webhook",
        "RASA_TELEMETRY_ENABLED": "false",
    }


def check_ports(chosen: Settings) -> None:
    """Raises CannotStart when one of our ports is in use."""
    for name, host, port in (
        ("PORT", chosen.host, chosen.port),
        ("RASA_PORT", "127.0.0.1", chosen.rasa_port),
        ("ACTIONS_PORT", "127.0.0.1", chosen.actions_port),
    ):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CannotStart(
                    f"Port {port} is in use. Stop the program that uses it, or choose another one: "
                    f"{name}={port + 100} make run"
                ) from error


def check_disk(folder: Path) -> None:
    """Raises CannotStart when there is no room for the model and the database."""
    free = shutil.disk_usage(folder).free / 2**20
    if free < NEEDED_DISK_MIB:
        raise CannotStart(f"The disk has only {free:.0f} MiB free; {NEEDED_DISK_MIB} MiB are needed. Make room.")


async def prepare_database(chosen: Settings) -> None:
    """Bring the tables up to date and fill an empty catalogue."""
    await asyncio.to_thread(migrate.upgrade, chosen.database)
    database = Database(chosen.database)
    try:
        loaded = await loader.load(database, ROOT / "data" / "catalogue")
    finally:
        await database.close()
    if loaded:
        print(f"• catalogue: {loaded} records loaded", flush=True)


def announce(chosen: Settings, started: float) -> None:
    """Say where to go once everything answers."""
    address = f"http://{chosen.host}:{chosen.port}"
    said = started
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):  # noqa: S310 - our own address
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
        if time.monotonic() - said > 5:
            said = time.monotonic()
            print(f"• still loading, {said - started:.0f} s so far", flush=True)
    print(
        f"\n  Drogowskaz is ready after {time.monotonic() - started:.0f} s: {address}/   (Ctrl-C stops it)\n",
        flush=True,
    )


def start(chosen: Settings) -> int:
    """Prepare and run everything; returns the exit code when all processes have stopped. Raises CannotStart."""
    started = time.monotonic()
    try:
        configuration(chosen)
        mail.post(chosen)
        oidc.provider(chosen)
    except HalfSet as problem:
        raise CannotStart(str(problem)) from problem
    chosen.drogowskaz_var.mkdir(parents=True, exist_ok=True)
    check_disk(chosen.drogowskaz_var)
    check_ports(chosen)
    try:
        trained = model.ensure(chosen.drogowskaz_var / "models")
        asyncio.run(prepare_database(chosen))
    except (model.TrainingFailed, model.DamagedModel) as error:
        raise CannotStart(str(error)) from error
    except SQLAlchemyError as error:
        raise CannotStart(f"The database cannot be used: {error.args[0]}") from error
    print("• starting Rasa, the actions and the API (Rasa takes about 20 s)", flush=True)
    manager = Manager()
    for name, command in processes(chosen, trained).items():
        manager.add_process(name, f"exec {command}", env=environment(chosen), cwd=str(ROOT))
    threading.Thread(target=announce, args=(chosen, started), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode == INTERRUPTED else int(manager.returncode or 0)


def main() -> int:
    """0 after Ctrl-C, 1 with a sentence on stderr when something hinders the start."""
    try:
        return start(settings())
    except CannotStart as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"\nDrogowskaz could not write its files: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
