"""What the heart keeps of a talk, for whoever asks what we know of them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import understanding
from api.conversations.handoff import OwnerChange
from api.conversations.models import Conversation, Event, EventType, InboxMessage

TALK = (
    "id",
    "channel",
    "language",
    "created_at",
    "owner",
    "counsellor_name",
    "contact",
    "safety_class",
    "safety_at",
    "feedback_score",
    "feedback_comment",
)


async def kept(session: AsyncSession, conversation_id: str) -> dict[str, Any] | None:
    """The talk, its messages, what the bot understood of them, who answered when; None without such a talk."""
    talk = await session.get(Conversation, conversation_id)
    if talk is None:
        return None
    messages = await session.scalars(
        select(Event)
        .where(Event.conversation_id == talk.id, Event.type == EventType.MESSAGE, Event.seq > talk.cleared_seq)
        .order_by(Event.seq)
    )
    changes = await session.scalars(
        select(OwnerChange).where(OwnerChange.conversation_id == talk.id).order_by(OwnerChange.version)
    )
    waiting = await session.scalars(select(InboxMessage.seq).where(InboxMessage.conversation_id == talk.id))
    understood = await understanding.of(session, talk.id)
    return {
        "talk": {name: getattr(talk, name) for name in TALK},
        "messages": [{"seq": e.seq, "sender": e.sender, "at": e.created_at, **e.body} for e in messages],
        "waiting_for_an_answer": list(waiting),
        "understood": [
            {"seq": seq, "intent": found.intent, "confidence": found.confidence, "entities": found.entities}
            for seq, found in understood.items()
        ],
        "owners": [{"owner": change.owner, "reason": change.reason, "at": change.at} for change in changes],
    }
