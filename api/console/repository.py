"""The console's own reads and writes: notes, tags, canned replies, read marks, presence."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts.models import Staff
from api.console.models import CannedReply, Note, Presence, ReadMark, Tag
from api.database import now
from api.errors import Invalid, NotFound

HERE_FOR = timedelta(seconds=40)
LONGEST_NOTE = 2000
LONGEST_TAG = 30


async def notes(session: AsyncSession, conversation_id: str) -> list[Note]:
    """The notes on a conversation, the oldest first."""
    return list(await session.scalars(select(Note).where(Note.conversation_id == conversation_id).order_by(Note.id)))


def add_note(session: AsyncSession, conversation_id: str, staff: Staff, text: str) -> None:
    """Add a private note. Raises Invalid."""
    if not 0 < len(text.strip()) <= LONGEST_NOTE:
        raise Invalid("The note is empty or too long.", field="text")
    session.add(Note(conversation_id=conversation_id, staff_id=staff.id, staff_name=staff.name, text=text.strip()))


async def kept(session: AsyncSession, conversation_id: str) -> dict[str, Any]:
    """What counsellors have written about a conversation, for whoever asks what we know of them."""
    written = [
        {"text": note.text, "by": note.staff_name, "at": note.at} for note in await notes(session, conversation_id)
    ]
    return {"notes": written, "tags": (await tags(session, [conversation_id])).get(conversation_id, [])}


async def clear(session: AsyncSession, before: datetime) -> int:
    """Take out all notes from before this moment; how many there were."""
    return await _drop_notes(session, Note.at < before)


async def clear_talk(session: AsyncSession, conversation_id: str, before: datetime, *, quiet: bool) -> int:
    """The same for one talk; of a talk without words the tags go, too."""
    if quiet:
        await session.execute(delete(Tag).where(Tag.conversation_id == conversation_id))
    return await _drop_notes(session, Note.conversation_id == conversation_id, Note.at < before)


async def _drop_notes(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    count = await session.scalar(select(func.count()).select_from(Note).where(*which)) or 0
    await session.execute(delete(Note).where(*which))
    return count


async def tags(session: AsyncSession, conversation_ids: Iterable[str]) -> dict[str, list[str]]:
    """The tags of each conversation, in alphabetical order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = select(Tag).where(Tag.conversation_id.in_(list(conversation_ids))).order_by(Tag.tag)
    for row in await session.scalars(query):
        found[row.conversation_id].append(row.tag)
    return found


async def known_tags(session: AsyncSession) -> list[str]:
    """All tags that are in use."""
    return sorted(await session.scalars(select(Tag.tag).distinct()))


def tagged(tag: str) -> Select[str]:
    """The conversations with a tag."""
    return select(Tag.conversation_id).where(Tag.tag == tag)


async def add_tag(session: AsyncSession, conversation_id: str, tag: str) -> str:
    """Put a tag on a conversation and return it in its normal form. Raises Invalid."""
    tag = " ".join(tag.lower().split())
    if not 0 < len(tag) <= LONGEST_TAG:
        raise Invalid("The tag is empty or too long.", field="tag")
    await session.merge(Tag(conversation_id=conversation_id, tag=tag))
    return tag


async def remove_tag(session: AsyncSession, conversation_id: str, tag: str) -> None:
    """Take a tag off."""
    await session.execute(delete(Tag).where(Tag.conversation_id == conversation_id, Tag.tag == tag))


async def canned_replies(session: AsyncSession, staff: Staff) -> list[CannedReply]:
    """Everybody's replies and one's own."""
    theirs = or_(CannedReply.staff_id.is_(None), CannedReply.staff_id == staff.id)
    return list(await session.scalars(select(CannedReply).where(theirs).order_by(CannedReply.title)))


def add_canned_reply(session: AsyncSession, staff: Staff, title: str, pl: str, en: str, *, own: bool) -> None:
    """Keep a reply, in both languages. Raises Invalid."""
    for name, words, longest in (("title", title, 80), ("pl", pl, LONGEST_NOTE), ("en", en, LONGEST_NOTE)):
        if not 0 < len(words.strip()) <= longest:
            raise Invalid("A title and both languages are needed.", field=name)
    reply = CannedReply(staff_id=staff.id if own else None, title=title.strip(), pl=pl.strip(), en=en.strip())
    session.add(reply)


async def remove_canned_reply(session: AsyncSession, staff: Staff, reply_id: int) -> None:
    """Drop a reply that is one's own or everybody's. Raises NotFound."""
    reply = await session.get(CannedReply, reply_id)
    if reply is None or reply.staff_id not in (None, staff.id):
        raise NotFound("There is no such reply.")
    await session.delete(reply)


async def read_marks(session: AsyncSession, staff: Staff, conversation_ids: Iterable[str]) -> dict[str, int]:
    """How far somebody has read these conversations; 0 for those never opened."""
    ids = list(conversation_ids)
    query = select(ReadMark).where(ReadMark.staff_id == staff.id, ReadMark.conversation_id.in_(ids))
    return {**dict.fromkeys(ids, 0), **{mark.conversation_id: mark.seq for mark in await session.scalars(query)}}


async def mark_read(session: AsyncSession, staff: Staff, conversation_id: str, seq: int) -> None:
    """Remember that somebody has read up to this number; a mark never goes back."""
    mark = await session.get(ReadMark, (staff.id, conversation_id))
    if mark is None:
        session.add(ReadMark(staff_id=staff.id, conversation_id=conversation_id, seq=seq))
    else:
        mark.seq = max(mark.seq, seq)


async def be_present(session: AsyncSession, staff: Staff, conversation_id: str) -> None:
    """Note that somebody has the conversation open."""
    await session.merge(
        Presence(conversation_id=conversation_id, staff_id=staff.id, staff_name=staff.name, seen_at=now())
    )


async def present(session: AsyncSession, conversation_id: str, but: Staff) -> list[str]:
    """The names of the others who have the conversation open."""
    query = select(Presence.staff_name).where(
        Presence.conversation_id == conversation_id,
        Presence.staff_id != but.id,
        Presence.seen_at > now() - HERE_FOR,
    )
    return sorted(await session.scalars(query))
