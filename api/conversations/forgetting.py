"""What must still be forgotten: kept in a table, so that neither a crash nor an absent Rasa loses the wish."""

from datetime import datetime

import structlog
from sqlalchemy import delete, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from api.conversations.rasa import RasaAway, RasaClient
from api.database import Base, Database, now

log = structlog.get_logger()


class PendingForgetting(Base):
    """A conversation whose tracker Rasa must still forget.

    `for_good`: it was erased, so that no turn may bring the tracker back. Else the talk may go on with a new one.
    """

    __tablename__ = "pending_forgettings"

    conversation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    for_good: Mapped[bool] = mapped_column(default=True, server_default=true())


async def ask(session: AsyncSession, conversation_id: str, *, for_good: bool = True) -> None:
    """Note that Rasa must forget the conversation; a wish to forget for good is not taken back."""
    known = await session.get(PendingForgetting, conversation_id)
    if known is None:
        session.add(PendingForgetting(conversation_id=conversation_id, for_good=for_good))
    else:
        known.for_good = known.for_good or for_good


async def pending(session: AsyncSession) -> list[str]:
    """Some of the conversations that Rasa must still forget."""
    return list(await session.scalars(select(PendingForgetting.conversation_id).limit(20)))


async def carry_out(database: Database, rasa: RasaClient, conversation_id: str) -> None:
    """Have Rasa and the database's log forget; what cannot be done now is tried again, for the wish stays there."""
    async with database.transaction(read_only=True) as session:
        wish = await session.get(PendingForgetting, conversation_id)
    if wish is None:
        return
    try:
        await rasa.forget(conversation_id, for_good=wish.for_good)
    except RasaAway:
        log.warning("forgetting_waits_for_rasa", conversation=conversation_id)
        return
    if not await database.scrub():
        log.warning("forgetting_waits_for_readers", conversation=conversation_id)
        return
    async with database.transaction() as session:
        await session.execute(delete(PendingForgetting).where(PendingForgetting.conversation_id == conversation_id))
