"""What each kind of update does: one function a kind. A kind without a function is stored and counted, no more.

Each function may be run again after a crash: handing a message to the heart twice is harmless, because Meta's id of the
message is the heart's `client_id`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy.exc import IntegrityError

from api.channels.messenger import outbox, repository, threads
from api.channels.messenger.courier import Courier
from api.channels.messenger.models import Update
from api.channels.messenger.profile import ASKS_TO_ERASE, ERASE_NO, ERASE_YES, START
from api.channels.messenger.split import split
from api.channels.messenger.threads import Found
from api.channels.messenger.updates import Kind, kind_of
from api.conversations import service
from api.conversations.models import Conversation
from api.conversations.rasa import RasaClient
from api.conversations.service import Heart
from api.errors import Invalid
from api.privacy import erasure
from api.texts import Language, text

log = structlog.get_logger()

LONGEST_ID = 120


@dataclass(frozen=True)
class Means:
    """What the functions below need."""

    heart: Heart
    rasa: RasaClient
    courier: Courier
    long_gap: timedelta


type Handler = Callable[[Means, Update, dict[str, Any]], Awaitable[None]]


async def handle(means: Means, update: Update) -> None:
    """Do what the update asks for."""
    handler = HANDLERS.get(Kind(update.kind))
    # Only what Meta says of the whole page concerns no pupil.
    is_whole = bool(update.psid) or update.kind == Kind.POLICY
    if handler is not None and is_whole and isinstance(update.body, dict):
        await handler(means, update, update.body)


async def handle_unordered(means: Means, updates: Iterable[Update]) -> list[int]:
    """Deal with echoes of our own lines and with kinds that are only counted; the ids of those that are done.

    They are many, and nobody has to wait for another.
    """
    done: list[int] = []
    echoes: dict[str, str | None] = {}
    for update in updates:
        if update.kind not in HANDLERS:
            log.info("messenger_update_counted", kind=update.kind, fields=sorted(update.body or {})[:8])
        elif (ours := echo_of_ours(update.body or {})) is not None:
            echoes.update([ours])
        else:
            continue
        done.append(update.id)
    if echoes:
        await means.courier.settle(echoes)
    return done


def echo_of_ours(body: dict[str, Any]) -> tuple[str, str | None] | None:
    """The reference and Meta's id of a line of ours that surely went out; None for what somebody else said."""
    ref, mid = body["message"].get("metadata"), str(body["message"].get("mid") or "")[:255] or None
    return (ref, mid) if isinstance(ref, str) and outbox.OURS.fullmatch(ref) else None


async def _message(means: Means, update: Update, body: dict[str, Any]) -> None:
    message = body["message"]
    found = await _find(means, update)
    typed, reply = str(message.get("text") or ""), message.get("quick_reply")
    payload = reply.get("payload") if isinstance(reply, dict) else None
    if isinstance(payload, str) or typed.strip():
        await _hear(means, update, found, str(message.get("mid") or update.key), typed, payload)
    elif message.get("attachments") and not found.held:
        await _say(means, found, update, "only_text")


async def _edit(means: Means, update: Update, body: dict[str, Any]) -> None:
    """A changed message is a new one to the bot: it has answered the old wording already."""
    edit = body["message_edit"]
    found = await _find(means, update)
    typed = str(edit.get("text") or "")
    if typed.strip():
        await _hear(means, update, found, f"{edit.get('mid')} {edit.get('num_edit')}", typed, None)


async def _postback(means: Means, update: Update, body: dict[str, Any]) -> None:
    postback = body["postback"]
    found = await _find(means, update)
    payload, title = str(postback.get("payload") or ""), str(postback.get("title") or "")
    if payload == START:
        # The greeting of a new conversation has said all; an old one is greeted again.
        if not found.is_new and not found.held:
            await _put(means, found, update, service.greeting(await _language(means, found)))
        return
    await _hear(means, update, found, str(postback.get("mid") or update.key), title, payload)


async def _referral(means: Means, update: Update, body: dict[str, Any]) -> None:
    await _find(means, update)


async def _echo(means: Means, update: Update, body: dict[str, Any]) -> None:
    """What the page said: a line of ours that surely went out, or somebody else's."""
    ours = echo_of_ours(body)
    if ours is not None:
        await means.courier.settle(dict([ours]))
    else:
        await threads.hold(means.heart, update.page_id, update.psid, update.received_at)


async def _held(means: Means, update: Update, body: dict[str, Any]) -> None:
    await threads.hold(means.heart, update.page_id, update.psid, update.received_at)


async def _standby(means: Means, update: Update, body: dict[str, Any]) -> None:
    """Somebody else has the thread. What the pupil says belongs to the talk all the same, and safety must see it."""
    await _held(means, update, body)
    if (hear := HEARD.get(kind_of(body))) is not None:
        await hear(means, update, body)


async def _given_back(means: Means, update: Update, body: dict[str, Any]) -> None:
    await threads.give_back(means.heart, update.page_id, update.psid)


async def _policy(means: Means, update: Update, body: dict[str, Any]) -> None:
    """Meta bars the page, or lifts the bar."""
    said = body.get("policy_enforcement") or body.get("policy-enforcement") or {}
    await means.courier.stop_page(update.page_id, "barred" if said.get("action") == "block" else None)


# What a pupil says, wherever it is delivered.
HEARD: dict[Kind, Handler] = {Kind.MESSAGE: _message, Kind.EDIT: _edit, Kind.POSTBACK: _postback}

HANDLERS: dict[Kind, Handler] = {
    **HEARD,
    Kind.REFERRAL: _referral,
    Kind.ECHO: _echo,
    Kind.STANDBY: _standby,
    Kind.TAKE_CONTROL: _held,
    Kind.PASS_CONTROL: _given_back,
    Kind.POLICY: _policy,
}


async def _find(means: Means, update: Update) -> Found:
    gap_at = update.received_at - means.long_gap
    return await threads.find_or_open(means.heart, update, gap_at)


async def _hear(means: Means, update: Update, found: Found, id: str, typed: str, payload: str | None) -> None:
    """Hand what the pupil wrote or pressed to the heart. A payload that was never sent counts as its title, typed."""
    if payload in (*ASKS_TO_ERASE, ERASE_YES, ERASE_NO):
        await _erase(means, update, found, payload)
        return
    if len(id) > LONGEST_ID:
        id = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()
    means.courier.expect(found.conversation_id)
    if not found.with_counsellor:
        means.courier.show_reading(update.page_id, update.psid)
    try:
        if payload is not None:
            await service.accept(means.heart, found.conversation_id, id, typed=None, payload=payload)
            return
    except Invalid as problem:
        if problem.field != "payload" or not typed.strip():
            log.info("messenger_button_refused", conversation=found.conversation_id)
            return
    for number, part in enumerate(split(typed, service.LONGEST_TEXT)):
        part_id = f"{id}#{number}" if number else id
        try:
            await service.accept(means.heart, found.conversation_id, part_id, typed=part, payload=None)
        except Invalid as problem:
            # Erased between the look into the thread and now; whatever was waiting went with it.
            log.info("messenger_line_refused", conversation=found.conversation_id, field=problem.field)


async def _erase(means: Means, update: Update, found: Found, payload: str) -> None:
    language = await _language(means, found)
    if payload == ERASE_YES:
        await erasure.erase(means.heart.database, means.rasa, found.conversation_id)
        means.heart.notifier.notify(found.conversation_id)
        means.courier.tell(update.page_id, update.psid, text("messenger.erased", language))
        return
    message: dict[str, Any] = {"text": text("messenger.erase_kept", language), "language": language}
    if payload in ASKS_TO_ERASE:
        choices = {"erase_yes": ERASE_YES, "erase_no": ERASE_NO}
        message["text"] = text("messenger.erase_ask", language)
        message["buttons"] = [
            {"title": text(f"messenger.{key}", language), "payload": value} for key, value in choices.items()
        ]
    await _put(means, found, update, message)


async def _say(means: Means, found: Found, update: Update, key: str) -> None:
    language = await _language(means, found)
    await _put(means, found, update, {"text": text(f"messenger.{key}", language), "language": language})


async def _put(means: Means, found: Found, update: Update, message: dict[str, Any]) -> None:
    """Put a line of the channel into the outbox, once for each update."""
    try:
        async with means.heart.database.transaction() as session:
            thread = await repository.thread_of(session, found.conversation_id)
            if thread is not None:
                await outbox.notice(session, thread, f"u{update.id}", message, means.long_gap)
    except IntegrityError:
        log.info("messenger_notice_known", conversation=found.conversation_id)
    means.courier.expect(found.conversation_id)


async def _language(means: Means, found: Found) -> Language:
    async with means.heart.database.transaction(read_only=True) as session:
        conversation = await session.get(Conversation, found.conversation_id)
    return cast(Language, (conversation.language if conversation else None) or "pl")
