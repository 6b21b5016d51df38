"""Signatures between Meta and us, all made with the secret of the app."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from api.channels.messenger.errors import Forged

PREFIX = "sha256="


def sign(secret: str, raw: bytes) -> str:
    """What Meta writes into `X-Hub-Signature-256` over these bytes."""
    return PREFIX + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def check(secret: str, raw: bytes, given: str | None) -> None:
    """Raises Forged unless the header is the signature of exactly these bytes; takes the same time either way."""
    if given is None or not hmac.compare_digest(given.encode(), sign(secret, raw).encode()):
        raise Forged


def proof(secret: str, token: str) -> str:
    """`appsecret_proof`: shows Graph that a call with the token comes from who knows the secret."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def signed_request(secret: str, given: str) -> dict[str, Any]:
    """What Meta says in a `signed_request` (signature and body, both base64url, with a dot between). Raises Forged."""
    signature, dot, body = given.partition(".")
    try:
        expected = hmac.new(secret.encode(), body.encode("ascii"), hashlib.sha256).digest()
        genuine = hmac.compare_digest(_decode(signature), expected)
        said = json.loads(_decode(body)) if dot and genuine else None
    except (binascii.Error, ValueError) as error:
        raise Forged from error
    if not isinstance(said, dict) or str(said.get("algorithm", "")).upper() != "HMAC-SHA256":
        raise Forged
    return said


def _decode(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
