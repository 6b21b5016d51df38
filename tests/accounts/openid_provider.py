"""An OpenID provider as a process: discovery, a page to sign in, single-use codes with PKCE, RS256 tokens, keys.

python -m tests.accounts.openid_provider FOLDER PORT

Whoever gives an e-mail address is let in. `FOLDER/lie` names what it shall do wrong; `FOLDER/asked` holds one line for
each request. It believes nothing itself: a wrong secret, redirect, code or verifier is refused as the standards say.
"""

import base64
import hashlib
import hmac
import html
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "console", "p@ss:word/+ with all sorts of signs, and long"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
# A key of the same name that the provider does not publish.
STRANGER = RSAKey.generate_key(2048, {"kid": "one"})


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _encoded(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


class Provider(ThreadingHTTPServer):
    """What the provider knows."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("localhost", port), Handler)
        self.folder = folder
        self.issuer = f"http://localhost:{port}"
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def lie(self) -> str:
        """What it does wrong now."""
        file = self.folder / "lie"
        return file.read_text() if file.exists() else ""

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": "https://other.example" if self.lie == "metadata" else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": "http://192.0.2.1/token" if self.lie == "plain" else f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_post" if self.lie == "post" else "client_secret_basic"
            ],
        }

    def id_token(self, email: str, nonce: str, access_token: str) -> str:
        """The token about somebody, wrong in one way when it lies."""
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        moment = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": hashlib.sha256(email.encode()).hexdigest()[:16],
            "aud": CLIENT,
            "iat": moment,
            "exp": moment + 300,
            "nonce": nonce,
            "email": email,
            "email_verified": True,
            "at_hash": _base64(half),
        }
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "another"},
            "audiences": {"aud": [CLIENT, "another"], "azp": "another"},
            "issuer": {"iss": "https://other.example"},
            "expired": {"iat": moment - 4000, "exp": moment - 400},
            "unverified": {"email_verified": False},
            "hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
            "entra": {"xms_edov": "1"},
        }
        claims |= wrong.get(self.lie, {})
        for name in {"no_nonce": ["nonce"], "no_email": ["email"], "entra": ["email_verified"]}.get(self.lie, []):
            del claims[name]
        if self.lie == "none":
            return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."
        if self.lie == "hs256":
            # The old trick: what the provider publishes, used as a shared secret. joserfc would refuse to.
            said = f"{_encoded({'alg': 'HS256', 'kid': 'one'})}.{_encoded(claims)}"
            return f"{said}.{_base64(hmac.digest(KEY.as_pem(private=False), said.encode(), 'sha256'))}"
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, STRANGER if self.lie == "key" else KEY)


class Handler(BaseHTTPRequestHandler):
    """The addresses."""

    server: Provider

    def do_GET(self) -> None:
        """Discovery, the page to sign in, the keys."""
        path, query = urlsplit(self.path).path, self._flat(urlsplit(self.path).query)
        self._note({"path": path, **query})
        if self.server.lie == "broken":
            self._answer(500, b"oops", "text/plain")
        elif path == "/.well-known/openid-configuration":
            self._json(200, self.server.metadata())
        elif path == "/keys":
            self._json(200, {"keys": [KEY.as_dict(private=False)]})
        elif path == "/authorize":
            hidden = "".join(
                f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
                for name, value in query.items()
            )
            page = f'<form method="post" action="/authorize">{hidden}<input name="email"><button>OK</button></form>'
            self._answer(200, page.encode(), "text/html")
        else:
            self._answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        """Somebody has signed in, or a client wants a token for a code."""
        form = self._flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._note({"path": self.path, **form})
        if self.path == "/authorize":
            self._let_in(form)
        else:
            self._give_token(form)

    def _let_in(self, form: dict[str, str]) -> None:
        assert form["client_id"] == CLIENT
        assert form["code_challenge_method"] == "S256"
        answer = {"state": form["state"], "iss": self.server.issuer}
        if self.server.lie == "denied":
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self.server.codes[answer["code"]] = form
        if self.server.lie == "mix_up":
            answer["iss"] = "https://other.example"
        self.send_response(302)
        self.send_header("Location", f"{form['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def _give_token(self, form: dict[str, str]) -> None:
        if self._client(form) != (CLIENT, SECRET):
            self._json(401, {"error": "invalid_client"})
            return
        given = self.server.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            given is None
            or given["redirect_uri"] != form.get("redirect_uri")
            or given["code_challenge"] != _base64(challenge)
        ):
            self._json(400, {"error": "invalid_grant"})
            return
        access_token = secrets.token_urlsafe(16)
        id_token = self.server.id_token(given["email"], given["nonce"], access_token)
        answer = {"access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}
        self._json(
            200, {name: value for name, value in answer.items() if (name, self.server.lie) != ("id_token", "no_token")}
        )

    def _client(self, form: dict[str, str]) -> tuple[str, str]:
        if self.server.lie == "post":
            return form.get("client_id", ""), form.get("client_secret", "")
        given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        name, _, secret = given.partition(":")
        return unquote_plus(name), unquote_plus(secret)

    def _flat(self, encoded: str) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(encoded).items()}

    def _note(self, asked: dict[str, str]) -> None:
        with (self.server.folder / "asked").open("a") as file:
            file.write(json.dumps(asked) + "\n")

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._answer(status, json.dumps(body).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    where = Path(sys.argv[1])
    provider = Provider(where, int(sys.argv[2]))
    (where / "ready").touch()
    provider.serve_forever()
