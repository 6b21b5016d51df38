"""Handing a conversation over: from the bot to a person and back.

The owner is one row with a version. `change_owner` is the only way to change it: a caller that looked at an older
version gets a Conflict, so of two counsellors who take the same talk one wins and the other is told. Each change is
kept (`owner_changes`) and told to the pupil. Once the owner changes, whatever the bot was still preparing is dropped:
its turns are ended here, in the same transaction, and `write_answer` finds nothing to answer.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.conversations import desk, notices, repository, understanding
from api.conversations.desk import NewsKind
from api.conversations.lines import end_turn, say
from api.conversations.models import Conversation, Event, EventType, InboxMessage, Outcome, Owner, Receipt
from api.database import Base, now
from api.errors import Conflict, Invalid, NotFound
from api.person import find_contact

TO_A_PERSON = "/ask_human"
BACK_TO_BOT = "/back_to_bot"
LEAVE_CONTACT = "/leave_contact"
# Buttons that the heart answers itself, so that they work while Rasa is away.
COMMANDS = frozenset({TO_A_PERSON, BACK_TO_BOT, LEAVE_CONTACT})
LONGEST_LINE = 4000
CONTACT_MASK = "[kontakt]"
CONTACT = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}|(?:\d[\s().-]{0,2}){9,}")


class Reason(StrEnum):
    """Why a talk went to a person."""

    ASKED = "asked"
    SAFETY = "safety"
    UNSURE = "unsure"
    COMPLAINT = "complaint"
    FAILED = "failed"


# What the pupil was answered last, where that explains why it asks for a person.
BY_INTENT = {"nlu_fallback": Reason.UNSURE, "distress": Reason.SAFETY}


class OwnerChange(Base):
    """One change of the owner: to whom, by whom, why."""

    __tablename__ = "owner_changes"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(String(16))
    counsellor_id: Mapped[int | None]
    by_kind: Mapped[str] = mapped_column(String(8))
    by_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True)
class Actor:
    """Who does something: the pupil, the bot, one of the staff, or who answers in a channel's own inbox."""

    kind: Literal["pupil", "bot", "staff", "page"]
    id: int | None = None
    name: str | None = None


PUPIL = Actor("pupil")
BOT = Actor("bot")


class StaleView(Conflict):
    """The pupil has written more than the counsellor has seen."""

    code = "stale"

    def __init__(self, newer: int) -> None:
        super().__init__(f"{newer} newer lines have not been seen.")
        self.newer = newer


async def change_owner(
    session: AsyncSession,
    conversation_id: str,
    *,
    to: Owner,
    by: Actor,
    reason: str,
    expected_version: int | None = None,
    counsellor: Actor | None = None,
) -> Conversation:
    """Make `to` the owner; `counsellor` is who takes it, `by` unless told otherwise. Nothing happens without a change.

    Raises NotFound, or Conflict when the owner has changed since `expected_version`.
    """
    talk = await repository.lock(session, conversation_id)
    if talk is None:
        raise NotFound("There is no such conversation.")
    if expected_version is not None and expected_version != talk.owner_version:
        raise Conflict("Somebody else has changed the owner.")
    person = (counsellor or by) if to == Owner.COUNSELLOR else None
    if talk.owner == to and talk.counsellor_id == (person.id if person else None):
        return talk
    await _end_turns_of_the_bot(session, talk)
    before = Owner(talk.owner)
    talk.owner, talk.owner_version, talk.owner_since, talk.owner_reason = to, talk.owner_version + 1, now(), reason
    talk.counsellor_id, talk.counsellor_name = (person.id, person.name) if person else (None, None)
    if person is not None and desk.needs_eyes(talk):
        talk.safety_handled_at = now()
    session.add(
        OwnerChange(
            conversation_id=talk.id,
            version=talk.owner_version,
            owner=to,
            counsellor_id=talk.counsellor_id,
            by_kind=by.kind,
            by_id=by.id,
            reason=reason,
        )
    )
    await session.flush()
    body = {"owner": to, "name": talk.counsellor_name}
    await repository.append(session, talk.id, EventType.OWNER, body)
    if by.kind != "page":
        # Whoever answers in the channel's own inbox says there who it is.
        await notices.tell_owner(session, talk, before, by_pupil=by.kind == "pupil")
    # One piece of news, and one e-mail, for a talk that is flagged and handed over at once.
    calling = NewsKind.SAFETY if desk.needs_eyes(talk) else NewsKind.WAITING
    await desk.tell(session, talk.id, calling if to == Owner.WAITING else NewsKind.OWNER)
    return talk


async def hear(session: AsyncSession, talk: Conversation, seq: int, *, typed: str | None, payload: str | None) -> bool:
    """Take what the pupil has just said when it is not for the bot; whether it is for the bot after all."""
    if talk.owner == Owner.BOT and payload not in COMMANDS:
        return True
    if talk.owner == Owner.COUNSELLOR or payload is None:
        if talk.owner == Owner.WAITING:
            await _note(session, talk, seq, typed or "")
        await desk.tell(session, talk.id, NewsKind.MESSAGE)
        await end_turn(session, talk.id, seq, Outcome.HANDED_OVER)
        return False
    if payload in (TO_A_PERSON, LEAVE_CONTACT):
        if talk.owner == Owner.WAITING and payload == TO_A_PERSON:
            await notices.tell_waiting(session, talk)
        else:
            await change_owner(session, talk.id, to=Owner.WAITING, by=PUPIL, reason=await _reason(session, talk))
        if payload == LEAVE_CONTACT:
            await notices.say(session, talk, "contact_how", buttons=("back_to_bot",))
        await end_turn(session, talk.id, seq, Outcome.HANDED_OVER)
        return False
    if payload != BACK_TO_BOT:
        await change_owner(session, talk.id, to=Owner.BOT, by=PUPIL, reason=notices.PRESSED)
        return True
    if talk.owner == Owner.BOT:
        await notices.tell_back(session, talk, "went_back")
    else:
        await change_owner(session, talk.id, to=Owner.BOT, by=PUPIL, reason="went_back")
    await end_turn(session, talk.id, seq, Outcome.ANSWERED)
    return False


async def flag_safety(session: AsyncSession, conversation_id: str, *, hand_over: bool = False) -> None:
    """Put the talk on top of the queue because of what the pupil wrote, and take it from the bot to hand it over.

    A counsellor who leads it goes on with it.
    """
    talk = await repository.lock(session, conversation_id)
    if talk is None:
        raise NotFound("There is no such conversation.")
    is_new = not desk.needs_eyes(talk)
    if is_new:
        talk.safety_at = now()
        if talk.owner == Owner.COUNSELLOR:
            talk.safety_handled_at = talk.safety_at
    if hand_over and talk.owner == Owner.BOT:
        await change_owner(session, conversation_id, to=Owner.WAITING, by=BOT, reason=Reason.SAFETY)
    elif is_new:
        await desk.tell(session, conversation_id, NewsKind.SAFETY)


async def settle_safety(session: AsyncSession, conversation_id: str) -> None:
    """Somebody has dealt with what the talk was flagged for."""
    talk = await repository.lock(session, conversation_id)
    if talk is None:
        raise NotFound("There is no such conversation.")
    talk.safety_handled_at = now()
    await desk.tell(session, conversation_id, NewsKind.OWNER)


async def write_line(
    session: AsyncSession,
    conversation_id: str,
    by: Actor,
    line: str,
    *,
    client_id: str,
    seen: int,
    anyway: bool = False,
) -> int:
    """Write a counsellor's line and return its number; the same `client_id` again gives the same number.

    Raises Conflict when the talk is not (or no longer) theirs, and StaleView when the pupil has written since `seen`,
    unless it is to be sent `anyway`.
    """
    if not line.strip() or len(line) > LONGEST_LINE:
        raise Invalid("The line is empty or too long.", field="text")
    talk = await repository.lock(session, conversation_id)
    if talk is None:
        raise NotFound("There is no such conversation.")
    client_id = f"staff {by.id} {client_id}"
    known = await repository.receipt(session, conversation_id, client_id)
    if known is not None:
        return known
    if talk.owner != Owner.COUNSELLOR or talk.counsellor_id != by.id:
        raise Conflict("The talk is not yours.")
    newer = (await desk.unread(session, {conversation_id: seen}))[conversation_id]
    if newer and not anyway:
        raise StaleView(newer)
    body = {"text": line.strip(), "language": notices.language_of(talk), "buttons": [], "cards": []}
    seq = await say(session, conversation_id, body, sender="counsellor")
    session.add(Receipt(conversation_id=conversation_id, client_id=client_id, seq=seq))
    return seq


async def said_meanwhile(session: AsyncSession, conversation_id: str, seq: int) -> list[str]:
    """What counsellors wrote between the message that the bot played last and message `seq`: the bot must know it."""
    last = await understanding.latest(session, conversation_id, before=seq)
    query = (
        select(Event)
        .where(Event.conversation_id == conversation_id, Event.sender == "counsellor")
        .where(Event.seq > (last.seq if last else 0), Event.seq < seq)
        .order_by(Event.seq)
    )
    return [str(event.body["text"]) for event in await session.scalars(query) if event.body["text"]]


async def _end_turns_of_the_bot(session: AsyncSession, talk: Conversation) -> None:
    """What waits for the bot is for the next owner."""
    for waiting in await session.scalars(
        select(InboxMessage).where(InboxMessage.conversation_id == talk.id).order_by(InboxMessage.seq)
    ):
        await end_turn(session, talk.id, waiting.seq, Outcome.HANDED_OVER)
        await session.delete(waiting)
    await session.flush()


async def _note(session: AsyncSession, talk: Conversation, seq: int, typed: str) -> None:
    """Confirm a contact, and the first line of the waiting time, so that the pupil does not talk into a void.

    The contact is kept sealed; in the talk it is masked.
    """
    if found := CONTACT.search(typed):
        talk.contact_seq, talk.contact = seq, find_contact(typed) or found[0]
        event = await session.get_one(Event, (talk.id, seq))
        event.body = {**event.body, "text": CONTACT.sub(CONTACT_MASK, typed)}
        await notices.say(session, talk, "contact_kept", buttons=("back_to_bot",))
        return
    asked = select(func.max(Event.seq)).where(Event.conversation_id == talk.id, Event.type == EventType.OWNER)
    written = select(func.count()).where(
        Event.conversation_id == talk.id, Event.sender == "pupil", Event.seq > asked.scalar_subquery()
    )
    if await session.scalar(written) == 1:
        await notices.say(session, talk, "noted", buttons=("leave_contact", "back_to_bot"))


async def _reason(session: AsyncSession, talk: Conversation) -> Reason:
    """What the talk was about when the pupil pressed the button."""
    last = await understanding.latest(session, talk.id)
    return BY_INTENT.get(last.intent or "", Reason.ASKED) if last else Reason.ASKED
