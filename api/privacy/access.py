"""Everything that is kept of a talk, in one document, for the pupil or for a counsellor who answers their request."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.appointments import service as appointments
from api.channels.messenger import service as messenger
from api.console import repository as console
from api.conversations import keeping
from api.conversations.rasa import RasaAway, RasaClient
from api.database import Database, now
from api.errors import NotFound
from api.requests import service as requests
from api.review import service as review
from api.signups import service as signups

type Document = dict[str, Any]


async def document(database: Database, rasa: RasaClient, conversation_id: str) -> Document:
    """The document; `bot_remembers` is null when the bot does not answer now. Raises NotFound."""
    async with database.transaction(read_only=True) as session:
        kept = await _kept(session, conversation_id)
    try:
        remembered: Document | None = await rasa.remembered(conversation_id)
    except RasaAway:
        remembered = None
    return {"made_at": now(), **kept, "bot_remembers": remembered}


async def _kept(session: AsyncSession, conversation_id: str) -> Document:
    talk = await keeping.kept(session, conversation_id)
    if talk is None:
        raise NotFound("There is no such conversation.")
    return {
        **talk,
        "sign_ups": await signups.kept(session, conversation_id),
        "appointments": await appointments.kept(session, conversation_id),
        "requests": await requests.kept(session, conversation_id),
        "reviewed_lines": await review.kept(session, conversation_id),
        "counsellors": await console.kept(session, conversation_id),
        "messenger": await messenger.kept(session, conversation_id),
    }


def as_json(content: Document) -> str:
    """The document as a file for people and programs."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
