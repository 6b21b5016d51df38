"""Looks into the running system's database, and does there what staff would do."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api import sealed
from api.appointments import service as appointments
from api.appointments.models import AppointmentSlot, Mode
from api.database import Database, now
from api.requests import service as requests
from api.requests.models import Request
from api.sealed import Keyring
from api.signups import service as signups
from api.signups.models import Signup
from api.tables import ALL_TABLES
from tests.e2e.system import System

assert ALL_TABLES


class Records:
    """The tables of a running system, read with its own key."""

    def __init__(self, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
        self._url = system.database_url
        ring = Keyring(None, system.folder / "contact.key")
        monkeypatch.setattr(sealed, "keyring", lambda: ring)

    def offer_time(self, counsellor: str, days: int = 2) -> AppointmentSlot:
        """Offer a time as a counsellor would."""
        moment = now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
        return self._run(lambda session: self._offer(session, counsellor, moment))

    def withdraw_times(self) -> None:
        """Take all times back."""

        async def withdraw(session: AsyncSession) -> None:
            for slot in await appointments.find_slots(session):
                await appointments.withdraw(session, slot.id)

        self._run(withdraw)

    def signups(self, conversation: str) -> list[Signup]:
        """The conversation's sign-ups."""
        found = self._run(lambda session: signups.find_all(session))
        return [signup for signup in found if signup.conversation_id == conversation]

    def requests(self, conversation: str) -> list[Request]:
        """The conversation's requests."""
        found = self._run(lambda session: requests.find_all(session))
        return [request for request in found if request.conversation_id == conversation]

    async def _offer(self, session: AsyncSession, counsellor: str, moment: datetime) -> AppointmentSlot:
        return await appointments.offer(
            session, starts_at=moment, minutes=45, mode=Mode.ONLINE, counsellor=counsellor, language="pl"
        )

    def _run[T](self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def run() -> T:
            database = Database(self._url)
            try:
                async with database.transaction() as session:
                    return await work(session)
            finally:
                await database.close()

        return asyncio.run(run())
