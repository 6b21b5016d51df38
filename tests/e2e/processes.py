"""Processes by name that a test can kill, freeze and start again; nobody but the test does so."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from api.settings import ROOT


class Processes:
    """What can be done to each of them. `_commands` and `_running` are theirs by name, `folder` holds their output."""

    folder: Path
    _commands: dict[str, str]
    _running: dict[str, subprocess.Popen[bytes]]

    def _environment_of(self, name: str) -> dict[str, str]:
        """The environment that a process is started with."""
        raise NotImplementedError

    def start(self, *names: str) -> None:
        """Start these processes, all without a name, and do not wait."""
        for name in names or tuple(self._commands):
            with self.log_of(name).open("ab") as log:
                self._running[name] = subprocess.Popen(
                    ["/bin/sh", "-c", f"exec {self._commands[name]}"],
                    cwd=ROOT,
                    env=self._environment_of(name),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

    def kill(self, name: str) -> None:
        """`kill -9`."""
        process = self._running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """End all of them."""
        for name in list(self._running):
            Processes.kill(self, name)

    def restart(self, name: str) -> None:
        """`kill -9` and start again at once."""
        self.kill(name)
        self.start(name)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """The process takes connections and never answers; afterwards it goes on."""
        os.killpg(self._running[name].pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._running[name].pid, signal.SIGCONT)

    def log_of(self, name: str) -> Path:
        """Where a process' output goes."""
        return self.folder / f"{name}.log"

    def output(self) -> str:
        """What all have printed so far."""
        return "".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))
