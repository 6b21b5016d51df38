"""The whole system as real processes, on ports and in a folder of its own."""

import asyncio
import ipaddress
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text as sql

from api.database import Database
from api.settings import ROOT
from tests import http

PATIENCE_SECONDS = 120


def query(url: str, statement: str, **values: object) -> list[Any]:
    """The rows that a database gives to this query."""

    async def ask() -> list[Any]:
        database = Database(url)
        try:
            async with database.transaction(read_only=True) as session:
                return list(await session.execute(sql(statement), values))
        finally:
            await database.close()

    return asyncio.run(ask())


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class System:
    """`make run` in a folder of its own (which shares the trained model); `stop` ends it as Ctrl-C does."""

    # The files (or tables) in which a pupil's words are kept.
    keepers = frozenset({"drogowskaz", "trackers"})

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port, self.rasa_port, self.actions_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.rasa_url = f"http://127.0.0.1:{self.rasa_port}"
        self._environment = {
            **os.environ,
            "DROGOWSKAZ_VAR": str(folder),
            "PORT": str(self.port),
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
            "RATE_LIMITS": "off",
            **settings,
        }
        (ROOT / "var" / "models").mkdir(parents=True, exist_ok=True)
        if not (folder / "models").exists():
            (folder / "models").symlink_to(ROOT / "var" / "models")
        self.log = folder / "output.log"
        self.database_url = f"sqlite+aiosqlite:///{folder / 'drogowskaz.db'}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start everything without waiting."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scripts.run"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return when pupils can talk. Raises AssertionError with the output when the system does not come up."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, self.output()
            with suppress(httpx.TransportError):
                if http.get(f"{self.url}/readyz").status_code == 200:
                    return
            time.sleep(0.2)
        raise AssertionError(f"The system did not come up:\n{self.output()}")

    @property
    def trackers_url(self) -> str:
        """Where Rasa keeps its trackers."""
        return f"sqlite+aiosqlite:///{self.folder / 'trackers.db'}"

    def heard(self, conversation: str) -> list[str]:
        """The ids of the messages that Rasa's tracker holds as played, in order; several wishes of one stand there."""
        (document,) = query(self.trackers_url, "SELECT events FROM trackers WHERE sender_id = :id", id=conversation)[0]
        return [event["message_id"] for event in json.loads(document) if event["event"] == "user"]

    def places(self, words: str) -> list[str]:
        """Where these words are kept: the names of files (databases with their logs, output)."""
        files = [file for file in sorted(self.folder.iterdir()) if file.is_file()]
        return [file.name for file in files if words.encode() in file.read_bytes()]

    def stored(self) -> str:
        """Every value in both databases, the service's and Rasa's, and all that was printed."""
        dumps = [self.output()]
        for name in ("drogowskaz.db", "trackers.db"):
            with closing(sqlite3.connect(f"file:{self.folder / name}?mode=ro", uri=True)) as connection:
                dumps += connection.iterdump()
        return "\n".join(dumps)

    def output(self) -> str:
        """What the system has printed so far."""
        return self.log.read_text(errors="replace")

    def token(self) -> str:
        """The token of Rasa's HTTP API."""
        return (self.folder / "rasa.token").read_text().strip()

    def interrupt(self) -> int:
        """Press Ctrl-C and wait for the end; the exit code."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(timeout=30)

    def ports_in_use(self) -> list[int]:
        """Those of our ports on which something still listens."""
        used = []
        for port in (self.port, self.rasa_port, self.actions_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    used.append(port)
        return used

    def processes(self) -> list[int]:
        """The ids of all processes that descend from the supervisor, itself included."""
        assert self._process is not None
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        found = {self._process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return sorted(found)

    def kill_one(self, words: str) -> None:
        """Kill the process whose command line contains these words, as a crash would."""
        for pid in self.processes():
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if words in command:
                os.kill(pid, signal.SIGKILL)
                return
        raise AssertionError(f"no process runs {words}")

    def remote_addresses(self) -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        """Where the TCP connections of our processes lead."""
        ours = set()
        for pid in self.processes():
            for file in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    ours.add(os.readlink(file).removeprefix("socket:[").removesuffix("]"))
        found = set()
        for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
            for line in table.read_text().splitlines()[1:]:
                columns = line.split()
                if columns[9] in ours:
                    found.add(_address(columns[2].partition(":")[0]))
        return found

    def kill(self) -> None:
        """End whatever is left, whether or not it was stopped before."""
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                self.interrupt()
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


def _address(kernel: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address as the kernel writes it: hexadecimal, in words of four bytes, each in the machine's order."""
    words = [bytes.fromhex(kernel[i : i + 8])[::-1] for i in range(0, len(kernel), 8)]
    address = ipaddress.ip_address(b"".join(words))
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
