"""A running stock Rasa, on a port and in a folder of its own."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import httpx
import yaml

from bench.stock.training import QUIET
from scripts.model import PYTHON
from tests.e2e.system import free_port

PATIENCE_SECONDS = 600


class StockRasa:
    """`rasa run` with its REST channel and its SQL tracker store on SQLite."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder, self._model = folder, model.resolve()
        store = {"type": "SQL", "dialect": "sqlite", "db": str(folder / "stock.db")}
        (folder / "endpoints.yml").write_text(yaml.safe_dump({"tracker_store": store}))
        (folder / "credentials.yml").write_text("rest:\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start without waiting."""
        command = [str(PYTHON), "-m", "rasa", "run", "--enable-api", "--model", str(self._model)]
        command += ["--interface", "127.0.0.1", "--port", str(self.port)]
        command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        with (self._folder / "stock.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._folder,
                env={**os.environ, **QUIET},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return when it has loaded its model."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, self.output()
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/status", timeout=10).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"Stock Rasa did not come up:\n{self.output()}")

    def pids(self) -> list[int]:
        """The process that we started."""
        assert self._process is not None
        return [self._process.pid]

    def output(self) -> str:
        """What it has printed so far."""
        return (self._folder / "stock.log").read_text(errors="replace")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
