"""Names and contacts lie encrypted in the database, and their key can be changed."""

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import text

from api import sealed
from api.database import Database
from api.sealed import Keyring
from api.settings import ROOT
from scripts.rotate_contact_key import seal_again
from tests import empty
from tests.requests.test_service import ask
from tests.signups.test_service import COURSE, apply
from tests.stores import conversation

CONTACT, NAME = "ola.kontaktowa@example.com", "Olimpiada"


def raw(folder: Path) -> bytes:
    """All bytes of the database files, the write-ahead log included."""
    return b"".join(file.read_bytes() for file in folder.glob("*.db*"))


async def test_the_database_file_holds_no_plain_name_or_contact(database: Database, tmp_path: Path) -> None:
    signup = await apply(database, COURSE, contact=CONTACT, first_name=NAME)
    await ask(database, await conversation(database), contact=CONTACT)
    assert (signup.contact, signup.first_name) == (CONTACT, NAME)
    found = raw(tmp_path)
    assert b"ZSM nr 3" in found, "the rows are there"
    assert CONTACT.encode() not in found
    assert NAME.encode() not in found


async def test_a_new_key_opens_all_and_the_old_one_nothing_any_more(database: Database, keys: Keyring) -> None:
    signup = await apply(database, COURSE, contact=CONTACT)
    old = Keyring(keys.file.read_text().strip(), Path()) if keys.file else None
    assert old is not None
    keys.add_key()
    async with database.transaction() as session:
        assert await seal_again(session) == 2
    keys.drop_old_keys()
    async with database.transaction(read_only=True) as session:
        token = await session.scalar(text("SELECT contact FROM signups"))
        await session.refresh(await session.get_one(type(signup), signup.id))
    assert keys.open(token) == CONTACT
    with pytest.raises(InvalidToken):
        old.open(token)


def test_the_key_file_is_for_its_owner_only_and_made_once(tmp_path: Path) -> None:
    file = tmp_path / "var" / "contact.key"
    token = Keyring(None, file).seal("x")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Keyring(None, file).open(token) == "x"
    assert [path.name for path in file.parent.iterdir()] == ["contact.key"]


async def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    rings = [Keyring(None, tmp_path / "contact.key") for _ in range(16)]
    tokens = await asyncio.gather(*(asyncio.to_thread(ring.seal, "x") for ring in rings))
    assert {rings[0].open(token) for token in tokens} == {"x"}


def test_keys_from_the_environment_open_what_older_ones_sealed() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    token = Keyring(old, Path()).seal("x")
    assert Keyring(f"{new}, {old}", Path()).open(token) == "x"
    assert Keyring(new, Path()).file is None


def test_the_command_seals_everything_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**os.environ, "DROGOWSKAZ_VAR": str(tmp_path)}
    environment.pop("CONTACT_KEYS", None)
    ring = Keyring(None, tmp_path / "contact.key")
    monkeypatch.setattr(sealed, "keyring", lambda: ring)

    async def fill() -> None:
        url = f"sqlite+aiosqlite:///{tmp_path / 'drogowskaz.db'}"
        empty.make(url)
        database = Database(url)
        await apply(database, COURSE, contact=CONTACT)
        await database.close()

    asyncio.run(fill())
    before = (tmp_path / "contact.key").read_text()
    command = [sys.executable, "-m", "scripts.rotate_contact_key"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout == "2 values sealed with the newest key\n"
    assert (tmp_path / "contact.key").read_text() != before
