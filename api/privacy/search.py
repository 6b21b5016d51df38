"""Finding the talk of somebody who asks a counsellor about their data: by its name, a code, or a contact."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.appointments import service as appointments
from api.conversations import desk, repository
from api.conversations.models import Conversation
from api.person import find_contact
from api.requests import service as requests
from api.signups import service as signups

SHORTEST = 4
MOST = 20


async def find(session: AsyncSession, words: str) -> list[Conversation]:
    """The talks that fit, the latest first: `words` is the beginning of an id, a code or a contact."""
    words = words.strip()
    if len(words) < SHORTEST:
        return []
    contact = find_contact(words)
    found = await repository.talks_of(session, words.lower(), contact)
    for room in (signups, appointments, requests):
        found |= await room.talks_of(session, words.upper(), contact)
    talks = await desk.find(session, sorted(found))
    return sorted(talks, key=lambda talk: talk.created_at, reverse=True)[:MOST]
