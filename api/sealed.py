"""Text that is encrypted in the database: names and contacts of those who sign up, the staff's second factors.

A column of type `Sealed` is written and read as plain text; what is stored is a Fernet token. The keys come from
`CONTACT_KEYS` (separated by commas, the newest first), or from `var/contact.key` (one a line), which is made at first
use. The newest key seals, every key opens, so keys can be changed while the service runs
(`scripts/rotate_contact_key.py`).
"""

import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from api.settings import settings


class Keyring:
    """The keys. With a file, a change of it counts from the next use on, in every process."""

    def __init__(self, keys: str | None, file: Path) -> None:
        self.file = None if keys else file
        self._fernet = _multi(keys.split(",")) if keys else None
        self._seen: tuple[int, int] | None = None

    def seal(self, value: str) -> str:
        """The value as a token of the newest key."""
        return self._keys().encrypt(value.encode()).decode("ascii")

    def open(self, token: str, *, seconds: int | None = None) -> str:
        """What was sealed, if need be within so many seconds. Raises cryptography.fernet.InvalidToken otherwise."""
        return self._keys().decrypt(token.encode("ascii"), ttl=seconds).decode()

    def add_key(self) -> None:
        """Put a new key in front of those in the file."""
        self._keys()
        assert self.file is not None  # noqa: S101 - the caller has looked
        _write(self.file, [Fernet.generate_key().decode(), *self.file.read_text("ascii").split()])

    def drop_old_keys(self) -> None:
        """Keep only the newest key of the file. What an older one has sealed can never be read again."""
        assert self.file is not None  # noqa: S101
        _write(self.file, self.file.read_text("ascii").split()[:1])

    def _keys(self) -> MultiFernet:
        if self.file is not None:
            if not self.file.exists():
                _make(self.file)
            state = self.file.stat()
            if self._fernet is None or self._seen != (state.st_ino, state.st_mtime_ns):
                self._fernet = _multi(self.file.read_text("ascii").split())
                self._seen = (state.st_ino, state.st_mtime_ns)
        assert self._fernet is not None  # noqa: S101 - given or just read
        return self._fernet


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """The keys of this process."""
    return Keyring(settings().contact_keys, settings().drogowskaz_var / "contact.key")


class Sealed(TypeDecorator[str]):
    """Text that lies encrypted in the database. It cannot be searched for or sorted by."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().open(value)


def _multi(keys: list[str]) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys])


def _make(file: Path) -> None:
    """Make the file with a first key. When two processes do so at once, one of them wins for both."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(file, [Fernet.generate_key().decode()])
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _write(file: Path, keys: list[str]) -> None:
    _draft(file, keys).replace(file)


def _draft(file: Path, keys: list[str]) -> Path:
    """The keys in a new file beside, readable by the owner only."""
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(number, "w", encoding="ascii") as content:
        content.write("\n".join(keys) + "\n")
    return Path(name)
