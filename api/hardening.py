"""What holds for every answer of the service: headers that tell browsers to be careful, and no zero bytes in addresses.

A route that sets one of these headers itself keeps its own (the pages of the console and the widget do).
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer

# The largest body of any call; the web channel allows less (`LARGEST_MESSAGE`).
LARGEST_BODY = 2 * 1024 * 1024
LARGEST_MESSAGE = 64 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SECURE = {"Strict-Transport-Security": "max-age=31536000"}
# In place of the plain text of the library, so that errors have one shape.
TOO_LARGE = answer(413, "too_large", "The body is too large.")


class Hardening:
    """The middleware; `secure` when people reach the service over HTTPS."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = HEADERS | (SECURE if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        replaced = False

        async def careful(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                replaced = message["status"] == 413 and headers.get("content-type", "").startswith("text/plain")
                if replaced:
                    await TOO_LARGE(scope, receive, careful)
                    return
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            elif replaced and message.get("body") != TOO_LARGE.body:
                return
            await send(message)

        # PostgreSQL takes no zero byte in a text, and no address of ours has one.
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            await answer(404, "not_found", "There is no such address.")(scope, receive, careful)
            return
        await self._app(scope, receive, careful)
