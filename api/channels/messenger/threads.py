"""Whose conversation is whose: a pupil on a page has one, opened by the first word."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.channels.messenger import repository
from api.channels.messenger.models import Thread, Update
from api.conversations import handoff, service
from api.conversations.handoff import Actor
from api.conversations.models import Conversation, Owner
from api.conversations.service import Heart

CHANNEL = "messenger"
NEAR = timedelta(seconds=30)
# Who answers in Meta's own inbox: nobody of the console, whose list shows this name.
PAGE = Actor("page", name="Facebook")


@dataclass(frozen=True)
class Found:
    """A pupil's conversation. `is_new`: this update opened it. `held`: the page's staff answers, the bot is silent."""

    conversation_id: str
    is_new: bool
    held: bool
    with_counsellor: bool


class Erased(Exception):
    """An erasure was quicker than the update: what it says must not open a talk."""


async def find_or_open(heart: Heart, update: Update, long_gap_at: datetime) -> Found:
    """The conversation of the update's pupil, opened when there is none; notes that the pupil was heard from.

    A page whose staff has been silent since `long_gap_at` no longer holds the thread: the bot must not be dumb
    for ever. Raises Erased.
    """
    async with heart.database.transaction(read_only=True) as session:
        if not await repository.is_waiting(session, update.id):
            raise Erased
        thread = await session.get(Thread, (update.page_id, update.psid))
    if thread is not None and thread.held_by_page_at is None and _is_near(thread.last_pupil_at, update.received_at):
        return _found(thread, update)
    try:
        return await _find_or_open(heart, update, long_gap_at)
    except IntegrityError:
        # Another process has opened it at the same moment.
        return await _find_or_open(heart, update, long_gap_at)


async def _find_or_open(heart: Heart, update: Update, long_gap_at: datetime) -> Found:
    async with heart.database.transaction() as session:
        thread = await repository.thread(session, update.page_id, update.psid)
        if thread is None:
            conversation, _ = await service.open_in(session, CHANNEL, None)
            thread = Thread(
                page_id=update.page_id, psid=update.psid, conversation_id=conversation.id, opened_by=update.id
            )
            session.add(thread)
        thread.last_pupil_at = update.received_at
        if thread.held_by_page_at is not None and thread.held_by_page_at < long_gap_at:
            await _release(session, thread, "page_silent")
        return _found(thread, update)


def _found(thread: Thread, update: Update) -> Found:
    return Found(
        conversation_id=thread.conversation_id,
        is_new=thread.opened_by == update.id,
        held=thread.held_by_page_at is not None,
        with_counsellor=thread.counsellor is not None,
    )


def _is_near(noted: datetime, heard_at: datetime) -> bool:
    """Whether what is noted is exact enough for a window of a day, so that a burst of lines costs one write."""
    return timedelta() <= heard_at - noted < NEAR


async def hold(heart: Heart, page_id: str, psid: str, at: datetime) -> None:
    """The page's staff answers the pupil: the bot is silent, and the console shows who has the talk.

    A talk that somebody at the console leads stays theirs.
    """
    async with heart.database.transaction() as session:
        thread = await repository.thread(session, page_id, psid)
        if thread is None:
            return
        thread.held_by_page_at = max(at, thread.held_by_page_at or at)
        talk = await session.get_one(Conversation, thread.conversation_id)
        if talk.owner != Owner.COUNSELLOR:
            await handoff.change_owner(session, talk.id, to=Owner.COUNSELLOR, by=PAGE, reason="page_inbox")


async def give_back(heart: Heart, page_id: str, psid: str) -> None:
    """The page's staff has given the thread back to us; the bot says who it is when it next speaks."""
    async with heart.database.transaction() as session:
        thread = await repository.thread(session, page_id, psid)
        if thread is not None and thread.held_by_page_at is not None:
            await _release(session, thread, "page_gave_back")


async def _release(session: AsyncSession, thread: Thread, reason: str) -> None:
    thread.held_by_page_at, thread.introduce = None, True
    talk = await session.get_one(Conversation, thread.conversation_id)
    if talk.owner == Owner.COUNSELLOR and talk.counsellor_id is None:
        await handoff.change_owner(session, talk.id, to=Owner.BOT, by=PAGE, reason=reason)
