"""Back up everything that is kept, into one file, and restore it: SQLite and PostgreSQL.

    python -m scripts.backup [FILE]           writes backups/drogowskaz-DATE.tar.gz when no file is given
    python -m scripts.backup --restore FILE   puts it back in place of what is there

The service may run during a backup, and must be stopped for a restore. With SQLite it does its own online backup; with
PostgreSQL `pg_dump` and `pg_restore` are called. **The contact keys are not in the file**: names and contacts stay
unreadable for whoever gets hold of it. Keep `var/contact.key` (or CONTACT_KEYS) in another safe place; without it they
are lost.
"""

import argparse
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from api.settings import Settings, settings

NOTE = "backup.json"
SQLITE_FILES = ("drogowskaz.db", "trackers.db")
DUMP = "postgresql.dump"


class CannotBackUp(Exception):
    """Nothing was written or changed; the text says why."""


def back_up(chosen: Settings, file: Path) -> None:
    """Write all databases into the file, readable by the owner only. Raises CannotBackUp."""
    address = make_url(chosen.database)
    kind = address.get_backend_name()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "sqlite":
            found = [source for source in _sqlite_files(chosen, address) if source.exists()]
            if not found:
                raise CannotBackUp("There is no database yet.")
            for source in found:
                _copy(source, folder / source.name)
        else:
            _postgresql("pg_dump", address, "--format=custom", "--no-owner", f"--file={folder / DUMP}")
        note = {"kind": kind, "at": datetime.now(UTC).isoformat(), "files": sorted(p.name for p in folder.iterdir())}
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz") as archive:
                _add(archive, NOTE, json.dumps(note).encode())
                for part in sorted(folder.iterdir()):
                    archive.add(part, part.name)
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(file)


def restore(chosen: Settings, file: Path) -> None:
    """Put the backup in place of the present databases. Raises CannotBackUp before anything is changed."""
    address = make_url(chosen.database)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter="data")
            note = json.loads((folder / NOTE).read_text())
        except (OSError, tarfile.TarError, ValueError, EOFError) as problem:
            raise CannotBackUp(f"{file} is no whole backup ({type(problem).__name__}).") from None
        if note["kind"] != address.get_backend_name():
            raise CannotBackUp(f"{file} is of {note['kind']}; the service uses {address.get_backend_name()}.")
        if note["kind"] == "postgresql":
            _postgresql(
                "pg_restore", address, "--clean", "--if-exists", "--no-owner", "--single-transaction", folder / DUMP
            )
            return
        places = {place.name: place for place in _sqlite_files(chosen, address)}
        copies = [folder / one for one in note["files"]]
        for copy in copies:
            _check(copy)
        for copy in copies:
            place = places[copy.name]
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f".{place.name}.restored")
            shutil.copy(copy, beside)
            for log in ("-wal", "-shm"):
                place.with_name(place.name + log).unlink(missing_ok=True)
            beside.replace(place)


def _sqlite_files(chosen: Settings, address: URL) -> list[Path]:
    return [Path(str(address.database)), chosen.drogowskaz_var / SQLITE_FILES[1]]


def _copy(source: Path, target: Path) -> None:
    """SQLite's own backup: whole, while others write."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _check(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        (said,) = database.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise CannotBackUp(f"{file.name} in the backup is damaged.")


def _postgresql(program: str, address: URL, *arguments: object) -> None:
    """Call one of PostgreSQL's programs; the password goes through the environment, where others cannot see it."""
    found = shutil.which(program) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise CannotBackUp(f"{program} is missing: install PostgreSQL's client programs.")
    plain = address.set(drivername="postgresql", password=None)
    environment = {**os.environ, "PGPASSWORD": address.password or ""}
    command = [found, f"--dbname={plain.render_as_string()}", *map(str, arguments)]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotBackUp(f"{program} failed: {done.stderr.strip()}")


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Back up all databases into one file, or restore it.")
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--restore", action="store_true")
    options = parser.parse_args()
    chosen = settings()
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    file = options.file or chosen.drogowskaz_var / "backups" / f"drogowskaz-{moment}.tar.gz"
    try:
        if options.restore:
            restore(chosen, file)
            print(f"{file} was restored. The contact keys are not part of it: the service needs those of that time.")
        else:
            back_up(chosen, file)
            print(f"{file} ({file.stat().st_size / 2**20:.1f} MiB). Keep the contact keys in another safe place.")
    except CannotBackUp as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
