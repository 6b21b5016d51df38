"""A pupil who talks over HTTP as the widget does."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests import http

TURN_SECONDS = 60.0


@dataclass
class Reply:
    """All that the bot said in one turn."""

    events: list[dict[str, Any]]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == "message"]

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.messages)

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [card for message in self.messages for card in message["cards"]]

    @property
    def buttons(self) -> dict[str, str]:
        """Payloads by title, those on cards too."""
        shown = [b for message in self.messages for b in message["buttons"]]
        shown += [b for card in self.cards for b in card["buttons"]]
        return {button["title"]: button["payload"] for button in shown}

    @property
    def languages(self) -> set[str]:
        return {message["language"] for message in self.messages}

    @property
    def outcome(self) -> str:
        return str(self.events[-1]["outcome"])


@dataclass
class Pupil:
    """One conversation; `say` and `press` return the bot's whole answer."""

    url: str
    language: str | None = None
    id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        opened = self.call("POST", "", json={"language": self.language})
        assert opened.status_code == 201, opened.text
        self.id = opened.json()["id"]
        self.headers["Authorization"] = f"Bearer {opened.json()['token']}"

    def address(self, path: str) -> str:
        """The address of a call below the conversations."""
        return f"{self.url}/api/v1/conversations{path}"

    def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One HTTP call with the pupil's token."""
        return http.request(method, self.address(path), headers=self.headers, timeout=TURN_SECONDS, **request)

    def say(self, text: str) -> Reply:
        """Type a message."""
        return self._turn({"text": text})

    def press(self, payload: str) -> Reply:
        """Press a button."""
        return self._turn({"payload": payload})

    def send(self, body: dict[str, Any], client_id: str | None = None) -> httpx.Response:
        """Hand in a message without waiting for its answer."""
        message = {"client_id": client_id or str(uuid.uuid4()), **body}
        return self.call("POST", f"/{self.id}/messages", json=message)

    def events(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        """The conversation's events."""
        answer = self.call("GET", f"/{self.id}/events", params={"after": after, "wait": wait})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["events"])

    def reply_to(self, seq: int) -> Reply:
        """Wait for the end of the turn of message `seq`."""
        collected: list[dict[str, Any]] = []
        after = seq
        while not any(event["type"] == "turn_end" and event["reply_to"] == seq for event in collected):
            news = self.events(after=after, wait=20)
            assert news, "no answer within 20 s"
            after = news[-1]["seq"]
            collected += news
        return Reply([event for event in collected if event["reply_to"] == seq])

    def _turn(self, body: dict[str, Any]) -> Reply:
        sent = self.send(body)
        assert sent.status_code == 202, sent.text
        return self.reply_to(sent.json()["seq"])
