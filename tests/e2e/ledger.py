"""Pupils who talk while something breaks, and a ledger of what was acknowledged to them, checked message by message."""

import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.e2e.pupil import Pupil

PATIENCE_SECONDS = 300
PROXY_HAS_NOBODY = (502, 504)
# Their answers do not depend on what was said before.
SAID = ("hej", "co umiesz?", "co to jest kwalifikacja MEC.05?", "what can you do?", "jesteś człowiekiem?")
CRY = "nie chce mi sie juz zyc"


def deliver(pupil: Pupil, said: str) -> int:
    """Hand in a message as the widget does: with the same id until it is acknowledged."""
    client_id = str(uuid.uuid4())
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            answer = pupil.send({"text": said}, client_id)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        if answer.status_code == 202:
            return int(answer.json()["seq"])
        if answer.status_code not in PROXY_HAS_NOBODY:
            assert answer.status_code == 503, answer.text
            assert answer.json()["error"]["code"] == "unavailable"
        time.sleep(0.1)
    raise AssertionError("the message was never taken")


def all_events(pupil: Pupil, answered: list[int]) -> list[dict[str, Any]]:
    """The conversation's events, once each of these messages is answered."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            answer = pupil.call("GET", f"/{pupil.id}/events", params={"after": 0})
            events = answer.json()["events"] if answer.status_code == 200 else []
        except httpx.TransportError:
            events = []
        if {event["reply_to"] for event in events if event["type"] == "turn_end"} >= set(answered):
            return events
        time.sleep(0.2)
    raise AssertionError(f"not all of {answered} were answered: {events}")


def check(events: list[dict[str, Any]], sent: dict[int, str]) -> None:
    """Each message stands there once, in order, and is answered once, in order, without gaps."""
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    heard = {event["seq"]: event["text"] for event in events if event.get("sender") == "pupil"}
    assert list(heard.items()) == list(sent.items()), "an acknowledged message is lost, doubled or out of order"
    ends = [event for event in events if event["type"] == "turn_end"]
    assert [end["reply_to"] for end in ends] == list(sent)
    assert {end["outcome"] for end in ends} == {"answered"}, [end for end in ends if end["outcome"] != "answered"]
    said = [event["reply_to"] for event in events if event["type"] == "message" and event.get("sender") == "bot"][1:]
    assert said == sorted(said), "an answer to an earlier message came after one to a later one"
    assert set(said) == set(sent), "a message got no words"
    for end in ends:
        assert not [event for event in events if event["reply_to"] == end["reply_to"] and event["seq"] > end["seq"]]


class Ledger:
    """Several pupils on threads of their own; `talks` holds what each was told was taken, by number."""

    def __init__(self, url: str, pupils: int = 4, seed: object = 0, pause: float = 0.5) -> None:
        self.url = url
        self.talks: list[tuple[Pupil, dict[int, str]]] = [(Pupil(url, "pl"), {}) for _ in range(pupils)]
        self._dice = random.Random(str(seed))
        self._pause = pause
        self.problems: list[BaseException] = []

    @contextmanager
    def talking(self) -> Iterator[None]:
        """They write all the while; afterwards every message of theirs must be there once, in order, answered once."""
        quiet = threading.Event()

        def chat(pupil: Pupil, sent: dict[int, str], own: random.Random) -> None:
            try:
                while not quiet.is_set():
                    text = own.choice(SAID)
                    sent[deliver(pupil, text)] = text
                    time.sleep(own.uniform(0, self._pause))
            except BaseException as problem:  # noqa: BLE001 - told by the main thread
                self.problems.append(problem)

        threads = [
            threading.Thread(target=chat, args=(*talk, random.Random(self._dice.random()))) for talk in self.talks
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            quiet.set()
            for thread in threads:
                thread.join()
        assert self.problems == []
        for pupil, sent in self.talks:
            check(all_events(pupil, list(sent)), sent)

    @property
    def taken(self) -> int:
        """How many messages were acknowledged."""
        return sum(len(sent) for _, sent in self.talks)


def cry_for_help(url: str) -> float:
    """Seconds until a pupil in trouble has the help contacts: they must come with the acknowledgement itself."""
    pupil = Pupil(url, "pl")
    began = time.monotonic()
    seq = deliver(pupil, CRY)
    answer = [event for event in pupil.events(after=seq) if event.get("safety")]
    assert answer, "no help contacts"
    return time.monotonic() - began
