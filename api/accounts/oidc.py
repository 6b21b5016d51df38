"""Signing in with the account of one's organisation: OpenID Connect, authorisation code with PKCE.

`begin` says where to send the browser and what it keeps meanwhile (state, nonce and verifier, sealed); `finish` turns
what it brings back into an e-mail address that the provider has verified. Nothing else of the provider is believed or
kept. Only the provider's own addresses are asked: the issuer, and what its discovery document names.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from cryptography.fernet import InvalidToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from api import tls
from api.accounts import secrets
from api.sealed import keyring
from api.settings import HalfSet, Settings

RETURN_PATH = "/console/sign-in/oidc/done"
SECONDS = 10
JSON = {"Accept": "application/json"}
# How long somebody may take at the provider.
VALID_SECONDS = 600
METADATA_SECONDS = 300
LEEWAY_SECONDS = 60
# Only signatures that the client secret cannot make, whatever the provider's metadata or the token itself say.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
# OpenID Connect's own claim; Microsoft Entra's optional one, since it does not send the other.
VERIFIED = ("email_verified", "xms_edov")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Reason(StrEnum):
    """Why nobody is signed in; each has a text `oidc.problem_<reason>`."""

    AWAY = "away"
    EXPIRED = "expired"
    DENIED = "denied"
    UNTRUSTED = "untrusted"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"


class Refused(Exception):
    """Nobody is signed in; `detail` is for the log."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it keeps until it is back."""

    address: str
    kept: str


class Provider:
    """The organisation's OpenID provider, as its issuer describes it."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, return_to: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._return_to = return_to
        self._known: dict[str, Any] = {}
        self._known_until = 0.0

    async def begin(self) -> Begun:
        """Start signing in. Raises Refused."""
        metadata = await self._metadata()
        flow = {name: secrets.new_token() for name in ("state", "nonce", "verifier")}
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._return_to,
            "scope": "openid email",
            "state": flow["state"],
            "nonce": flow["nonce"],
            "code_challenge": create_s256_code_challenge(flow["verifier"]),
            "code_challenge_method": "S256",
        }
        address = add_params_to_uri(_address(metadata, "authorization_endpoint"), list(asked.items()))
        return Begun(address, keyring().seal(json.dumps(flow)))

    async def finish(self, kept: str, answer: Mapping[str, str]) -> str:
        """The verified e-mail address of whom the provider has sent back. Raises Refused."""
        flow = _opened(kept)
        if not secrets.same(answer.get("state", ""), flow["state"]):
            raise Refused(Reason.EXPIRED, "state")
        if answer.get("iss", self._issuer) != self._issuer:
            raise Refused(Reason.UNTRUSTED, "answer of another issuer")
        if "error" in answer or not answer.get("code"):
            raise Refused(Reason.DENIED, answer.get("error", "no code")[:40])
        metadata = await self._metadata()
        token = await self._token(metadata, answer["code"], flow["verifier"])
        return _email(await self._claims(metadata, token, flow["nonce"]))

    async def _metadata(self) -> dict[str, Any]:
        if time.monotonic() > self._known_until:
            found = await _ask("GET", get_well_known_url(self._issuer, external=True))
            # A document that speaks for another issuer could send the browser or the secret anywhere.
            if found.get("issuer") != self._issuer:
                raise Refused(Reason.UNTRUSTED, "metadata of another issuer")
            self._known, self._known_until = found, time.monotonic() + METADATA_SECONDS
        return self._known

    async def _token(self, metadata: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._return_to,
            "code_verifier": verifier,
        }
        address = _address(metadata, "token_endpoint")
        if "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            who = httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._client_secret))
            return await _ask("POST", address, data=form, auth=who)
        secret = {"client_id": self._client_id, "client_secret": self._client_secret}
        return await _ask("POST", address, data=form | secret)

    async def _claims(self, metadata: dict[str, Any], token: dict[str, Any], nonce: str) -> dict[str, Any]:
        keys = await _ask("GET", _address(metadata, "jwks_uri"))
        try:
            signed = jwt.decode(
                token["id_token"],
                KeySet.import_key_set(keys),  # type: ignore[arg-type]  # whatever it is, it is checked there
                registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False),
            )
            expected = {name: {"essential": True, "value": value} for name, value in self._audience().items()}
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                expected,
                {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Refused(Reason.UNTRUSTED, f"{type(error).__name__} {error}"[:80]) from error
        return dict(claims)

    def _audience(self) -> dict[str, str]:
        return {"iss": self._issuer, "aud": self._client_id}


def provider(settings: Settings) -> Provider | None:
    """The provider of the settings, or None when there is none. Raises HalfSet."""
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if not any(given):
        return None
    if not settings.oidc_issuer or not settings.oidc_client_id or not settings.oidc_client_secret:
        raise HalfSet("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together: set all three or none.")
    if not _is_safe(settings.oidc_issuer):
        raise HalfSet("OIDC_ISSUER must be an https:// address, exactly as the provider writes it.")
    return Provider(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.public + RETURN_PATH
    )


def _opened(kept: str) -> dict[str, str]:
    """What the browser has kept since `begin`."""
    try:
        return dict(json.loads(keyring().open(kept, seconds=VALID_SECONDS)))
    except (InvalidToken, ValueError) as error:
        raise Refused(Reason.EXPIRED, "cookie") from error


def _email(claims: dict[str, Any]) -> str:
    email = claims.get("email")
    if not isinstance(email, str) or not any(claims.get(name) in (True, "true", "1") for name in VERIFIED):
        raise Refused(Reason.UNVERIFIED)
    return email


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent; plain HTTP is for trying out on one machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _address(metadata: dict[str, Any], name: str) -> str:
    found = metadata.get(name)
    if not isinstance(found, str) or not _is_safe(found):
        raise Refused(Reason.AWAY, f"no {name}")
    return found


async def _ask(method: str, address: str, **given: Any) -> dict[str, Any]:
    """A JSON object of the provider. Raises Refused when it has none for us."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS, headers=JSON, verify=tls.context()) as client:
            answer = await client.request(method, address, **given)
            found = answer.json() if answer.status_code in (200, 400) else None
    except (httpx.HTTPError, ValueError) as error:
        raise Refused(Reason.AWAY, type(error).__name__) from error
    if not isinstance(found, dict):
        raise Refused(Reason.AWAY, f"status {answer.status_code}")
    if answer.status_code == 400:
        raise Refused(Reason.EXPIRED, str(found.get("error"))[:40])
    return found
