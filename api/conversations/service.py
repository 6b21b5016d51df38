"""What can be done with a conversation: open it, hand in a message, write an answer, read its events, erase it.

Knows no channel. Functions that take a session leave the commit to the caller; `accept` and the others that take the
heart commit themselves and wake whoever waits.
"""

import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import metrics, traces
from api.conversations import handoff, lines, repository, understanding
from api.conversations.desk import DESK
from api.conversations.lines import end_turn, say
from api.conversations.models import Conversation, Event, EventType, InboxMessage, Outcome, Owner, Receipt
from api.conversations.notifier import Notifier
from api.conversations.rasa import Answer
from api.conversations.typed import clean
from api.conversations.watch import GRAVE, Look, Watch, answer_at_once, asks_topic, flag
from api.database import Database, now
from api.errors import Invalid
from api.settings import settings
from api.texts import LANGUAGES, Language, button, plain, text

log = structlog.get_logger()

LONGEST_TEXT = 4000
INBOX = "inbox"
# What the heart notes in a message for itself: no reader is told.
KEPT = frozenset({"asks", "handoff"})
# What the bot calls a message that it did not understand.
UNSURE = "nlu_fallback"


type Conceal = Callable[[AsyncSession, str, str], Awaitable[None]]
type Version = Callable[[AsyncSession], Awaitable[int]]


@dataclass(frozen=True)
class Heart:
    """What the functions below need: the database, the way to wake readers and workers, and who watches over words.

    `conceal` masks in a talk what was sealed. `version` is that of the catalogue, for the bot. `arrived` are the
    conversations in which this process has stored a message that its worker has not met yet, the oldest first; other
    processes find them in the database.
    """

    database: Database
    notifier: Notifier
    watch: Watch | None = None
    conceal: Conceal | None = None
    version: Version | None = None
    arrived: dict[str, None] = field(default_factory=dict)


async def open_conversation(heart: Heart, channel: str, language: Language | None) -> tuple[Conversation, str]:
    """Start a talk: the conversation and its token. The bot's greeting is its first event."""
    async with heart.database.transaction(quick=True) as session:
        return await open_in(session, channel, language)


async def open_in(session: AsyncSession, channel: str, language: Language | None) -> tuple[Conversation, str]:
    """The same within a transaction of the channel's own, which notes there whose talk it is."""
    token = secrets.token_urlsafe(32)
    conversation = Conversation(
        id=str(uuid.uuid4()),
        channel=channel,
        token_hash=repository.hash_token(token),
        language=language,
        last_seq=0,
        owner=Owner.BOT,
    )
    session.add(conversation)
    await session.flush()
    await say(session, conversation.id, greeting(language), sender="bot")
    return conversation, token


def announce(heart: Heart, conversation_id: str) -> None:
    """Wake everybody whom a change of the conversation may concern: its readers, the desk, this process' worker."""
    tell_readers(heart, conversation_id)
    heart.arrived[conversation_id] = None
    heart.notifier.wake(INBOX)


def tell_readers(heart: Heart, conversation_id: str) -> None:
    """Wake who reads the conversation, and the desk."""
    for topic in (conversation_id, DESK):
        heart.notifier.notify(topic)


def greeting(language: Language | None) -> dict[str, Any]:
    """The first message: who talks here, what for, and what is kept. In both languages when none is chosen."""
    shown: Language = language or "pl"
    return {
        "text": text("talk.greeting" if language else "talk.greeting_both", shown, days=settings().text_days),
        "language": shown,
        "buttons": [button(name, shown) for name in ("interests", "courses", "internships", "counselling")],
        "cards": [],
    }


def readable(typed: str) -> str:
    """The text as it is stored. Raises Invalid for an empty or too long one."""
    typed = clean(typed)
    if not typed.strip():
        raise Invalid("The message is empty.", field="text")
    if len(typed) > LONGEST_TEXT:
        raise Invalid(f"The message is longer than {LONGEST_TEXT:,} characters. Please send it in parts.", field="text")
    return typed


async def look_at(heart: Heart, typed: str | None) -> Look | None:
    """What the watch says of a readable text; None when nothing was typed."""
    return await heart.watch(typed) if heart.watch is not None and typed is not None else None


async def accept(
    heart: Heart,
    conversation_id: str,
    client_id: str,
    *,
    typed: str | None,
    payload: str | None,
    looking: Awaitable[Look | None] | None = None,
) -> int:
    """Store a pupil's message for good and return its number; the same `client_id` again gives the same number.

    `looking` is what the watch says, where it was asked already. Raises Invalid for an empty or too long text, or a
    payload of a button that this conversation was never sent.
    """
    typed = readable(typed) if typed is not None else None
    came = now()
    look = await (looking or look_at(heart, typed))
    notice, calm = (look.notice, look.calm) if look is not None else (None, False)
    watched, is_for_bot = now(), False
    async with heart.database.transaction(quick=True) as session:
        conversation = await repository.lock(session, conversation_id)
        if conversation is None:
            raise Invalid("The conversation does not exist any more.", field="id")
        known = await repository.receipt(session, conversation_id, client_id)
        if known is not None:
            return known
        shown = typed if payload is None else await _title(session, conversation, payload)
        if shown is None:
            raise Invalid("This button was not offered in the conversation.", field="payload")
        if typed is not None and notice is None:
            payload = await _typed_button(session, conversation_id, typed)
        if conversation.owner == Owner.CLOSED:
            await handoff.change_owner(session, conversation_id, to=Owner.BOT, by=handoff.PUPIL, reason="wrote_again")
        seq = await repository.append(
            session, conversation_id, EventType.MESSAGE, {"text": shown, "buttons": [], "cards": []}, sender="pupil"
        )
        session.add(Receipt(conversation_id=conversation_id, client_id=client_id, seq=seq))
        if notice is not None and not (notice.names_topic and await asks_topic(session, conversation)):
            await answer_at_once(session, conversation, seq, notice)
        elif is_for_bot := await handoff.hear(session, conversation, seq, typed=typed, payload=payload):
            words = typed if payload is None else None
            session.add(InboxMessage(conversation_id=conversation_id, seq=seq, text=words, payload=payload, calm=calm))
    traces.past("safety", conversation_id, seq, came, watched)
    traces.past("storing", conversation_id, seq, watched)
    if not is_for_bot:
        traces.ended(conversation_id, seq, came, "not for the bot")
    metrics.MESSAGES.labels(conversation.channel).inc()
    if notice is not None:
        metrics.SAFETY.labels(notice.danger).inc()
    announce(heart, conversation_id)
    return seq


async def _title(session: AsyncSession, conversation: Conversation, payload: str) -> str | None:
    """The title of a button that may act: one that was sent, or the way to a person, which is always open."""
    if payload != clean(payload):
        return None
    if payload == handoff.TO_A_PERSON:
        return button("human", cast(Language, conversation.language or "pl"))["title"]
    return await repository.title_of(session, conversation.id, payload)


async def _typed_button(session: AsyncSession, conversation_id: str, typed: str) -> str | None:
    """The payload of the one button in view whose title the pupil has typed instead of pressing it."""
    words = plain(typed)
    shown = await repository.offered(session, conversation_id) if words.strip() else []
    payloads = {button["payload"] for button in shown if plain(button["title"]) == words}
    return payloads.pop() if len(payloads) == 1 else None


async def write_answer(
    heart: Heart, conversation_id: str, seq: int, answer: Answer, *, worker: str | None = None
) -> bool:
    """Write the bot's answer to a message and end its turn; False when the conversation was erased meanwhile.

    The owner is looked at in the same transaction: when the bot no longer owns the talk, its late answer is dropped.
    If nothing else waits, the lease of `worker` is given back, and then, too, the result is False.
    """
    async with heart.database.transaction(quick=True) as session:
        conversation = await repository.lock(session, conversation_id)
        if conversation is None:
            return False
        await understanding.keep(session, conversation_id, seq, answer.nlu)
        inbox = {message.seq: (message, at) for message, at in await repository.waiting_since(session, conversation_id)}
        if seq not in inbox:
            return True
        waiting, asked = inbox.pop(seq)
        typed = waiting.text is not None
        if is_done := not inbox and worker is not None and conversation.lease_holder == worker:
            conversation.lease_holder = conversation.lease_until = None
        if conversation.owner == Owner.BOT:
            conversation.language = answer.language
            await _write_messages(session, conversation, waiting, answer)
            if heart.conceal is not None:
                for token in (message["conceal"] for message in answer.messages if "conceal" in message):
                    await heart.conceal(session, conversation_id, token)
        else:
            await end_turn(session, conversation_id, seq, Outcome.HANDED_OVER)
            await repository.take_out(session, waiting)
    outcome = Outcome.ANSWERED if conversation.owner == Owner.BOT else Outcome.HANDED_OVER
    _count(answer, asked, typed, outcome)
    traces.ended(conversation_id, seq, asked, outcome)
    tell_readers(heart, conversation_id)
    return not is_done


def _count(answer: Answer, asked: datetime, typed: bool, outcome: Outcome) -> None:
    """Note for the metrics how the turn went."""
    metrics.TURNS.labels(outcome).inc()
    metrics.TURN_SECONDS.observe((now() - asked).total_seconds())
    if typed:
        metrics.UNDERSTOOD.labels("no" if answer.nlu.get("intent") == UNSURE else "yes").inc()
    for danger in {message["danger"] for message in answer.messages if message.get("danger")}:
        metrics.SAFETY.labels(danger).inc()


async def _write_messages(
    session: AsyncSession, conversation: Conversation, waiting: InboxMessage, answer: Answer
) -> None:
    """The bot's messages and the end of the turn.

    A message with `safety` flags the talk (`danger` says why; a grave one hands it over), one with `handoff` (a reason)
    hands it over to a person. `conceal` is for the heart only.
    """
    reason = danger = None
    bodies = []
    for message in answer.messages:
        body = {"language": answer.language, "cards": [], **message}
        reason = body.get("handoff", reason)
        danger = body.pop("danger", danger)
        body.pop("conceal", None)
        bodies.append(body)
    is_safety = any(message.get("safety") for message in answer.messages)
    if reason is None and not (is_safety and danger in GRAVE):
        await lines.answer(session, conversation.id, bodies, reply_to=waiting.seq)
        await repository.take_out(session, waiting)
    else:
        for body in bodies:
            await say(session, conversation.id, body, sender="bot", reply_to=waiting.seq)
    if is_safety:
        await flag(session, conversation, danger)
    if reason is not None:
        await handoff.change_owner(session, conversation.id, to=Owner.WAITING, by=handoff.BOT, reason=reason)


async def write_failure(heart: Heart, conversation_id: str, seq: int) -> None:
    """End a turn that cannot be answered: an apology with a way to a person; the second in a row goes on to one."""
    async with heart.database.transaction(quick=True) as session:
        conversation = await repository.lock(session, conversation_id)
        inbox = {message.seq: (message, at) for message, at in await repository.waiting_since(session, conversation_id)}
        if conversation is None or seq not in inbox:
            return
        waiting, asked = inbox[seq]
        again = await repository.failed_last(session, conversation_id)
        body = _fixed(conversation, "talk.failed_again" if again else "talk.failed", buttons=[] if again else ["human"])
        await say(session, conversation_id, body, sender="bot", reply_to=seq)
        await end_turn(session, conversation_id, seq, Outcome.FAILED)
        await repository.take_out(session, waiting)
        if again:
            reason = handoff.Reason.FAILED
            await handoff.change_owner(session, conversation_id, to=Owner.WAITING, by=handoff.BOT, reason=reason)
    metrics.TURNS.labels(Outcome.FAILED).inc()
    traces.ended(conversation_id, seq, asked, Outcome.FAILED)
    tell_readers(heart, conversation_id)


async def tell_to_wait(heart: Heart, conversation_id: str) -> None:
    """Tell the pupil that the answer takes a while and nothing is lost: once, until everything is answered."""
    async with heart.database.transaction(quick=True) as session:
        conversation = await repository.lock(session, conversation_id)
        waiting = await repository.waiting(session, conversation_id)
        if conversation is None or conversation.owner != Owner.BOT or not waiting:
            return
        if not any(message.told_to_wait for message in waiting):
            body = _fixed(conversation, "conversation.wait", buttons=[])
            await say(session, conversation_id, body, sender="system", reply_to=waiting[0].seq)
        for message in waiting:
            message.told_to_wait = True
    heart.notifier.notify(conversation_id)


def _fixed(conversation: Conversation, key: str, *, buttons: list[str]) -> dict[str, Any]:
    """A message with a sentence of ours, in both languages while that of the talk is not known."""
    known = cast(Language | None, conversation.language)
    shown: Language = known or "pl"
    return {
        "text": "\n".join(text(key, language) for language in ([known] if known else LANGUAGES)),
        "language": shown,
        "buttons": [button(name, shown) for name in buttons],
        "cards": [],
    }


def event_json(event: Event) -> dict[str, Any]:
    """An event as readers get it (contract)."""
    json: dict[str, Any] = {"seq": event.seq, "type": event.type}
    if event.sender:
        json["sender"] = event.sender
    told = {name: value for name, value in event.body.items() if name not in KEPT}
    return {**json, **told, "reply_to": event.reply_to, "created_at": event.created_at.isoformat()}
