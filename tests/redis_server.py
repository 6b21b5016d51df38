"""A Redis server of the tests' own, where its program is on the machine."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.needs import missing


class Server:
    """A server that keeps nothing; `stop` and `start` as often as one likes."""

    def __init__(self, folder: str) -> None:
        program = shutil.which("redis-server")
        if program is None:
            missing("redis-server is missing: apt-get install redis-server")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.address = f"redis://127.0.0.1:{self.port}/0"
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)

    def stop(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running() -> Iterator[Server]:
    """A running server that is gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
