"""A double of Rasa at the interface of `RasaClient`: it remembers what it played, and can be away, slow or broken."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

from api.conversations.rasa import Answer, Erased, RasaAway, RasaClient, TurnFailed

# What an answer carries in some moods: a form's question, or that the talk goes on to a person.
CARRIES = {
    "asks": {"asks": "first_name"},
    "passes on": {"handoff": "unsure"},
    "hears a cry": {"safety": True, "danger": "crisis"},
}


class ScriptedRasa:
    """Answers each message with its own number; a message that was played gets the same answer again."""

    def __init__(self) -> None:
        self.mood = "well"
        self.catalogue: int | None = None
        self.calm = False
        self.trackers: dict[str, dict[str, dict[str, Any]]] = {}
        self.forgotten: set[str] = set()
        self.plays: list[tuple[str, str]] = []
        self.playing: set[str] = set()

    def client(self) -> RasaClient:
        """Itself, for those who want a `RasaClient`."""
        return cast(RasaClient, self)

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
        """Play a turn in the mood of the moment."""
        self.catalogue, self.calm = catalogue, calm
        await asyncio.sleep(0)
        if self.mood == "away":
            raise RasaAway("told to be")
        if self.mood == "broken":
            raise TurnFailed("told to be")
        if conversation_id in self.forgotten:
            raise Erased
        tracker = self.trackers.setdefault(conversation_id, {})
        if message_id not in tracker:
            self.plays.append((conversation_id, message_id))
            carried = CARRIES.get(self.mood, {})
            tracker[message_id] = {"text": f"answer to {message_id}", "buttons": [], **carried}
        await asyncio.sleep(0)
        if self.mood == "lost":
            raise RasaAway("played, but the answer got lost")
        return Answer(messages=[tracker[message_id]], language="pl", nlu={})

    async def forget(self, conversation_id: str, *, for_good: bool = True) -> None:
        """Erase the tracker for good."""
        if self.mood == "away":
            raise RasaAway("told to be")
        self.trackers.pop(conversation_id, None)
        self.forgotten.add(conversation_id)

    async def missing(self) -> list[str]:
        """What is missing."""
        return ["rasa"] if self.mood == "away" else []
