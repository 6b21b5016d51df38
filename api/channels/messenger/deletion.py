"""Meta's wish that we forget somebody, with a code under which the person can see that it was done."""

import secrets

from api.channels.messenger import repository
from api.channels.messenger.models import Deletion
from api.conversations.rasa import RasaClient
from api.database import Database
from api.privacy import erasure


async def delete(database: Database, rasa: RasaClient, user_id: str) -> str:
    """Erase all conversations of the pupil; the code of the deletion."""
    async with database.transaction(read_only=True) as session:
        conversations = await repository.conversations_of(session, user_id)
    for conversation_id in conversations:
        await erasure.erase(database, rasa, conversation_id)
    code = secrets.token_hex(12)
    async with database.transaction() as session:
        session.add(Deletion(code=code))
    return code


async def is_done(database: Database, code: str) -> bool:
    """Whether there was such a deletion; all that were noted are done."""
    async with database.transaction(read_only=True) as session:
        return await session.get(Deletion, code) is not None
