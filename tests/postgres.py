"""A PostgreSQL server of the tests' own, where its programs are on the machine."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
    Path(found).parent for found in [shutil.which("initdb")] if found
]


def is_here() -> bool:
    """Whether a server can be started."""
    return bool(PROGRAMS) and (os.geteuid() != 0 or _user() is not None)


class Server:
    """A server in a folder of its own, on a socket there only. As `copy_of` another one it is its standby."""

    def __init__(self, folder: Path, copy_of: "Server | None" = None) -> None:
        self.folder = folder
        self.address = f"postgresql+asyncpg://tests@/postgres?host={folder}"
        self._user = _user() if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)
        data = str(folder / "data")
        if copy_of is None:
            self._run("initdb", "-D", data, "-U", "tests", "-A", "trust", "--no-sync")
        else:
            self._run(
                "pg_basebackup", "-D", data, "-h", str(copy_of.folder), "-U", "tests", "-R", "-c", "fast", "--no-sync"
            )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        self._control("start", "-w", "-o", options, "-l", str(self.folder / "log"))

    def wait_for_standby(self) -> None:
        """From now on commit only what a standby has, too; returns when one does."""
        self._ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self._ask("SELECT pg_reload_conf()")
        while "sync" not in self._ask("SELECT sync_state FROM pg_stat_replication").split():
            time.sleep(0.1)

    def promote(self) -> None:
        """Let a standby take writes."""
        self._control("promote", "-w")

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._runs("pg_ctl", "-D", str(self.folder / "data"), "status")

    def revive(self) -> None:
        """Start it again if it has ended by itself, as it does when it cannot write its log."""
        if not self.is_running:
            self.start()

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `fast` closes all connections, `immediate` is as a crash."""
        self._control("stop", "-m", mode)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        if not self._runs(program, *arguments):
            raise RuntimeError(f"{program} {' '.join(arguments)} failed")

    def _ask(self, statement: str) -> str:
        """What psql prints: the rows alone."""
        command = [
            str(PROGRAMS[-1] / "psql"),
            "-h",
            str(self.folder),
            "-U",
            "tests",
            "-d",
            "postgres",
            "-Atc",
            statement,
        ]
        return subprocess.run(
            command, user=self._user, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout

    def _runs(self, program: str, *arguments: str) -> bool:
        done = subprocess.run(
            [str(PROGRAMS[-1] / program), *arguments],
            user=self._user,
            cwd=self.folder,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return done.returncode == 0


@contextmanager
def running(within: Path | None = None, copy_of: Server | None = None) -> Iterator[Server]:
    """A running server that is gone at the end; its files are in the folder, if one is given."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=within))
    try:
        made = Server(folder, copy_of)
        made.start()
        try:
            yield made
        finally:
            if made.is_running:
                made.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def server() -> Iterator[str]:
    """The SQLAlchemy address of a server that is gone at the end."""
    with running() as made:
        yield made.address


def _user() -> str | None:
    """Whom the server runs as when we are root, which it refuses."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)
