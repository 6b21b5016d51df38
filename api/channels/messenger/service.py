"""What other rooms ask of the channel: what did not reach a pupil, what is kept of a conversation, and that it goes."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.channels.messenger import repository


async def undelivered(session: AsyncSession, conversation_id: str) -> dict[int, str]:
    """What became of the events that did not all reach the pupil, by number: a state, or why one is undeliverable."""
    return await repository.undelivered(session, conversation_id)


async def kept(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """What ties the conversation to a person on Messenger, for whoever asks what we know of them."""
    return await repository.kept(session, conversation_id)


async def clear(session: AsyncSession, conversation_id: str, seq: int, before: datetime) -> None:
    """Drop the lines for events up to this number, and blank the pupil's updates from before this moment."""
    await repository.clear(session, conversation_id, seq, before)


async def erase(session: AsyncSession, conversation_id: str) -> None:
    """Erase what ties the conversation to a person on Messenger, and all that waits to be sent or taken."""
    await repository.erase(session, conversation_id)
