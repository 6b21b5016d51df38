"""Erasing a conversation on the pupil's wish: the database at once, Rasa's tracker as soon as Rasa answers."""

from api.appointments import service as appointments
from api.channels.messenger import service as messenger
from api.conversations import forgetting, repository
from api.conversations.rasa import RasaClient
from api.database import Database
from api.requests import service as requests
from api.signups import service as signups


async def erase(database: Database, rasa: RasaClient, conversation_id: str) -> None:
    """Erase the conversation everywhere. After return nothing of it is in the database."""
    async with database.transaction() as session:
        for room in (signups, appointments, requests, messenger):
            await room.erase(session, conversation_id)
        await repository.erase(session, conversation_id)
        await forgetting.ask(session, conversation_id)
    await database.scrub()
    await forgetting.carry_out(database, rasa, conversation_id)
