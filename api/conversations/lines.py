"""Writing into a conversation: a message with its buttons, and the end of a turn."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import repository
from api.conversations.models import Event, EventType, Outcome


async def say(
    session: AsyncSession, conversation_id: str, body: dict[str, Any], *, sender: str, reply_to: int | None = None
) -> int:
    """Add a message, remember all its buttons (those on cards too), and return its number."""
    seq = await repository.append(session, conversation_id, EventType.MESSAGE, body, sender=sender, reply_to=reply_to)
    await repository.remember_buttons(session, conversation_id, _buttons(body))
    return seq


async def end_turn(session: AsyncSession, conversation_id: str, seq: int, outcome: Outcome) -> None:
    """Say that message `seq` is fully answered."""
    await repository.append_all(session, conversation_id, [_end(seq, outcome)])


async def answer(session: AsyncSession, conversation_id: str, bodies: list[dict[str, Any]], *, reply_to: int) -> None:
    """Add the bot's messages to message `reply_to` and say that it is fully answered, all at once."""
    events = [Event(type=EventType.MESSAGE, body=body, sender="bot", reply_to=reply_to) for body in bodies]
    await repository.append_all(session, conversation_id, [*events, _end(reply_to, Outcome.ANSWERED)])
    await repository.remember_buttons(session, conversation_id, [one for body in bodies for one in _buttons(body)])


def _end(seq: int, outcome: Outcome) -> Event:
    return Event(type=EventType.TURN_END, body={"outcome": outcome}, reply_to=seq)


def _buttons(body: dict[str, Any]) -> list[dict[str, str]]:
    return [*body.get("buttons", []), *(one for card in body.get("cards", []) for one in card.get("buttons", []))]
