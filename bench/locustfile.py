"""Pupils for locust, who talk as the widget does: open, send, long-poll events; think, and write again.

Each of them keeps a ledger: a message is acknowledged once, its turn ends once and is answered, events have no gaps.
What is wrong counts as a failure named `ledger`. After its last answer a pupil leaves; when all have left, locust ends.
(To locust they stay: into the place of each that stops it would put a new one, and more and more would talk.)
`bench/load.py` starts this.
"""

import random
import time
import uuid
from typing import Any

import gevent
from gevent.event import Event
from locust import FastHttpUser, constant, events, task
from locust.env import Environment

from bench.talks import sayings

TURNS = (3, 7)
# A pupil reads the answer and types the next message.
THINKING_SECONDS = (3.0, 15.0)
WAIT_SECONDS = 20
LANGUAGES = ("pl", "en")

gone: list[int] = []


class Pupil(FastHttpUser):
    """One talk."""

    wait_time = constant(0)
    connection_timeout = network_timeout = 60.0

    @task
    def visit(self) -> None:
        """One talk; then nothing more."""
        self.talk()
        gone.append(1)
        Event().wait()

    def talk(self) -> None:
        """From the first call to the last answer."""
        dice = random.Random(uuid.uuid4().int)
        language = dice.choice(LANGUAGES)
        next_line = sayings(dice.randrange(2**32), language)
        opened = self.client.post("/api/v1/conversations", json={"language": language}, name="open")
        if opened.status_code != 201:
            return
        about = opened.json()
        self.address = f"/api/v1/conversations/{about['id']}"
        self.bearer = {"Authorization": f"Bearer {about['token']}"}
        self.ledger: list[dict[str, Any]] = []
        for _ in range(dice.randint(*TURNS)):
            gevent.sleep(dice.uniform(*THINKING_SECONDS))
            if not self.say(next_line()):
                break

    def say(self, text: str) -> bool:
        """One turn; False when a person has taken over or something went wrong."""
        began = time.perf_counter()
        body = {"client_id": str(uuid.uuid4()), "text": text}
        sent = self.client.post(f"{self.address}/messages", json=body, headers=self.bearer, name="send")
        if sent.status_code != 202:
            return False
        seq = sent.json()["seq"]
        while not (ends := self.ends_of(seq)):
            after = self.ledger[-1]["seq"] if self.ledger else 0
            query = f"{self.address}/events?after={after}&wait={WAIT_SECONDS}"
            answer = self.client.get(query, headers=self.bearer, name="events")
            if answer.status_code != 200:
                return False
            self.ledger += answer.json()["events"]
        took = (time.perf_counter() - began) * 1000
        self.report("turn", took, None)
        outcome = ends[0]["outcome"]
        numbers = [event["seq"] for event in self.ledger]
        stored = [event for event in self.ledger if event["seq"] == seq and event.get("sender") == "pupil"]
        for wrong, is_so in (
            (f"a turn ended as {outcome}", outcome not in ("answered", "handed_over")),
            ("a turn ended twice", len(ends) > 1),
            ("the message is not among the events", len(stored) != 1),
            ("events have gaps or are out of order", numbers != list(range(1, len(numbers) + 1))),
        ):
            if is_so:
                self.report("ledger", took, AssertionError(wrong))
        return bool(outcome == "answered")

    def ends_of(self, seq: int) -> list[dict[str, Any]]:
        """The ends of the turn of this message, as far as read."""
        return [event for event in self.ledger if event["type"] == "turn_end" and event["reply_to"] == seq]

    def report(self, name: str, took: float, wrong: Exception | None) -> None:
        """Into locust's statistics."""
        self.environment.events.request.fire(
            request_type="talk", name=name, response_time=took, response_length=0, exception=wrong, context={}
        )


@events.init.add_listener
def _end_when_all_have_left(environment: Environment, **_rest: Any) -> None:
    def wait(user_count: int, **_rest: Any) -> None:
        def left() -> None:
            while len(gone) < user_count:
                gevent.sleep(1)
            if environment.runner is not None:
                environment.runner.quit()

        gevent.spawn(left)

    environment.events.spawning_complete.add_listener(wait)
