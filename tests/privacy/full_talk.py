"""A talk of which something is kept in every table that knows talks."""

from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.schema import Table

from api.accounts import audit
from api.accounts.models import Staff
from api.channels.messenger.models import Line, Thread, Update
from api.console import repository as console
from api.conversations import handoff, service
from api.conversations.handoff import Actor
from api.conversations.models import Conversation, InboxMessage, Owner
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Base, Database, now
from api.insights import collector
from api.person import AgeGroup
from api.review.models import ReviewItem
from api.tables import ALL_TABLES
from tests.appointments.test_service import book, offered
from tests.requests.test_service import ask
from tests.signups.test_service import COURSE, apply

assert ALL_TABLES

# Words that stand nowhere else, one for each place where a pupil's or a counsellor's words are kept.
WORDS = {
    "message": "slowa-ucznia",
    "waiting": "halo-jest-tam-kto",
    "note": "notatka-doradczyni",
    "tag": "etykieta",
    "comment": "komentarz-do-oceny",
    "left": "601 111 111",
    "signup": "ola.zapis@example.com",
    "appointment": "ola.spotkanie@example.com",
    "request": "szkola.prosba@example.com",
    "psid": "psid-4711",
    "line": "wiersz-do-messengera",
    "entity": "klasa-2b",
    "review": "powiedz-to-inaczej",
}
# Who did what stays for the auditors, without any words; the wish to forget is what erasing leaves behind.
STAYS = {"audit", "pending_forgettings"}


def tables() -> list[Table]:
    """All tables that know a talk."""
    found = [table for table in Base.metadata.sorted_tables if "conversation_id" in table.columns]
    assert len(found) >= 18
    return found


async def rows(database: Database, conversation_id: str) -> dict[str, int]:
    """How many rows each table has of the talk."""
    async with database.transaction(read_only=True) as session:
        return {
            table.name: await session.scalar(
                select(func.count()).select_from(table).where(table.c.conversation_id == conversation_id)
            )
            or 0
            for table in tables()
        }


async def everything_stored(database: Database) -> str:
    """All that stands in the database, unsealed columns as they are."""
    async with database.transaction(read_only=True) as session:
        found = [(await session.execute(text(f'SELECT * FROM "{t.name}"'))).all() for t in Base.metadata.sorted_tables]  # noqa: S608
    return repr(found)


async def full_talk(database: Database) -> str:
    """A new talk with something in every table; its id."""
    heart = Heart(database, Notifier())
    opened, _ = await service.open_conversation(heart, "web", "pl")
    talk = opened.id
    await service.accept(heart, talk, "c1", typed=WORDS["message"], payload=None)
    await service.write_answer(heart, talk, 2, _answer())
    await apply(database, COURSE, talk, contact=WORDS["signup"])
    slot = await offered(database, counsellor=f"Doradczyni {talk[:8]}")
    await book(database, slot, talk, contact=WORDS["appointment"], age_group=AgeGroup.ADULT)
    await ask(database, talk, contact=WORDS["request"])
    async with database.transaction() as session:
        await handoff.change_owner(session, talk, to=Owner.WAITING, by=handoff.PUPIL, reason="asked")
    await service.accept(heart, talk, "c2", typed=f"mój numer {WORDS['left']}", payload=None)
    await _staff_and_channels(database, talk)
    found = await rows(database, talk)
    assert [name for name, count in found.items() if not count and name not in STAYS] == [], "a table is not covered"
    return talk


def _answer() -> Any:
    messages = [{"text": "Pokażę kursy.", "buttons": [{"title": "Kursy", "payload": "/ask_courses"}]}]
    entities = [{"entity": "grade", "value": WORDS["entity"]}, {"entity": "interest", "value": "bikes"}]
    return service.Answer(messages, "pl", {"intent": "inform_interest", "confidence": 0.9, "entities": entities})


async def _staff_and_channels(database: Database, talk: str) -> None:
    async with database.transaction() as session:
        staff = Staff(email=f"{talk}@example.org", name="Anna", roles=[], password_hash="-", code_secret="-")
        session.add(staff)
        await session.flush()
        row = await session.get_one(Conversation, talk)
        row.feedback_score, row.feedback_comment = 4, WORDS["comment"]
        console.add_note(session, talk, staff, WORDS["note"])
        await console.add_tag(session, talk, WORDS["tag"])
        await console.mark_read(session, staff, talk, 1)
        await console.be_present(session, staff, talk)
        audit.write(session, staff, "looked", conversation_id=talk)
        await handoff.change_owner(
            session, talk, to=Owner.COUNSELLOR, by=Actor("staff", staff.id, "Anna"), reason="took"
        )
        session.add(InboxMessage(conversation_id=talk, seq=row.last_seq, text=WORDS["waiting"]))
        page = {"page_id": "page", "psid": f"{WORDS['psid']} {talk}"}
        session.add(Thread(**page, conversation_id=talk, opened_by=1))
        session.add(
            Line(**page, ref=f"ref {talk}", conversation_id=talk, seq=1, sender="bot", message={"text": WORDS["line"]})
        )
        line = {"conversation_id": talk, "seq": 2, "language": "pl", "text": "x", "verdict": "wrong", "entities": []}
        session.add(ReviewItem(**line, intent="greet", suggestion=WORDS["review"], staff_id=staff.id))
        await collector.count(session, talk)
        update = {"key": f"key {talk}", "kind": "message", "sent_ms": 1, "received_at": now(), "due_at": now()}
        session.add(Update(**page, **update, body={"text": WORDS["message"]}))
