"""Counsellors are mailed once when somebody waits or is in danger, without a word of the pupil."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import update

from api.alerts import job
from api.alerts.mail import Post, post
from api.alerts.models import AlertCursor
from api.conversations import desk, handoff, service
from api.conversations.models import Owner
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database, now
from api.settings import ROOT, HalfSet, Settings
from tests.e2e.system import free_port
from tests.stores import conversation

PUBLIC = "https://bot.example.org"
WORDS = "boję się wracać do domu"


class MailServer:
    """The server, and what it has got."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.post = Post(
            "smtp", "127.0.0.1", port, "bot", "p@ss", "bot@example.org", ("a@example.org", "b@example.org")
        )

    def mails(self) -> list[EmailMessage]:
        """All mails in the order in which they came."""
        files = sorted(self.folder.glob("*.eml"))
        return [cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=policy.default)) for file in files]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    """A mail server in a process of its own."""
    folder, port = tmp_path / "mail", free_port()
    folder.mkdir()
    process = subprocess.Popen([sys.executable, "-m", "tests.alerts.smtp_server", str(folder), str(port)], cwd=ROOT)
    while not (folder / "ready").exists():
        assert process.poll() is None
        time.sleep(0.05)
    yield MailServer(folder, port)
    process.terminate()
    process.wait()


async def ask_for_person(database: Database) -> str:
    """A pupil asks for a person; the id of the talk."""
    talk = await conversation(database)
    heart = Heart(database, Notifier())
    await service.accept(heart, talk, "c1", typed=WORDS, payload=None)
    async with database.transaction() as session:
        await handoff.change_owner(session, talk, to=Owner.WAITING, by=handoff.PUPIL, reason="asked")
    return talk


async def mail(database: Database, server: MailServer) -> None:
    """Do the job once, as soon as it is due."""
    async with database.transaction() as session:
        await session.execute(update(AlertCursor).values(due_at=now()))
    await job.mailing(database, server.post, PUBLIC)()


async def test_whoever_waits_is_mailed_once_without_words(store: Database, server: MailServer) -> None:
    await ask_for_person(store)
    await job.begin(store)
    talk = await ask_for_person(store)
    for _ in range(3):
        await mail(store, server)
    (found,) = server.mails()
    assert found["X-To"] == "a@example.org,b@example.org"
    assert found["X-User"] == "bot"
    body = found.get_content()
    assert f"{PUBLIC}/console/talks/{talk}" in body
    assert body.count("/console/talks/") == 2, "one talk, in both languages; what was before is not mailed"
    assert WORDS not in str(found)
    assert "1 osoba czeka" in found["Subject"]


async def test_danger_stands_first_and_in_the_subject(store: Database, server: MailServer) -> None:
    await job.begin(store)
    waiting, danger = await ask_for_person(store), await conversation(store)
    async with store.transaction() as session:
        await handoff.flag_safety(session, danger)
    await mail(store, server)
    (found,) = server.mails()
    assert "trudnej sytuacji" in found["Subject"]
    body = found.get_content()
    assert body.index(danger) < body.index(waiting)


async def test_a_case_that_is_handed_over_at_once_is_one_mail(store: Database, server: MailServer) -> None:
    await job.begin(store)
    danger = await conversation(store)
    async with store.transaction() as session:
        await handoff.flag_safety(session, danger, hand_over=True)
        assert len(await desk.news_after(session, 0)) == 1, "so that no two rounds can mail of it"
    await mail(store, server)
    await mail(store, server)
    (found,) = server.mails()
    assert "trudnej sytuacji" in found["Subject"]
    assert found.get_content().count(danger) == 2, "in both languages"


async def test_who_is_served_meanwhile_calls_nobody(store: Database, server: MailServer) -> None:
    await job.begin(store)
    talk = await ask_for_person(store)
    async with store.transaction() as session:
        await handoff.change_owner(session, talk, to=Owner.BOT, by=handoff.PUPIL, reason="went_back")
    await mail(store, server)
    assert server.mails() == []


async def test_a_refused_mail_is_tried_again_later_and_comes_once(store: Database, server: MailServer) -> None:
    await job.begin(store)
    await ask_for_person(store)
    (server.folder / "refuse").touch()
    await mail(store, server)
    assert (server.folder / "refused").exists()
    async with store.transaction(read_only=True) as session:
        cursor = await session.get_one(AlertCursor, job.ONLY)
    assert (cursor.failures, cursor.due_at > now()) == (1, True)
    (server.folder / "refuse").unlink()
    await mail(store, server)
    await mail(store, server)
    assert len(server.mails()) == 1


async def test_no_server_at_all_is_a_delay_and_no_error(store: Database, server: MailServer) -> None:
    await job.begin(store)
    await ask_for_person(store)
    nowhere = Post("smtp", "127.0.0.1", free_port(), None, None, "bot@example.org", ("a@example.org",))
    await job.mailing(store, nowhere, PUBLIC)()
    await mail(store, server)
    assert len(server.mails()) == 1


async def test_turns_go_on_while_the_mail_server_dawdles_and_others_do_not_mail(
    store: Database, server: MailServer
) -> None:
    await job.begin(store)
    await ask_for_person(store)
    (server.folder / "dawdle").touch()
    sending = asyncio.create_task(job.mailing(store, server.post, PUBLIC)())
    while not await _taken(store):  # noqa: ASYNC110 - what is awaited stands in the database
        await asyncio.sleep(0.02)
    await job.mailing(store, server.post, PUBLIC)()
    await ask_for_person(store)
    assert not sending.done(), "pupils write and ask while it is still sending"
    (server.folder / "dawdle").unlink()
    await sending
    assert len(server.mails()) == 1
    await mail(store, server)
    assert len(server.mails()) == 2, "what happened meanwhile"


async def _taken(database: Database) -> bool:
    async with database.transaction(read_only=True) as session:
        return (await session.get_one(AlertCursor, job.ONLY)).due_at > now()


def test_half_a_setting_is_an_error_and_none_is_off() -> None:
    assert post(Settings()) is None
    with pytest.raises(HalfSet):
        post(Settings(smtp_url="smtp://x"))
    with pytest.raises(HalfSet):
        post(Settings(smtp_url="http://x", alert_from="a@x.pl", alert_to="b@x.pl"))
    found = post(
        Settings(smtp_url="smtp+starttls://u%40x:p%3Aq@mail.x", alert_from="a@x.pl", alert_to="b@x.pl, c@x.pl")
    )
    assert found == Post("smtp+starttls", "mail.x", 587, "u@x", "p:q", "a@x.pl", ("b@x.pl", "c@x.pl"))
    assert "p%3Aq" not in repr(Settings(smtp_url="smtp://u:p%3Aq@x"))
