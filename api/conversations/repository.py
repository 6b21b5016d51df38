"""The heart's reads and writes. Nothing here commits: the caller's transaction does."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import (
    Conversation,
    Event,
    EventType,
    InboxMessage,
    Outcome,
    Owner,
    Receipt,
    SentPayload,
)
from api.database import insert_into, now

# No lease and no putting-off lasts as long: a moment further ahead was written by a clock that was wrong.
FURTHEST = timedelta(minutes=1)
# Marks of the bot's messages behind which a form's question stays open, and how many of these there may be.
PASSING = frozenset({"safety", "handoff"})
LOOKED_BACK = 12


def _is_past(column: Any, moment: datetime) -> ColumnElement[bool]:
    """Whether a moment that was set to come has come."""
    return or_(column.is_(None), column <= moment, column > moment + FURTHEST)


def is_due(message: InboxMessage, moment: datetime) -> bool:
    """Whether the message may be played now."""
    return message.due_at <= moment or message.due_at > moment + FURTHEST


def hash_token(token: str) -> str:
    """What is kept of a conversation's token; the token itself is known to the pupil's browser only."""
    return hashlib.sha256(token.encode()).hexdigest()


class Newest(NamedTuple):
    """Of a conversation: the number of its latest event, and up to which one the words are cleared."""

    id: str
    last_seq: int
    cleared_seq: int


async def newest(
    session: AsyncSession, *, conversation_id: str | None = None, token: str | None = None
) -> Newest | None:
    """How far the conversation has come that has this id, or that the token opens."""
    which = Conversation.id == conversation_id if token is None else Conversation.token_hash == hash_token(token)
    query = select(Conversation.id, Conversation.last_seq, Conversation.cleared_seq).where(which)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Newest(*row)


async def append(
    session: AsyncSession,
    conversation_id: str,
    kind: EventType,
    body: dict[str, Any],
    *,
    sender: str | None = None,
    reply_to: int | None = None,
) -> int:
    """Add an event with the next number and return the number. Raises LookupError without such a conversation."""
    return await append_all(session, conversation_id, [Event(type=kind, body=body, sender=sender, reply_to=reply_to)])


async def append_all(session: AsyncSession, conversation_id: str, events: Sequence[Event]) -> int:
    """Add events, which know no number yet, with the next numbers; the last number. Raises LookupError as above.

    The numbers are taken by the update of the conversation's row, which the transaction locks: they have no gaps.
    """
    last = await session.scalar(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(last_seq=Conversation.last_seq + len(events))
        .returning(Conversation.last_seq)
        .execution_options(synchronize_session=False)
    )
    if last is None:
        raise LookupError("The conversation does not exist.")
    for seq, event in enumerate(events, start=last - len(events) + 1):
        event.conversation_id, event.seq = conversation_id, seq
    session.add_all(events)
    await session.flush()
    return last


async def events_after(session: AsyncSession, conversation_id: str, after: int, limit: int = 500) -> list[Event]:
    """The events with a higher number, in order, but for those whose words are cleared."""
    cleared = select(Conversation.cleared_seq).where(Conversation.id == conversation_id).scalar_subquery()
    query = (
        select(Event)
        .where(Event.conversation_id == conversation_id, Event.seq > after, Event.seq > cleared)
        .order_by(Event.seq)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def open_question(session: AsyncSession, conversation_id: str) -> Event | None:
    """The question of a form that the bot has asked last, if it has said nothing since but helplines or who takes over.

    Then the form still waits for its answer.
    """
    query = select(Event).where(
        Event.conversation_id == conversation_id, Event.type == EventType.MESSAGE, Event.sender == "bot"
    )
    lately = await session.scalars(query.order_by(Event.seq.desc()).limit(LOOKED_BACK))
    last = next((event for event in lately if not PASSING & event.body.keys()), None)
    return last if last is not None and "asks" in last.body else None


async def failed_last(session: AsyncSession, conversation_id: str) -> bool:
    """Whether the turn that ended last ended with an error of ours."""
    query = select(Event.body).where(Event.conversation_id == conversation_id, Event.type == EventType.TURN_END)
    last = await session.scalar(query.order_by(Event.seq.desc()).limit(1))
    return last is not None and last["outcome"] == Outcome.FAILED


async def receipt(session: AsyncSession, conversation_id: str, client_id: str) -> int | None:
    """The number that a message with this id got when it came first."""
    query = select(Receipt.seq).where(Receipt.conversation_id == conversation_id, Receipt.client_id == client_id)
    return await session.scalar(query)


async def title_of(session: AsyncSession, conversation_id: str, payload: str) -> str | None:
    """The title of the button with this payload, if the conversation was sent it."""
    query = select(SentPayload.title).where(
        SentPayload.conversation_id == conversation_id, SentPayload.payload == payload
    )
    return await session.scalar(query)


async def offered(session: AsyncSession, conversation_id: str) -> list[dict[str, str]]:
    """The buttons that the pupil sees below what was said last, those of the cards too."""
    mine = select(func.max(Event.seq)).where(Event.conversation_id == conversation_id, Event.sender == "pupil")
    query = select(Event.body).where(
        Event.conversation_id == conversation_id,
        Event.type == EventType.MESSAGE,
        Event.seq > func.coalesce(mine.scalar_subquery(), 0),
    )
    bodies = await session.scalars(query)
    return [button for body in bodies for part in (body, *body["cards"]) for button in part["buttons"]]


async def remember_buttons(session: AsyncSession, conversation_id: str, buttons: Iterable[dict[str, str]]) -> None:
    """Note the buttons of a message, so that their payloads act as commands from now on."""
    rows = [{"conversation_id": conversation_id, "payload": b["payload"], "title": b["title"]} for b in buttons]
    if not rows:
        return
    statement = insert_into(session, SentPayload)
    latest = statement.on_conflict_do_update(
        index_elements=["conversation_id", "payload"], set_={"title": statement.excluded.title}
    )
    await session.execute(latest, rows)


async def lock(session: AsyncSession, conversation_id: str) -> Conversation | None:
    """The conversation, locked against other writers until the transaction ends."""
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def waiting_conversations(session: AsyncSession, moment: datetime, worker: str, limit: int) -> list[str]:
    """Conversations with a message due for the bot and no other worker on them, the longest waiting first."""
    free = or_(_is_past(Conversation.lease_until, moment), Conversation.lease_holder == worker)
    query = (
        select(InboxMessage.conversation_id)
        .join(Conversation, Conversation.id == InboxMessage.conversation_id)
        .where(_is_past(InboxMessage.due_at, moment), free, Conversation.owner == Owner.BOT)
        .group_by(InboxMessage.conversation_id)
        .order_by(func.min(InboxMessage.due_at))
        .limit(limit)
    )
    return list(await session.scalars(query))


class Leased(NamedTuple):
    """What a worker must know of a conversation whose turns it has claimed."""

    channel: str
    language: str | None
    owner_version: int


async def take_lease(session: AsyncSession, conversation_id: str, worker: str, seconds: float) -> Leased | None:
    """Claim the conversation's turns for a worker; None when another one holds them."""
    moment = now()
    taken = await session.execute(
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            or_(_is_past(Conversation.lease_until, moment), Conversation.lease_holder == worker),
        )
        .values(lease_holder=worker, lease_until=moment + timedelta(seconds=seconds))
        .returning(Conversation.channel, Conversation.language, Conversation.owner_version)
        .execution_options(synchronize_session=False)
    )
    row = taken.one_or_none()
    return None if row is None else Leased(*row)


async def give_lease_back(session: AsyncSession, conversation_id: str, worker: str) -> None:
    """Let other workers take the conversation's turns."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.lease_holder == worker)
        .values(lease_holder=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


async def waiting(session: AsyncSession, conversation_id: str) -> list[InboxMessage]:
    """The conversation's messages that are not yet answered, oldest first, due or not."""
    query = select(InboxMessage).where(InboxMessage.conversation_id == conversation_id).order_by(InboxMessage.seq)
    return list(await session.scalars(query))


async def waiting_since(session: AsyncSession, conversation_id: str) -> list[tuple[InboxMessage, datetime]]:
    """The same, each with the moment in which it was written."""
    query = (
        select(InboxMessage, Event.created_at)
        .join(Event, (Event.conversation_id == InboxMessage.conversation_id) & (Event.seq == InboxMessage.seq))
        .where(InboxMessage.conversation_id == conversation_id)
        .order_by(InboxMessage.seq)
    )
    return [(message, moment) for message, moment in await session.execute(query)]


async def waiting_in_the_dark(session: AsyncSession, before: datetime, limit: int) -> list[str]:
    """Conversations whose pupil has waited for the bot since `before` and was not told why."""
    query = (
        select(InboxMessage.conversation_id)
        .join(Event, (Event.conversation_id == InboxMessage.conversation_id) & (Event.seq == InboxMessage.seq))
        .join(Conversation, Conversation.id == InboxMessage.conversation_id)
        .where(InboxMessage.told_to_wait.is_(False), Event.created_at <= before, Conversation.owner == Owner.BOT)
        .distinct()
        .limit(limit)
    )
    return list(await session.scalars(query))


async def take_out(session: AsyncSession, message: InboxMessage) -> None:
    """Remove an answered message from the inbox; that its pupil was told to wait holds for those behind it, too."""
    await session.delete(message)
    await session.flush()
    if message.told_to_wait:
        await session.execute(
            update(InboxMessage)
            .where(InboxMessage.conversation_id == message.conversation_id)
            .values(told_to_wait=True)
            .execution_options(synchronize_session=False)
        )


async def put_off(session: AsyncSession, conversation_id: str, seq: int, *, failed: bool) -> InboxMessage | None:
    """Try the message again after 0.5 s, then after twice that, at most 10 s; None when it waits no more."""
    message = await session.get(InboxMessage, (conversation_id, seq))
    if message is not None:
        message.attempts += 1
        message.failures += failed
        message.due_at = now() + timedelta(seconds=min(10.0, 0.5 * 2 ** min(message.attempts - 1, 10)))
    return message


async def renew_leases(session: AsyncSession, conversations: Iterable[str], worker: str, seconds: float) -> None:
    """Go on holding the turns of these conversations."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id.in_(list(conversations)), Conversation.lease_holder == worker)
        .values(lease_until=now() + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )


async def talks_of(session: AsyncSession, beginning: str, contact: str | None) -> set[str]:
    """The conversations whose id begins so, or in which this contact was left for a counsellor."""
    found = set(
        await session.scalars(select(Conversation.id).where(Conversation.id.startswith(beginning, autoescape=True)))
    )
    left = select(Conversation.id, Conversation.contact).where(Conversation.contact.is_not(None))
    rows = await session.execute(left) if contact else ()
    return found | {row.id for row in rows if row.contact == contact}


async def latest(session: AsyncSession, conversations: Iterable[str]) -> dict[str, int]:
    """The number of the latest event of each of these conversations that exists."""
    query = select(Conversation.id, Conversation.last_seq).where(Conversation.id.in_(list(conversations)))
    return {row.id: row.last_seq for row in await session.execute(query)}


async def backlog(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many messages wait for the bot, and since when the oldest of them."""
    query = (
        select(func.count(), func.min(Event.created_at))
        .select_from(InboxMessage)
        .join(Event, (Event.conversation_id == InboxMessage.conversation_id) & (Event.seq == InboxMessage.seq))
        .join(Conversation, Conversation.id == InboxMessage.conversation_id)
        .where(Conversation.owner == Owner.BOT)
    )
    count, oldest = (await session.execute(query)).one()
    return count, oldest


async def with_news(session: AsyncSession, cursors: Select[str, int], limit: int) -> list[str]:
    """Of a channel's conversations those with events after the number (`seq`) that it has read so far."""
    read = cursors.subquery()
    query = select(Conversation.id).join(read, read.c.conversation_id == Conversation.id)
    return list(await session.scalars(query.where(Conversation.last_seq > read.c.seq).limit(limit)))


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Delete the conversation with everything that hangs on it."""
    for table in (Event, InboxMessage, Receipt, SentPayload):
        await session.execute(delete(table).where(table.conversation_id == conversation_id))
    await session.execute(delete(Conversation).where(Conversation.id == conversation_id))
