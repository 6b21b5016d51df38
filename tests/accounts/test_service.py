"""Accounts: what signs in, what locks out, what a code is worth, and an audit log that nobody changes."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.accounts import audit, service
from api.accounts.roles import Role
from api.database import Database, now
from api.errors import Conflict, Invalid, NotFound, TooMany

pytestmark = pytest.mark.usefixtures("cheap_passwords")

EMAIL, PASSWORD, HOME = "anna@example.org", "dobry koń bateria zszywka", "192.0.2.1"


class Clock:
    """The time that the service sees. It stands still, so that no code grows old on a slow machine."""

    def __init__(self) -> None:
        self._moment = now()

    def __call__(self) -> datetime:
        return self._moment

    def forward(self, **time: float) -> None:
        self._moment += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(service, "now", made)
    return made


class Phone:
    """The app with the codes."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._codes, self._clock = pyotp.TOTP(secret), clock

    def code(self) -> str:
        return self._codes.at(self._clock())

    def next_code(self) -> str:
        """A code that was not used before."""
        self._clock.forward(seconds=30)
        return self.code()


async def account(database: Database, clock: Clock, *roles: Role, email: str = EMAIL) -> Phone:
    """An account made by its one-time link."""
    async with database.transaction() as session:
        token = await service.invite(session, None, email, "Anna", list(roles or (Role.COUNSELLOR,)))
        phone = Phone((await service.invitation(session, token)).code_secret, clock)
    await service.accept_invitation(database, token, PASSWORD, phone.code())
    return phone


async def test_password_and_code_together_sign_in(database: Database, clock: Clock) -> None:
    phone = await account(database, clock)
    assert await service.sign_in(database, EMAIL, "wrong", phone.next_code(), HOME) is None
    assert await service.sign_in(database, EMAIL, PASSWORD, "000000", HOME) is None
    token = await service.sign_in(database, f" {EMAIL.upper()} ", PASSWORD, phone.next_code(), HOME)
    assert token is not None
    signed = await service.signed(database, token)
    assert signed is not None
    assert signed.staff.email == EMAIL


async def test_a_code_works_once(database: Database, clock: Clock) -> None:
    phone = await account(database, clock)
    assert await service.sign_in(database, EMAIL, PASSWORD, phone.code(), HOME) is None, "used with the link"
    code = phone.next_code()
    both = [service.sign_in(database, EMAIL, PASSWORD, code, HOME) for _ in range(2)]
    assert [token is None for token in await asyncio.gather(*both)].count(False) == 1


async def test_a_phone_whose_clock_is_a_little_off_works(database: Database, clock: Clock) -> None:
    phone = await account(database, clock)
    clock.forward(minutes=5)
    early = pyotp.TOTP(phone._codes.secret).at(clock() - timedelta(seconds=30))
    assert await service.sign_in(database, EMAIL, PASSWORD, early, HOME) is not None
    old = pyotp.TOTP(phone._codes.secret).at(clock() - timedelta(seconds=90))
    assert await service.sign_in(database, EMAIL, PASSWORD, old, HOME) is None


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_failures_lock_out_longer_each_time_whether_the_account_exists_or_not(
    database: Database, clock: Clock, email: str
) -> None:
    await account(database, clock)
    for _ in range(5):
        assert await service.sign_in(database, email, "wrong", "000000", HOME) is None
    waits = []
    for _ in range(3):
        with pytest.raises(TooMany) as locked:
            await service.sign_in(database, email, PASSWORD, "000000", HOME)
        waits.append(int(locked.value.headers["Retry-After"]))
        clock.forward(seconds=waits[-1])
        assert await service.sign_in(database, email, "wrong", "000000", HOME) is None
    assert waits[1] > 1.5 * waits[0]
    assert waits[2] > 1.5 * waits[1]


async def test_signing_in_ends_the_count_and_others_are_not_locked_out(database: Database, clock: Clock) -> None:
    anna = await account(database, clock)
    jan = await account(database, clock, email="jan@example.org")
    for _ in range(4):
        await service.sign_in(database, EMAIL, "wrong", "0", HOME)
    assert await service.sign_in(database, EMAIL, PASSWORD, anna.next_code(), HOME)
    for _ in range(4):
        await service.sign_in(database, EMAIL, "wrong", "0", HOME)
    assert await service.sign_in(database, "jan@example.org", PASSWORD, jan.next_code(), HOME)


async def test_an_address_that_tries_many_accounts_must_wait(database: Database, clock: Clock) -> None:
    for number in range(30):
        await service.sign_in(database, f"{number}@example.org", "x", "0", HOME)
    with pytest.raises(TooMany):
        await service.sign_in(database, "one.more@example.org", "x", "0", HOME)
    assert await service.sign_in(database, "one.more@example.org", "x", "0", "192.0.2.2") is None


async def test_a_session_ends_by_rest_by_age_and_with_the_account(database: Database, clock: Clock) -> None:
    phone = await account(database, clock, Role.ADMIN)
    first = await service.sign_in(database, EMAIL, PASSWORD, phone.next_code(), HOME)
    assert first is not None
    clock.forward(hours=2, minutes=1)
    assert await service.signed(database, first) is None, "after two hours of rest"
    second = await service.sign_in(database, EMAIL, PASSWORD, phone.next_code(), HOME)
    assert second is not None
    for _ in range(12):
        clock.forward(minutes=59)
        assert await service.signed(database, second)
    clock.forward(minutes=59)
    assert await service.signed(database, second) is None, "after twelve hours"


async def test_a_link_is_used_once_replaced_by_a_newer_one_and_grows_old(database: Database, clock: Clock) -> None:
    async with database.transaction() as session:
        first = await service.invite(session, None, EMAIL, "Anna", [Role.ADMIN])
        second = await service.invite(session, None, EMAIL, "Anna", [Role.ADMIN])
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await service.invitation(session, first)
        await service.invitation(session, second)
        clock.forward(days=3, minutes=1)
        with pytest.raises(NotFound):
            await service.invitation(session, second)


async def test_a_new_link_for_an_old_account_ends_its_sessions_and_its_old_password(
    database: Database, clock: Clock
) -> None:
    phone = await account(database, clock)
    token = await service.sign_in(database, EMAIL, PASSWORD, phone.next_code(), HOME)
    assert token is not None
    async with database.transaction() as session:
        link = await service.invite(session, None, EMAIL, "Anna", [Role.AUDITOR])
        new_phone = Phone((await service.invitation(session, link)).code_secret, clock)
    await service.accept_invitation(database, link, "zupełnie inne hasło", new_phone.code())
    assert await service.signed(database, token) is None
    assert await service.sign_in(database, EMAIL, PASSWORD, phone.next_code(), HOME) is None
    assert await service.sign_in(database, EMAIL, "zupełnie inne hasło", new_phone.next_code(), HOME)


@pytest.mark.parametrize(
    ("email", "name", "roles", "field"),
    [
        ("nobody", "N", [Role.ADMIN], "email"),
        (EMAIL, " ", [Role.ADMIN], "name"),
        (EMAIL, "N", [], "roles"),
        (EMAIL, "N", ["king"], "roles"),
    ],
)
async def test_an_invitation_needs_address_name_and_known_roles(
    database: Database, email: str, name: str, roles: list[str], field: str
) -> None:
    async with database.transaction() as session:
        with pytest.raises(Invalid) as refused:
            await service.invite(session, None, email, name, roles)
    assert refused.value.field == field


async def test_the_last_admin_cannot_be_taken_away(database: Database, clock: Clock) -> None:
    await account(database, clock, Role.ADMIN)
    async with database.transaction() as session:
        (anna,) = await service.everybody(session)
        with pytest.raises(Conflict):
            await service.change(session, anna, anna.id, roles=[Role.COUNSELLOR], active=True)
        with pytest.raises(Conflict):
            await service.change(session, anna, anna.id, roles=[Role.ADMIN], active=False)


async def test_nothing_in_the_database_opens_an_account(database: Database, clock: Clock, tmp_path: Path) -> None:
    phone = await account(database, clock)
    token = await service.sign_in(database, EMAIL, PASSWORD, phone.next_code(), HOME)
    assert token is not None
    await database.scrub()
    kept = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.glob("test.db*")))
    for secret in (PASSWORD, token, phone._codes.secret):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept
    assert (tmp_path / "contact.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("change", ["UPDATE audit SET action = 'nothing'", "DELETE FROM audit"])
async def test_the_audit_log_cannot_be_changed(database: Database, clock: Clock, change: str) -> None:
    await account(database, clock)
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(text(change))
    async with database.transaction(read_only=True) as session:
        actions = [entry.action for entry in await audit.page(session, audit.Filter())]
    assert actions == ["accepted_invitation", "invited"]
