"""The way to Meta's Graph API, on httpx. Knows no tables: says what was answered, or how a call failed."""

from collections.abc import Mapping
from typing import Any

import httpx

from api import tls
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.signatures import proof

# What Graph must deliver to our webhook.
FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
)
# Failures before any byte of the request has left.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class GraphAway(Exception):
    """Graph gave no answer that says anything. `surely_unsent`: the request was certainly not carried out."""

    def __init__(self, reason: str, *, surely_unsent: bool) -> None:
        super().__init__(reason)
        self.surely_unsent = surely_unsent


class GraphRefused(Exception):
    """Graph answered with an error of its own."""

    def __init__(self, code: int, subcode: int | None) -> None:
        super().__init__(f"{code}/{subcode}" if subcode else f"{code}")
        self.code = code
        self.subcode = subcode


class NoAppId(Exception):
    """Only the app itself may ask who somebody is, and we were not told its id."""

    def __init__(self) -> None:
        super().__init__("no_app_id")


class Graph:
    """Calls for the pages of the configuration."""

    def __init__(self, configuration: Configuration, seconds: float = 10) -> None:
        self._pages = configuration.pages
        self._secret = configuration.app_secret
        self._app_id = configuration.app_id
        self._client = httpx.AsyncClient(
            base_url=configuration.graph,
            timeout=httpx.Timeout(seconds, connect=3),
            limits=httpx.Limits(max_connections=32),
            trust_env=False,
            verify=tls.context(),
        )

    async def send(self, page_id: str, body: Mapping[str, Any]) -> str:
        """Send a message; its id. Raises GraphAway or GraphRefused."""
        said = await self._call("POST", page_id, "messages", body=body)
        mid = said.get("message_id")
        if not isinstance(mid, str):
            raise GraphAway("no message id", surely_unsent=False)
        return mid

    async def show(self, page_id: str, psid: str, action: str) -> None:
        """`mark_seen`, `typing_on` or `typing_off`."""
        await self._call("POST", page_id, "messages", body={"recipient": {"id": psid}, "sender_action": action})

    async def make_persona(self, page_id: str, name: str, picture: str) -> str:
        """A new persona; its id."""
        body = {"name": name, "profile_picture_url": picture}
        return str((await self._call("POST", page_id, "personas", body=body))["id"])

    async def thread(self, page_id: str, psid: str) -> list[dict[str, Any]]:
        """The latest messages between the page and the pupil: `id`, `created_time`, `message`, `from`."""
        params = {
            "platform": "messenger",
            "user_id": psid,
            "fields": "messages.limit(50){id,created_time,message,from}",
        }
        found = (await self._call("GET", page_id, "conversations", params=params)).get("data") or []
        return [message for talk in found for message in (talk.get("messages") or {}).get("data") or []]

    async def threads_of(self, user_id: str) -> list[tuple[str, str]]:
        """Page and pupil of all threads of a person whom the app knows by this id: the ids belong together.

        Graph tells it to the app that owns the pages together with one business. Raises NoAppId, too.
        """
        if not self._app_id:
            raise NoAppId
        token = f"{self._app_id}|{self._secret}"
        said = await self._call("GET", user_id, "ids_for_pages", params={"limit": "100"}, token=token)
        found = [(str((one.get("page") or {}).get("id")), str(one.get("id"))) for one in said.get("data") or []]
        return [(page_id, psid) for page_id, psid in found if page_id in self._pages]

    async def subscribed(self, page_id: str) -> bool:
        """Whether Meta delivers the page's messages and echoes to an app."""
        apps = (await self._call("GET", page_id, "subscribed_apps")).get("data") or []
        return any({"messages", "message_echoes"} <= set(app.get("subscribed_fields") or ()) for app in apps)

    async def subscribe(self, page_id: str) -> None:
        """Have Meta deliver all that we understand."""
        await self._call("POST", page_id, "subscribed_apps", params={"subscribed_fields": ",".join(FIELDS)})

    async def set_profile(self, page_id: str, profile: Mapping[str, Any]) -> None:
        """Replace the page's Messenger profile."""
        await self._call("POST", page_id, "messenger_profile", body=profile)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _call(
        self,
        method: str,
        node: str,
        edge: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        """One call at an edge of a page, with the page's token, or of another node, with the token given."""
        token = token or self._pages[node]
        try:
            response = await self._client.request(
                method,
                f"/{node}/{edge}",
                params={**(params or {}), "appsecret_proof": proof(self._secret, token)},
                headers={"Authorization": f"Bearer {token}"},
                json=body,
            )
        except httpx.RequestError as error:
            raise GraphAway(type(error).__name__, surely_unsent=isinstance(error, NEVER_LEFT)) from error
        return _read(response)


def _read(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON. 429 and 503 without a word of Graph come from the gate before it: nothing was done yet."""
    try:
        said = response.json()
    except ValueError:
        said = None
    if isinstance(said, dict) and isinstance(said.get("error"), dict):
        error = said["error"]
        code, subcode = error.get("code"), error.get("error_subcode")
        raise GraphRefused(code if isinstance(code, int) else 0, subcode if isinstance(subcode, int) else None)
    if response.is_success and isinstance(said, dict):
        return said
    raise GraphAway(f"status {response.status_code}", surely_unsent=response.status_code in (429, 503))
