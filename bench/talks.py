"""Talks with either system over HTTP: `say` returns the milliseconds from sending a message to having all of its
answer.

Ours goes the whole way: the message is stored and acknowledged, its turn is played, and the end of the turn is read
from the events, as the widget does. Stock Rasa is asked through its REST channel and answers in the same call.
"""

import asyncio
import random
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from api.settings import ROOT

PATIENCE_SECONDS = 120.0
SLOW_STORE, RETRY_SECONDS = 503, 1.0
SENTENCES = ROOT / "tests" / "nlu"
# After these the bot is silent, or the talk is gone: a person answers, or everything is erased.
NOT_THE_BOTS = ("crisis", "distress", "report_violence", "complain", "ask_human", "delete_my_data")


class HandedOver(Exception):
    """A person answers from now on; the talk is of no further use here."""


class Talk(Protocol):
    """One conversation."""

    async def say(self, text: str) -> float:
        """Milliseconds until the whole answer was there. Raises HandedOver."""
        ...


def client() -> httpx.AsyncClient:
    """Connections that are kept, as many as wanted."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(timeout=PATIENCE_SECONDS, limits=limits)


@dataclass
class OurTalk:
    """A talk through the web channel."""

    http: httpx.AsyncClient
    address: str
    headers: dict[str, str]
    after: int = 0

    @classmethod
    async def open(cls, http: httpx.AsyncClient, url: str, language: str) -> "OurTalk":
        """Begin one."""
        answer = await http.post(f"{url}/api/v1/conversations", json={"language": language})
        assert answer.status_code == 201, answer.text
        opened = answer.json()
        headers = {"Authorization": f"Bearer {opened['token']}"}
        return cls(http, f"{url}/api/v1/conversations/{opened['id']}", headers)

    async def say(self, text: str) -> float:
        """Hand in the message and read events until its turn has ended."""
        began = time.perf_counter()
        body = {"client_id": str(uuid.uuid4()), "text": text}
        sent = await self._hand_in(body)
        while sent.status_code == SLOW_STORE and time.perf_counter() - began < PATIENCE_SECONDS:
            # The help of decision 0031 came before the message could be stored: as the widget does, hand it in again.
            await asyncio.sleep(RETRY_SECONDS)
            sent = await self._hand_in(body)
        assert sent.status_code == 202, sent.text
        seq = self.after = sent.json()["seq"]
        while True:
            query = f"{self.address}/events?after={self.after}&wait=20"
            events = (await self.http.get(query, headers=self.headers)).json()["events"]
            self.after = events[-1]["seq"] if events else self.after
            for event in events:
                if event["type"] == "turn_end" and event["reply_to"] == seq:
                    took = (time.perf_counter() - began) * 1000
                    if event["outcome"] == "handed_over":
                        raise HandedOver
                    assert event["outcome"] == "answered", event
                    return took

    async def _hand_in(self, body: dict[str, str]) -> httpx.Response:
        return await self.http.post(f"{self.address}/messages", json=body, headers=self.headers)


@dataclass
class StockTalk:
    """A talk through Rasa's own REST channel."""

    http: httpx.AsyncClient
    url: str
    sender: str = field(default_factory=lambda: str(uuid.uuid4()))

    async def say(self, text: str) -> float:
        """Send the message; the answer comes in the same call."""
        began = time.perf_counter()
        body = {"sender": self.sender, "message": text}
        answer = await self.http.post(f"{self.url}/webhooks/rest/webhook", json=body)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, answer.text
        assert answer.json(), "an empty answer"
        return took


def files(language: str) -> list[Path]:
    """The test sentences of the intents that the bot answers itself, a file for each."""
    return [file for file in sorted((SENTENCES / language).glob("*.txt")) if file.stem not in NOT_THE_BOTS]


def sayings(seed: int, language: str) -> Callable[[], str]:
    """The test sentences of a language in an order that the seed decides, again and again."""
    lines = [line for file in files(language) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    random.Random(seed).shuffle(lines)

    def endless() -> Iterator[str]:
        while True:
            yield from lines

    return endless().__next__
