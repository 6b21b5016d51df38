"""What the desk's pages show and do: rooms' services put together, each change with its line in the audit log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts import audit
from api.accounts import service as accounts
from api.accounts.models import Staff
from api.accounts.roles import Permission, permissions
from api.channels.messenger import service as messenger
from api.console import profile, repository
from api.console.models import CannedReply, Note
from api.conversations import desk, handoff, understanding
from api.conversations import repository as conversations
from api.conversations.handoff import Actor
from api.conversations.models import Conversation, Owner
from api.conversations.service import event_json
from api.conversations.understanding import Understanding
from api.errors import Invalid, NotFound
from api.review import repository as review
from api.review.models import ReviewItem

OUTCOMES = ("solved", "referred", "no_answer", "misuse")


@dataclass(frozen=True)
class Row:
    """A talk in the queue."""

    talk: Conversation
    urgent: bool
    since: datetime
    new: int
    tags: list[str]


@dataclass(frozen=True)
class Queue:
    """The lists of the desk, and the number of the news that they stand for."""

    number: int
    waiting: list[Row]
    mine: list[Row]
    others: list[Row]
    recent: list[Row]


@dataclass(frozen=True)
class Line:
    """An event of a talk, with what the bot understood of a pupil's message, and why it did not reach the pupil."""

    event: dict[str, Any]
    understood: Understanding | None
    undelivered: str | None = None


@dataclass(frozen=True)
class View:
    """A talk as its page shows it."""

    talk: Conversation
    lines: list[Line]
    notes: list[Note]
    tags: list[str]
    known_tags: list[str]
    replies: list[CannedReply]
    colleagues: list[Staff]
    present: list[str]
    profile: list[profile.Fact]
    reviewed: dict[int, ReviewItem]

    @property
    def last(self) -> int:
        """The number of the latest event on the page."""
        return self.lines[-1].event["seq"] if self.lines else 0


def actor(staff: Staff) -> Actor:
    """Somebody of the staff, as the heart knows them."""
    return Actor("staff", staff.id, staff.name)


async def queue(session: AsyncSession, staff: Staff) -> Queue:
    """The desk as it is now."""
    number = await desk.latest_number(session)
    waiting, busy = await desk.queue(session), await desk.with_counsellors(session)
    recent = [talk for talk in await desk.recent(session) if not desk.needs_eyes(talk)]
    ids = [talk.id for talk in (*waiting, *busy, *recent)]
    new = await desk.unread(session, await repository.read_marks(session, staff, ids))
    tags = await repository.tags(session, ids)

    def rows(talks: list[Conversation]) -> list[Row]:
        return [
            Row(talk, desk.needs_eyes(talk), desk.waiting_since(talk), new[talk.id], tags.get(talk.id, []))
            for talk in talks
        ]

    return Queue(
        number,
        rows(waiting),
        rows([talk for talk in busy if talk.counsellor_id == staff.id]),
        rows([talk for talk in busy if talk.counsellor_id != staff.id]),
        rows(recent),
    )


async def find(session: AsyncSession, conversation_id: str) -> Conversation:
    """The talk. Raises NotFound."""
    found = await desk.find(session, [conversation_id])
    if not found:
        raise NotFound("There is no such conversation.")
    return found[0]


async def view(session: AsyncSession, staff: Staff, conversation_id: str, *, why: str = "looked") -> View:
    """Everything about a talk; the look is noted as what it was for. Raises NotFound."""
    talk = await find(session, conversation_id)
    understood = await understanding.of(session, conversation_id)
    undelivered = await messenger.undelivered(session, conversation_id)
    events = [event_json(event) for event in await conversations.events_after(session, conversation_id, 0, limit=5000)]
    seen = View(
        talk=talk,
        lines=[Line(event, understood.get(event["seq"]), undelivered.get(event["seq"])) for event in events],
        notes=await repository.notes(session, conversation_id),
        tags=(await repository.tags(session, [conversation_id]))[conversation_id],
        known_tags=await repository.known_tags(session),
        replies=await repository.canned_replies(session, staff),
        colleagues=await colleagues(session, staff),
        present=await repository.present(session, conversation_id, staff),
        profile=await profile.collected(session, understood.values()),
        reviewed=await review.of_talk(session, conversation_id),
    )
    await repository.be_present(session, staff, conversation_id)
    await repository.mark_read(session, staff, conversation_id, seen.last)
    audit.write(session, staff, why, conversation_id=conversation_id)
    return seen


async def colleagues(session: AsyncSession, staff: Staff) -> list[Staff]:
    """The others who may take talks."""
    everybody = await accounts.everybody(session)
    return [p for p in everybody if p.active and p.id != staff.id and Permission.TALKS in permissions(p.roles)]


async def take(session: AsyncSession, staff: Staff, conversation_id: str, version: int) -> None:
    """Lead the talk from now on. Raises Conflict when somebody was faster."""
    await _change(session, staff, conversation_id, Owner.COUNSELLOR, "took", version)


async def give_back(session: AsyncSession, staff: Staff, conversation_id: str, version: int) -> None:
    """Let the bot go on. Raises Conflict."""
    await _change(session, staff, conversation_id, Owner.BOT, "gave_back", version)


async def put_back(session: AsyncSession, staff: Staff, conversation_id: str, version: int) -> None:
    """Put the talk into the queue again. Raises Conflict."""
    await _change(session, staff, conversation_id, Owner.WAITING, "put_back", version)


async def close(session: AsyncSession, staff: Staff, conversation_id: str, version: int, outcome: str) -> None:
    """End the talk. Raises Conflict, or Invalid for an unknown outcome."""
    if outcome not in OUTCOMES:
        raise Invalid("Choose how the talk ended.", field="outcome")
    await _change(session, staff, conversation_id, Owner.CLOSED, outcome, version)


async def assign(session: AsyncSession, staff: Staff, conversation_id: str, version: int, to: int) -> None:
    """Give the talk to a colleague. Raises Conflict, or Invalid for somebody who may not take talks."""
    chosen = next((person for person in await colleagues(session, staff) if person.id == to), None)
    if chosen is None:
        raise Invalid("Choose a colleague.", field="to")
    await _change(session, staff, conversation_id, Owner.COUNSELLOR, "assigned", version, counsellor=chosen)


async def settle_safety(session: AsyncSession, staff: Staff, conversation_id: str) -> None:
    """Note that somebody has dealt with what the talk was flagged for."""
    await handoff.settle_safety(session, conversation_id)
    audit.write(session, staff, "settled_safety", conversation_id=conversation_id)


async def _change(
    session: AsyncSession,
    staff: Staff,
    conversation_id: str,
    to: Owner,
    reason: str,
    version: int,
    counsellor: Staff | None = None,
) -> None:
    await handoff.change_owner(
        session,
        conversation_id,
        to=to,
        by=actor(staff),
        reason=reason,
        expected_version=version,
        counsellor=actor(counsellor) if counsellor else None,
    )
    detail = {"to": counsellor.id} if counsellor else {}
    audit.write(session, staff, reason if to != Owner.CLOSED else "closed", conversation_id=conversation_id, **detail)
