"""The way to Rasa: one turn at a time through our own channel (`bot/channel.py`)."""

from dataclasses import dataclass
from typing import Any

import httpx


class RasaAway(Exception):
    """Rasa or its action server does not answer now; the message waits."""


class TurnFailed(Exception):
    """The turn ends with an error however often it is played."""


@dataclass(frozen=True)
class Answer:
    """What the bot said: messages in the shape of the contract, the language, and what was understood."""

    messages: list[dict[str, Any]]
    language: str
    nlu: dict[str, Any]


class RasaClient:
    """Talks with one Rasa server."""

    def __init__(self, url: str, token: str, seconds: float = 60) -> None:
        self._client = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=httpx.Timeout(seconds, connect=2)
        )

    async def turn(
        self, conversation_id: str, message_id: str, *, text: str | None, payload: str | None, language: str | None
    ) -> Answer:
        """Play a turn; the same message id again gives the same answer. Raises RasaAway or TurnFailed."""
        body = {
            "conversation": conversation_id,
            "message_id": message_id,
            "text": text,
            "payload": payload,
            "language": language,
        }
        try:
            response = await self._client.post("/webhooks/turn/play", json=body)
        except httpx.TransportError as error:
            raise RasaAway(type(error).__name__) from error
        if response.status_code == 200:
            return Answer(**response.json())
        if response.status_code in (422, 500):
            raise TurnFailed(f"status {response.status_code}")
        raise RasaAway(f"status {response.status_code}")

    async def forget(self, conversation_id: str) -> None:
        """Erase what Rasa keeps of a conversation. Raises RasaAway."""
        try:
            response = await self._client.delete(f"/webhooks/turn/trackers/{conversation_id}")
        except httpx.TransportError as error:
            raise RasaAway(type(error).__name__) from error
        if response.status_code != 204:
            raise RasaAway(f"status {response.status_code}")

    async def is_ready(self) -> bool:
        """Whether Rasa answers and has its model loaded."""
        try:
            return (await self._client.get("/webhooks/turn/ready", timeout=2)).status_code == 200
        except httpx.TransportError:
            return False

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
