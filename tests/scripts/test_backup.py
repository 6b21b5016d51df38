"""A backup brings back what was there, on SQLite and on PostgreSQL, and holds no contact that can be read."""

import asyncio
import json
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api import migrate
from api.conversations import service
from api.conversations.models import Conversation, Event
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database
from api.settings import Settings
from scripts import backup
from scripts.backup import CannotBackUp
from tests import postgres
from tests.needs import missing


@pytest.fixture(params=["sqlite", "postgresql"])
def chosen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with an empty database of either kind."""
    if request.param == "sqlite":
        yield _prepared(Settings(drogowskaz_var=tmp_path / "var"))
        return
    if not postgres.is_here():
        missing("PostgreSQL's programs are not here: apt-get install postgresql")
    with postgres.server() as address:
        yield _prepared(Settings(drogowskaz_var=tmp_path / "var", database_url=address))


def _prepared(chosen: Settings) -> Settings:
    chosen.drogowskaz_var.mkdir()
    migrate.upgrade(chosen.database)
    with closing(sqlite3.connect(chosen.drogowskaz_var / "trackers.db")) as trackers:
        trackers.execute("CREATE TABLE trackers (sender_id, events)")
        trackers.execute("INSERT INTO trackers VALUES ('a', '[]')")
        trackers.commit()
    return chosen


def talk(chosen: Settings, words: str) -> None:
    """Let a pupil say something."""

    async def run() -> None:
        database = Database(chosen.database)
        heart = Heart(database, Notifier())
        opened, _ = await service.open_conversation(heart, "web", "pl")
        await service.accept(heart, opened.id, words, typed=words, payload=None)
        await database.close()

    asyncio.run(run())


def count(chosen: Settings) -> tuple[int, int]:
    """How many conversations and events there are."""

    async def run() -> tuple[int, int]:
        database = Database(chosen.database)
        async with database.transaction(read_only=True) as session:
            numbers = [await session.scalar(select(func.count()).select_from(table)) for table in (Conversation, Event)]
        await database.close()
        return numbers[0] or 0, numbers[1] or 0

    return asyncio.run(run())


def test_what_came_after_the_backup_is_gone_and_what_was_before_is_back(chosen: Settings, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "one.tar.gz"
    talk(chosen, "hej")
    before = count(chosen)
    backup.back_up(chosen, file)
    talk(chosen, "później")
    assert count(chosen) != before
    backup.restore(chosen, file)
    assert count(chosen) == before
    talk(chosen, "po wszystkim")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_contact_keys_are_not_in_the_backup(chosen: Settings, tmp_path: Path) -> None:
    (chosen.drogowskaz_var / "contact.key").write_text("tajny-klucz")
    file = tmp_path / "one.tar.gz"
    backup.back_up(chosen, file)
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if "key" in name]
        note = json.loads(archive.extractfile(backup.NOTE).read())  # type: ignore[union-attr]
    assert set(note) == {"kind", "at", "files"}


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_half_a_backup_changes_nothing(chosen: Settings, tmp_path: Path, part: float) -> None:
    file = tmp_path / "one.tar.gz"
    talk(chosen, "hej")
    backup.back_up(chosen, file)
    talk(chosen, "później")
    now = count(chosen)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(CannotBackUp):
        backup.restore(chosen, file)
    assert count(chosen) == now


def test_a_backup_of_another_kind_of_database_is_refused(chosen: Settings, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.gz"
    backup.back_up(chosen, file)
    other = "sqlite+aiosqlite:///x.db" if chosen.database.startswith("postgresql") else "postgresql+asyncpg://x/y"
    with pytest.raises(CannotBackUp, match="the service uses"):
        backup.restore(Settings(drogowskaz_var=tmp_path, database_url=other), file)


def test_the_commands_say_what_they_did(
    chosen: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backup, "settings", lambda: chosen)
    monkeypatch.setattr("sys.argv", ["backup"])
    assert backup.main() == 0
    (made,) = (chosen.drogowskaz_var / "backups").iterdir()
    assert "contact keys" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["backup", "--restore", str(made)])
    assert backup.main() == 0
    monkeypatch.setattr("sys.argv", ["backup", "--restore", str(tmp_path / "none")])
    assert backup.main() == 1
