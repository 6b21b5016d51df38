"""The way to Rasa: one turn at a time through our own channel (`bot/channel.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from api import tls

TURN_SECONDS = 60.0
# A pupil waits for an erasure; what Rasa has not forgotten by then is asked for again later.
FORGET_SECONDS = 5.0
READY_SECONDS = 2.0
# Less than the five seconds after which Rasa's server closes a quiet connection.
QUIET_SECONDS = 2.0


class RasaAway(Exception):
    """Rasa or its action server does not answer now; the message waits."""


class TurnFailed(Exception):
    """The turn ends with an error however often it is played."""


class Erased(Exception):
    """The conversation was erased; nobody waits for an answer."""


@dataclass(frozen=True)
class Answer:
    """What the bot said: messages in the shape of the contract, the language, and what was understood."""

    messages: list[dict[str, Any]]
    language: str
    nlu: dict[str, Any]


class RasaClient:
    """Talks with one Rasa server."""

    def __init__(self, url: str, token: str, seconds: float = TURN_SECONDS) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(seconds, connect=2),
            limits=httpx.Limits(keepalive_expiry=QUIET_SECONDS),
            verify=tls.context(),
        )

    async def turn(
        self,
        conversation_id: str,
        message_id: str,
        *,
        channel: str,
        text: str | None,
        payload: str | None,
        language: str | None,
        calm: bool = False,
        said: Sequence[str] = (),
        catalogue: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Play a turn; the same message id again gives the same answer. `said` are a counsellor's lines since the last.

        `calm`: the detectors are sure that the text is no cry for help. `catalogue` is the version whose names the bot
        should know. `headers` carry the mark of a trace.

        The channel is told because some of what the bot says is true in one channel only.

        Raises RasaAway, TurnFailed or Erased.
        """
        body = {
            "conversation": conversation_id,
            "message_id": message_id,
            "channel": channel,
            "text": text,
            "payload": payload,
            "language": language,
            "calm": calm,
            "said": list(said),
            "catalogue": catalogue,
        }
        try:
            response = await self._client.post("/webhooks/turn/play", json=body, headers=headers)
        except httpx.TransportError as error:
            raise RasaAway(type(error).__name__) from error
        if response.status_code == 200:
            answer = Answer(**response.json())
            if not answer.messages:
                raise TurnFailed("The bot said nothing.")
            return answer
        if response.status_code == 410:
            raise Erased
        if response.status_code in (422, 500):
            raise TurnFailed(f"status {response.status_code}")
        raise RasaAway(f"status {response.status_code}")

    async def forget(self, conversation_id: str, *, for_good: bool = True) -> None:
        """Erase what Rasa keeps of a conversation, and, if for good, refuse its later turns. Raises RasaAway."""
        try:
            address = f"/webhooks/turn/trackers/{conversation_id}"
            params = {} if for_good else {"again": "yes"}
            response = await self._client.delete(address, params=params, timeout=FORGET_SECONDS)
        except httpx.TransportError as error:
            raise RasaAway(type(error).__name__) from error
        if response.status_code != 204:
            raise RasaAway(f"status {response.status_code}")

    async def remembered(self, conversation_id: str) -> dict[str, Any]:
        """What Rasa keeps of a conversation, for whoever asks what we know of them. Raises RasaAway."""
        try:
            response = await self._client.get(f"/webhooks/turn/trackers/{conversation_id}", timeout=FORGET_SECONDS)
        except httpx.TransportError as error:
            raise RasaAway(type(error).__name__) from error
        if response.status_code != 200:
            raise RasaAway(f"status {response.status_code}")
        return dict(response.json())

    async def missing(self) -> list[str]:
        """What is missing for a turn: `rasa` (or its model), `actions`."""
        try:
            response = await self._client.get("/webhooks/turn/ready", timeout=READY_SECONDS)
        except httpx.TransportError:
            return ["rasa"]
        return list(response.json()["missing"]) if response.status_code in (200, 503) else ["rasa"]

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
