"""The channel's reads and writes. Nothing here commits: the caller's transaction does."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.channels.messenger.models import Deletion, Line, PageState, State, Thread, Update, Wish
from api.channels.messenger.updates import LONGEST_HOLD, Arrived, Kind
from api.database import insert_into

KEPT = timedelta(days=14)
MOST_AT_ONCE = 200


async def store(session: AsyncSession, arrived: list[Arrived]) -> list[Kind]:
    """Store the updates that are new; of which kinds they are."""
    if not arrived:
        return []
    statement = insert_into(session, Update).on_conflict_do_nothing(index_elements=["key"]).returning(Update.kind)
    # Always in the same order: deliveries that share updates would otherwise wait for each other for ever.
    rows = [{**vars(one), "attempts": 0, "waiting": True} for one in sorted(arrived, key=lambda one: one.key)]
    return [Kind(kind) for kind in await session.scalars(statement, rows)]


async def due_senders(session: AsyncSession, moment: datetime, overdue: datetime, limit: int) -> list[tuple[str, str]]:
    """Page and pupil of those whose updates may be taken now, the longest waiting first.

    A sender's updates are due when the last of them is, and late ones when the page gets no more of them for a while:
    Meta catches up in any order. All are due when the first has waited since `overdue`.
    """
    catching_up = select(Update.page_id).where(Update.waiting, Update.late, Update.received_at > moment - LONGEST_HOLD)
    has_late = func.max(case((Update.late, 1), else_=0))
    is_quiet = or_(has_late == 0, Update.page_id.not_in(catching_up))
    query = (
        select(Update.page_id, Update.psid)
        .where(Update.waiting)
        .group_by(Update.page_id, Update.psid)
        .having(or_((func.max(Update.due_at) <= moment) & is_quiet, func.min(Update.received_at) <= overdue))
        .order_by(func.min(Update.received_at))
        .limit(limit)
    )
    return [(row.page_id, row.psid) for row in await session.execute(query)]


async def waiting(session: AsyncSession, page_id: str, psid: str) -> list[Update]:
    """A sender's updates that are still to be taken, in the order of Meta's clock."""
    query = (
        select(Update)
        .where(Update.waiting, Update.page_id == page_id, Update.psid == psid)
        .order_by(Update.sent_ms, Update.received_at, Update.id)
        .limit(MOST_AT_ONCE)
    )
    return list(await session.scalars(query))


async def unordered(session: AsyncSession, ordered: Iterable[Kind]) -> list[Update]:
    """Waiting updates that may be dealt with before those that came earlier: echoes, and kinds without an order."""
    has_none = or_(Update.kind == Kind.ECHO, Update.kind.not_in(list(ordered)))
    query = select(Update).where(Update.waiting, has_none).order_by(Update.received_at).limit(MOST_AT_ONCE)
    return list(await session.scalars(query))


async def hold_all(session: AsyncSession, until: datetime) -> None:
    """Take no waiting update before this moment: others that belong before them may still be on their way."""
    late = (Update.waiting, Update.due_at < until)
    await session.execute(update(Update).where(*late).values(due_at=until))


async def is_waiting(session: AsyncSession, id: int) -> bool:
    """Whether the update is still to be taken: an erasure may have been quicker."""
    return bool(await session.scalar(select(Update.waiting).where(Update.id == id)))


async def finish(session: AsyncSession, ids: Iterable[int]) -> None:
    """The updates are dealt with: what they said is no longer kept here."""
    values = {"waiting": False, "body": None}
    await session.execute(update(Update).where(Update.id.in_(list(ids))).values(**values))


async def put_off(session: AsyncSession, id: int, moment: datetime, most: int) -> bool:
    """Try the update again later; False when it was tried so often that it is put aside."""
    row = await session.get(Update, id)
    if row is None:
        return True
    row.attempts += 1
    row.due_at = moment + timedelta(seconds=2**row.attempts)
    row.waiting = row.attempts < most
    return row.waiting


async def forget_old(session: AsyncSession, moment: datetime) -> None:
    """Drop the keys of updates that Meta will not repeat any more."""
    await session.execute(delete(Update).where(~Update.waiting, Update.received_at < moment - KEPT))


async def line_counts(session: AsyncSession) -> dict[str, int]:
    """How many lines are in each state; lines go with their talks."""
    rows = await session.execute(select(Line.state, func.count()).group_by(Line.state))
    return {str(row[0]): row[1] for row in rows}


async def thread(session: AsyncSession, page_id: str, psid: str) -> Thread | None:
    """The thread, locked against other writers until the transaction ends."""
    query = select(Thread).where(Thread.page_id == page_id, Thread.psid == psid).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def thread_of(session: AsyncSession, conversation_id: str) -> Thread | None:
    """The thread that is this conversation, locked."""
    query = select(Thread).where(Thread.conversation_id == conversation_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def conversations_of(session: AsyncSession, psid: str, page_id: str | None = None) -> list[str]:
    """A pupil's conversations with this page, or with any."""
    query = select(Thread.conversation_id).where(Thread.psid == psid)
    return list(await session.scalars(query if page_id is None else query.where(Thread.page_id == page_id)))


async def open_deletions(session: AsyncSession) -> list[str]:
    """The codes of the wishes to be forgotten of which nobody could say yet whose talks they mean."""
    return list(await session.scalars(select(Deletion.code).where(Deletion.state == Wish.OPEN)))


def cursors() -> Select[str, int]:
    """How far each conversation was read into the outbox."""
    return select(Thread.conversation_id, Thread.read_seq.label("seq"))


async def heads(session: AsyncSession, moment: datetime) -> list[Line]:
    """The first line of each conversation that is not settled, where it is due; those behind it wait.

    An unknown line with an error cannot be looked up any more and holds nobody up.
    """
    is_open = or_(Line.state == State.QUEUED, (Line.state == State.UNKNOWN) & Line.error.is_(None))
    first = select(func.min(Line.id)).where(is_open).group_by(Line.conversation_id)
    query = select(Line).where(Line.id.in_(first), Line.due_at <= moment).order_by(Line.due_at)
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def head(session: AsyncSession, conversation_id: str) -> Line | None:
    """The first line of the conversation that is not settled, locked."""
    is_open = or_(Line.state == State.QUEUED, (Line.state == State.UNKNOWN) & Line.error.is_(None))
    query = select(Line).where(Line.conversation_id == conversation_id, is_open).order_by(Line.id).limit(1)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def line(session: AsyncSession, ref: str) -> Line | None:
    """The line with this reference, locked."""
    query = select(Line).where(Line.ref == ref).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def unsettled(session: AsyncSession, refs: Iterable[str]) -> list[str]:
    """Which of these lines are there and not known to have gone out."""
    query = select(Line.ref).where(Line.ref.in_(list(refs)), Line.state != State.SENT)
    return list(await session.scalars(query))


async def known_mids(session: AsyncSession, conversation_id: str) -> set[str]:
    """Meta's ids of the lines that surely went out."""
    query = select(Line.mid).where(Line.conversation_id == conversation_id, Line.mid.is_not(None))
    return {mid for mid in await session.scalars(query) if mid}


async def undelivered(session: AsyncSession, conversation_id: str) -> dict[int, str]:
    """For the console: what became of the events that did not all reach the pupil; of several parts the worst.

    One of the states, or why a line is undeliverable.
    """
    order = [State.QUEUED, State.UNKNOWN, State.DROPPED, State.FAILED, State.UNDELIVERABLE]
    query = select(Line.seq, Line.state, Line.error).where(
        Line.conversation_id == conversation_id, Line.state != State.SENT
    )
    worst: dict[int, tuple[State, str]] = {}
    for seq, state, error in await session.execute(query):
        if seq is None:
            continue
        found = (State(state), str(error if state == State.UNDELIVERABLE else state))
        worst[seq] = max(worst.get(seq, found), found, key=lambda one: order.index(one[0]))
    return {seq: name for seq, (_, name) in worst.items()}


async def page(session: AsyncSession, page_id: str) -> PageState:
    """How the page is doing; a new row where nothing is known yet."""
    found = await session.get(PageState, page_id)
    if found is None:
        found = PageState(page_id=page_id)
        session.add(found)
    return found


async def stopped_pages(session: AsyncSession) -> set[str]:
    """The pages through which nothing may be sent now."""
    return set(await session.scalars(select(PageState.page_id).where(PageState.stopped.is_not(None))))


async def kept(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """What ties the conversation to a person on Messenger, for whoever asks what we know of them."""
    found = await session.scalar(select(Thread).where(Thread.conversation_id == conversation_id))
    if found is None:
        return []
    return [{"page": found.page_id, "person": found.psid, "last_heard_at": found.last_pupil_at}]


async def clear(session: AsyncSession, conversation_id: str, seq: int, before: datetime) -> None:
    """Drop the lines for events up to this number, and blank the pupil's updates from before this moment."""
    await session.execute(delete(Line).where(Line.conversation_id == conversation_id, Line.seq <= seq))
    found = await session.scalar(select(Thread).where(Thread.conversation_id == conversation_id))
    if found is not None:
        old = (Update.page_id == found.page_id, Update.psid == found.psid, Update.received_at < before)
        await session.execute(update(Update).where(*old).values(waiting=False, body=None))


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Erase the thread and its lines, and blank the updates of its pupil; their keys stay against repetition."""
    found = await thread_of(session, conversation_id)
    if found is None:
        return
    blank = {"waiting": False, "body": None, "psid": ""}
    mine = (Update.page_id == found.page_id, Update.psid == found.psid)
    await session.execute(update(Update).where(*mine).values(**blank).execution_options(synchronize_session=False))
    await session.execute(delete(Line).where(Line.conversation_id == conversation_id))
    await session.execute(delete(Thread).where(Thread.conversation_id == conversation_id))
