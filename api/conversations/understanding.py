"""What the bot understood of each message that it played: for the counsellors' eyes, never sent to a pupil."""

from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, insert_into


class Understanding(Base):
    """The intent, how sure it was, and the entities of one message."""

    __tablename__ = "understanding"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    intent: Mapped[str | None] = mapped_column(String(60))
    confidence: Mapped[float | None]
    entities: Mapped[list[Any]]


async def keep(session: AsyncSession, conversation_id: str, seq: int, nlu: dict[str, Any]) -> None:
    """Store what Rasa answered (`Answer.nlu`)."""
    found = {
        "intent": nlu.get("intent"),
        "confidence": nlu.get("confidence"),
        "entities": nlu.get("entities", []),
    }
    row = insert_into(session, Understanding).values(conversation_id=conversation_id, seq=seq, **found)
    await session.execute(row.on_conflict_do_update(index_elements=["conversation_id", "seq"], set_=found))


async def of(session: AsyncSession, conversation_id: str) -> dict[int, Understanding]:
    """All of a conversation, by message."""
    query = select(Understanding).where(Understanding.conversation_id == conversation_id).order_by(Understanding.seq)
    return {found.seq: found for found in await session.scalars(query)}


async def latest(session: AsyncSession, conversation_id: str, before: int | None = None) -> Understanding | None:
    """The last message that the bot has played, or the last one before a message."""
    query = select(Understanding).where(Understanding.conversation_id == conversation_id)
    if before is not None:
        query = query.where(Understanding.seq < before)
    return await session.scalar(query.order_by(Understanding.seq.desc()).limit(1))
