"""Accounts: invitations, signing in and out, sessions, roles.

Functions that take a session leave the commit to the caller; those that take the database commit themselves.
Signing in asks for password and code at once and tells only whether all of it was right. After a few failures in a row
an account and an address must wait, longer each time; it makes no difference whether the account exists.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts import audit, secrets
from api.accounts.models import Invitation, SignInFailures, Staff, StaffSession
from api.accounts.roles import Permission, Role, permissions
from api.database import Database, now
from api.errors import Conflict, Invalid, NotFound, TooMany

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FREE_FAILURES = {"account": 5, "address": 30}
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=30)
IDLE = timedelta(hours=2)
LONGEST_SESSION = timedelta(hours=12)
INVITATION_VALID = timedelta(days=3)


@dataclass(frozen=True)
class Signed:
    """Who works in the console with this browser, and the token that its forms carry."""

    staff: Staff
    csrf: str

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles allows it."""
        return permission in permissions(self.staff.roles)


async def sign_in(database: Database, email: str, password: str, code: str, address: str) -> str | None:
    """The token of a new session, or None when something was wrong. Raises TooMany while one must wait."""
    email = normal(email)
    keys = {"account": f"account {email[:200]}", "address": f"address {address}"}
    async with database.transaction(read_only=True) as session:
        await _check_wait(session, *keys.values())
        staff = await _by_email(session, email)
    fits = await asyncio.to_thread(
        secrets.password_fits, password[:LONGEST_PASSWORD], staff.password_hash if staff else None
    )
    async with database.transaction() as session:
        staff = await _by_email(session, email, lock=True)
        step = secrets.accepted_step(staff.code_secret, code, now()) if staff else None
        if not (fits and staff and staff.active and step is not None and step > staff.code_step):
            for kind, key in keys.items():
                await _count_failure(session, key, FREE_FAILURES[kind])
            audit.write(session, staff, "sign_in_failed")
            return None
        staff.code_step = step
        await session.execute(delete(SignInFailures).where(SignInFailures.key == keys["account"]))
        audit.write(session, staff, "signed_in")
        return _open_session(session, staff)


async def sign_in_by_provider(database: Database, email: str) -> str | None:
    """The token of a new session for an address that a provider has verified, or None when nobody in use has it.

    An open invitation to the address becomes the account: who owns the address need not have the link, too.
    """
    email = normal(email)
    async with database.transaction() as session:
        found = select(Invitation).where(Invitation.email == email, Invitation.expires_at > now())
        invited = await session.scalar(found.with_for_update())
        staff = await _by_email(session, email, lock=True)
        if staff is None and invited is not None:
            staff = Staff(email=email, name=invited.name, roles=invited.roles, active=True)
            # Signing in with password and code needs a new link first.
            staff.password_hash, staff.code_secret = secrets.nobodys_password(), secrets.new_code_secret()
            session.add(staff)
            await session.delete(invited)
            await session.flush()
            audit.write(session, staff, "accepted_invitation", by="oidc")
        if staff is None or not staff.active:
            audit.write(session, staff, "sign_in_failed", by="oidc", reason="unknown")
            return None
        audit.write(session, staff, "signed_in", by="oidc")
        return _open_session(session, staff)


async def signed(database: Database, token: str) -> Signed | None:
    """Who the token belongs to; None for a session that has ended or whose owner may no longer work here."""
    moment = now()
    async with database.transaction(read_only=True) as session:
        found = await session.get(StaffSession, secrets.hash_token(token))
        staff = await session.get(Staff, found.staff_id) if found else None
    if found is None or staff is None or not staff.active:
        return None
    if moment - found.seen_at > IDLE or moment - found.created_at > LONGEST_SESSION:
        return None
    if moment - found.seen_at > timedelta(minutes=1):
        async with database.transaction() as session:
            present = await session.get(StaffSession, found.token_hash)
            if present is not None:
                present.seen_at = moment
    return Signed(staff, found.csrf)


async def sign_out(session: AsyncSession, staff: Staff, token: str) -> None:
    """End this session."""
    await session.execute(delete(StaffSession).where(StaffSession.token_hash == secrets.hash_token(token)))
    audit.write(session, staff, "signed_out")


async def invite(session: AsyncSession, by: Staff | None, email: str, name: str, roles: list[str]) -> str:
    """Make a one-time link's token for a new account, or for an account that lost its password or its phone."""
    email, name = normal(email), name.strip()
    if "@" not in email or len(email) > 200:
        raise Invalid("This is not an e-mail address.", field="email")
    if not name or len(name) > 80:
        raise Invalid("A name is needed.", field="name")
    if not roles or not set(roles) <= set(Role):
        raise Invalid("At least one role is needed.", field="roles")
    token = secrets.new_token()
    await session.execute(delete(Invitation).where(Invitation.email == email))
    session.add(
        Invitation(
            token_hash=secrets.hash_token(token),
            email=email,
            name=name,
            roles=sorted(set(roles)),
            code_secret=secrets.new_code_secret(),
            expires_at=now() + INVITATION_VALID,
        )
    )
    audit.write(session, by, "invited", email=email, roles=sorted(set(roles)))
    return token


async def invitation(session: AsyncSession, token: str) -> Invitation:
    """The invitation of this link. Raises NotFound when it was used, replaced or is too old."""
    found = await session.get(Invitation, secrets.hash_token(token))
    if found is None or found.expires_at < now():
        raise NotFound("This link is no longer valid.")
    return found


async def accept_invitation(database: Database, token: str, password: str, code: str) -> str:
    """Make the account (or renew it) and sign in; the session's token. Raises NotFound or Invalid."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(f"The password needs {SHORTEST_PASSWORD} characters or more.", field="password")
    hashed = await asyncio.to_thread(secrets.hash_password, password)
    async with database.transaction() as session:
        used = await invitation(session, token)
        step = secrets.accepted_step(used.code_secret, code, now())
        if step is None:
            raise Invalid("The code is wrong.", field="code")
        staff = await _by_email(session, used.email)
        if staff is None:
            staff = Staff(email=used.email, active=True)
            session.add(staff)
        else:
            await session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
        staff.name, staff.roles = used.name, used.roles
        staff.password_hash, staff.code_secret, staff.code_step = hashed, used.code_secret, step
        await session.delete(used)
        await session.execute(delete(SignInFailures).where(SignInFailures.key == f"account {used.email}"))
        await session.flush()
        audit.write(session, staff, "accepted_invitation")
        return _open_session(session, staff)


async def change(session: AsyncSession, by: Staff, staff_id: int, *, roles: list[str], active: bool) -> None:
    """Set somebody's roles, or take the account out of use; its sessions end. Nobody locks out the last admin."""
    staff = await find(session, staff_id)
    if not roles or not set(roles) <= set(Role):
        raise Invalid("At least one role is needed.", field="roles")
    others = [other for other in await everybody(session) if other.id != staff_id and other.active]
    if not any(Role.ADMIN in other.roles for other in others) and not (active and Role.ADMIN in roles):
        raise Conflict("Somebody must stay an admin.")
    staff.roles, staff.active = sorted(set(roles)), active
    if not active:
        await session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    audit.write(session, by, "changed_account", account=staff_id, roles=staff.roles, active=active)


async def find(session: AsyncSession, staff_id: int) -> Staff:
    """The account with this id. Raises NotFound."""
    staff = await session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("There is no such account.")
    return staff


async def everybody(session: AsyncSession) -> list[Staff]:
    """All accounts by name."""
    return list(await session.scalars(select(Staff).order_by(Staff.name)))


def normal(email: str) -> str:
    """An e-mail address in the form in which it is compared."""
    return email.strip().lower()


def _open_session(session: AsyncSession, staff: Staff) -> str:
    token, moment = secrets.new_token(), now()
    session.add(
        StaffSession(
            token_hash=secrets.hash_token(token),
            staff_id=staff.id,
            csrf=secrets.new_token(),
            created_at=moment,
            seen_at=moment,
        )
    )
    return token


async def _by_email(session: AsyncSession, email: str, *, lock: bool = False) -> Staff | None:
    query = select(Staff).where(Staff.email == email)
    return await session.scalar(query.with_for_update() if lock else query)


async def _check_wait(session: AsyncSession, *keys: str) -> None:
    for found in await session.scalars(select(SignInFailures).where(SignInFailures.key.in_(keys))):
        left = (found.locked_until - now()).total_seconds()
        if left > 0:
            raise TooMany(retry_after=int(left) + 1)


async def _count_failure(session: AsyncSession, key: str, free: int) -> None:
    """One failure more; from the `free`-th on a wait that doubles each time. An hour of peace starts anew."""
    moment = now()
    found = await session.get(SignInFailures, key)
    if found is None:
        found = SignInFailures(key=key, count=0, locked_until=moment)
        session.add(found)
    elif moment - found.locked_until > timedelta(hours=1):
        found.count = 0
    found.count += 1
    beyond = found.count - free
    found.locked_until = moment if beyond < 0 else moment + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(beyond, 10))
