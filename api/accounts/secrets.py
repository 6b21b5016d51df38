"""Passwords, one-time codes and tokens."""

import hashlib
import hmac
import secrets
from datetime import datetime
from functools import lru_cache

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

ISSUER = "Drogowskaz"
STEP_SECONDS = 30

_hasher = PasswordHasher()  # argon2id with the parameters that RFC 9106 recommends


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def password_fits(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long when there is no account (`kept` is None)."""
    try:
        return _hasher.verify(kept or nobodys_password(), password) and kept is not None
    except VerifyMismatchError:
        return False


@lru_cache(maxsize=1)
def nobodys_password() -> str:
    """What is kept of a password that nobody knows."""
    return _hasher.hash(secrets.token_urlsafe(16))


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(given: str, kept: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), kept.encode())


def new_code_secret() -> str:
    """A secret for an app that shows one-time codes."""
    return pyotp.random_base32()


def accepted_step(secret: str, code: str, moment: datetime) -> int | None:
    """The time step of a right code (one step of clock difference is forgiven), or None for a wrong one."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(moment.timestamp()) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        if same(code.replace(" ", ""), totp.generate_otp(step)):
            return step
    return None


def key_for_app(secret: str) -> str:
    """The secret as somebody types it into an app, in groups of four."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def picture_for_app(secret: str, email: str) -> str:
    """The secret as a QR code, as SVG to stand within a page."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
    return segno.make(address, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=False)
