"""Writing into a conversation: a message with its buttons, and the end of a turn."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import repository
from api.conversations.models import EventType, Outcome


async def say(
    session: AsyncSession, conversation_id: str, body: dict[str, Any], *, sender: str, reply_to: int | None = None
) -> int:
    """Add a message, remember all its buttons (those on cards too), and return its number."""
    seq = await repository.append(session, conversation_id, EventType.MESSAGE, body, sender=sender, reply_to=reply_to)
    on_cards = [b for card in body.get("cards", []) for b in card.get("buttons", [])]
    await repository.remember_buttons(session, conversation_id, [*body.get("buttons", []), *on_cards])
    return seq


async def end_turn(session: AsyncSession, conversation_id: str, seq: int, outcome: Outcome) -> None:
    """Say that message `seq` is fully answered."""
    await repository.append(session, conversation_id, EventType.TURN_END, {"outcome": outcome}, reply_to=seq)
