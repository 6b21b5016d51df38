"""The system's processes started singly, so that a test can kill, freeze and restart each of them."""

import asyncio
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from api.settings import ROOT, Settings
from scripts import model
from scripts.run import environment, prepare_database, processes
from tests import http
from tests.e2e.processes import Processes
from tests.e2e.system import free_port

PATIENCE_SECONDS = 300


class Parts(Processes):
    """Actions, Rasa and API in a folder of their own; the same commands as `make run`, without its supervisor."""

    def __init__(self, folder: Path, **commands: Callable[[str], str]) -> None:
        self.folder = folder
        self.settings = Settings(
            port=free_port(), rasa_port=free_port(), actions_port=free_port(), drogowskaz_var=folder, rate_limits="off"
        )
        self.url = f"http://127.0.0.1:{self.settings.port}"
        self._model = model.ensure(ROOT / "var" / "models")
        asyncio.run(prepare_database(self.settings))
        self._commands = processes(self.settings, self._model)
        for name, change in commands.items():
            self._commands[name] = change(self._commands[name])
        self._environment = {**environment(self.settings), "RATE_LIMITS": "off"}
        for name in ("port", "rasa_port", "actions_port"):
            self._environment[name.upper()] = str(getattr(self.settings, name))
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def _environment_of(self, name: str) -> dict[str, str]:
        return self._environment

    def wait_until_ready(self, path: str = "/readyz") -> None:
        """Return when everything answers (with "/healthz": the API alone)."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            with suppress(httpx.TransportError):
                if http.get(f"{self.url}{path}", timeout=10).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"The system did not come up:\n{self.output()}")

    def pid(self, name: str) -> int:
        """The process id of a part."""
        return self._running[name].pid

    def stop(self) -> None:
        """End all of them."""
        self.kill_all()


def with_app(app: str) -> Callable[[str], str]:
    """For the command of a part: serve another application than ours."""
    return lambda command: " ".join(app if ":app" in word else word for word in command.split(" "))
