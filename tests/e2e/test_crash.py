"""Whatever part dies, hangs or goes away: nothing is lost, nothing is played or answered twice, all is answered.

`CRASHES=100 pytest tests/e2e/test_crash.py` kills more often than CI does.
"""

import json
import os
import random
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from api.texts import text
from tests.e2e.ledger import SAID, all_events, check, deliver
from tests.e2e.parts import Parts, with_app
from tests.e2e.pupil import Pupil

pytestmark = [pytest.mark.e2e, pytest.mark.one_machine]

CRASHES = int(os.environ.get("CRASHES", "3"))
PUPILS = 4
PATIENCE_SECONDS = 300


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """The system in single processes; thanks and goodbyes break its actions."""
    running = Parts(tmp_path_factory.mktemp("parts"), actions=with_app("tests.e2e.broken_actions:app"))
    running.start()
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


def replies(events: list[dict[str, Any]], seq: int) -> list[str]:
    """What the bot said to a message."""
    return [event["text"] for event in events if event.get("sender") == "bot" and event["reply_to"] == seq]


def played(parts: Parts, pupil: Pupil) -> list[str]:
    """The ids of the messages that Rasa's tracker holds as played, in order; several wishes count once."""
    with closing(sqlite3.connect(parts.folder / "trackers.db")) as database:
        query = "SELECT events FROM trackers WHERE sender_id = ?"
        (document,) = database.execute(query, (pupil.id,)).fetchone()
    heard = [event["message_id"] for event in json.loads(document) if event["event"] == "user"]
    return [message_id for message_id, _ in groupby(heard)]


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Nobody else can write to this database."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield
        database.execute("ROLLBACK")


def test_whatever_part_is_killed_each_message_is_answered_once(parts: Parts) -> None:
    dice = random.Random(os.environ.get("SEED", "heart"))
    calm = Pupil(parts.url, "pl")
    lengths = {text: len(calm.say(text).messages) for text in SAID}
    quiet = threading.Event()

    def chat(pupil: Pupil, sent: dict[int, str], own: random.Random) -> None:
        while not quiet.is_set():
            text = own.choice(SAID)
            sent[deliver(pupil, text)] = text
            time.sleep(own.uniform(0, 0.5))

    talks: list[tuple[Pupil, dict[int, str]]] = [(Pupil(parts.url, "pl"), {}) for _ in range(PUPILS)]
    threads = [threading.Thread(target=chat, args=(*talk, random.Random(dice.random()))) for talk in talks]
    for thread in threads:
        thread.start()
    order = ["actions", "api", "rasa"]
    for number in range(CRASHES):
        time.sleep(dice.uniform(0.2, 2))
        parts.restart(order[number] if number < len(order) else dice.choice(order))
    quiet.set()
    for thread in threads:
        thread.join()
    for pupil, sent in talks:
        assert len(sent) >= 2
        events = all_events(pupil, list(sent))
        check(events, sent)
        assert [len(replies(events, seq)) for seq in sent] == [lengths[text] for text in sent.values()]
        turns = played(parts, pupil)
        assert turns == [str(seq) for seq in sent][-len(turns) :]


def test_a_pupil_who_waits_is_told_once_and_answered_when_the_parts_are_back(parts: Parts) -> None:
    pupils = {"pl": Pupil(parts.url, "pl"), "en": Pupil(parts.url, "en")}
    asked = {"pl": ["hej", "co umiesz?"], "en": ["hello", "what can you do?"]}
    for absence in (parts.frozen("rasa"), away(parts, "actions")):
        began = {language: len(pupil.events()) for language, pupil in pupils.items()}
        with absence:
            sent = {language: [deliver(pupil, said) for said in asked[language]] for language, pupil in pupils.items()}
            for language, pupil in pupils.items():
                while not notices(pupil.events(after=began[language], wait=25)):
                    pass
            time.sleep(2)
        for language, pupil in pupils.items():
            parts.wait_until_ready()
            news = all_events(pupil, sent[language])[began[language] :]
            assert len(notices(news)) == 1, "told once in an outage"
            assert notices(news)[0]["language"] == language
            assert [e["reply_to"] for e in news if e["type"] == "turn_end"] == sent[language]
            assert {e["outcome"] for e in news if e["type"] == "turn_end"} == {"answered"}


def notices(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the service itself said."""
    return [event for event in events if event.get("sender") == "system"]


@contextmanager
def away(parts: Parts, name: str) -> Iterator[None]:
    """The part is dead for a while."""
    parts.kill(name)
    yield
    parts.start(name)


def test_a_database_that_is_away_for_a_while_loses_nothing(parts: Parts) -> None:
    pupil = Pupil(parts.url, "pl")
    client_id = str(uuid.uuid4())
    with locked(parts.folder / "drogowskaz.db"):
        refused = pupil.send({"text": "hej"}, client_id)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    seq = pupil.send({"text": "hej"}, client_id).json()["seq"]
    check(all_events(pupil, [seq]), {seq: "hej"})
    with locked(parts.folder / "trackers.db"):
        second = deliver(pupil, "co umiesz?")
        while not notices(pupil.events(after=second, wait=25)):
            pass
    check(all_events(pupil, [seq, second]), {seq: "hej", second: "co umiesz?"})


@pytest.mark.parametrize(("language", "cry"), [("pl", "nie chcę już żyć"), ("en", "i want to kill myself")])
def test_who_is_in_need_gets_help_although_nothing_can_be_stored(parts: Parts, language: str, cry: str) -> None:
    pupil = Pupil(parts.url, language)
    client_id = str(uuid.uuid4())
    with locked(parts.folder / "drogowskaz.db"):
        refused = pupil.send({"text": cry}, client_id)
        assert refused.status_code == 503
        shown = refused.json()["help"]
        assert all(number in json.dumps(shown) for number in ("112", "116 111"))
    seq = pupil.send({"text": cry}, client_id).json()["seq"]
    answers = [event for event in pupil.events(after=seq) if event.get("safety")]
    assert [event["text"] for event in answers] == [message["text"] for message in shown]
    assert [event["language"] for event in answers] == [language] * len(shown)


@pytest.mark.parametrize(
    ("language", "breaks"), [("pl", "dzięki wielkie"), ("en", "thank you so much"), ("pl", "pa, do widzenia")]
)
def test_a_turn_that_fails_for_good_ends_with_an_apology_and_a_way_to_a_person(
    parts: Parts, language: str, breaks: str
) -> None:
    pupil = Pupil(parts.url, language)
    failed = pupil.say(breaks)
    assert failed.outcome == "failed"
    assert failed.text == text("talk.failed", language)
    assert "/ask_human" in failed.buttons.values()
    assert pupil.say("co umiesz?" if language == "pl" else "what can you do?").outcome == "answered"
    lines = [json.loads(line) for line in parts.log_of("api").read_text().splitlines() if "turn_failed" in line]
    assert [line["level"] for line in lines if line["conversation"] == pupil.id] == ["error", "error"]
    assert breaks not in parts.output()


def test_a_conversation_erased_while_rasa_hangs_leaves_no_word(parts: Parts) -> None:
    secret = "fioletowyhipopotam"
    pupil = Pupil(parts.url, "pl")
    pupil.say(f"cześć, lubię {secret}")
    with parts.frozen("rasa"):
        deliver(pupil, f"a {secret} też?")
        time.sleep(1)
        assert pupil.call("DELETE", f"/{pupil.id}").status_code == 204
        assert pupil.call("GET", f"/{pupil.id}/events").status_code == 401
    end = time.monotonic() + PATIENCE_SECONDS
    while places(parts.folder, secret) and time.monotonic() < end:
        time.sleep(0.2)
    Pupil(parts.url, "pl").say("hej")
    assert places(parts.folder, secret) == []


def places(folder: Path, words: str) -> list[str]:
    """The files (databases with their logs, output) that hold these words."""
    return [str(file) for file in sorted(folder.iterdir()) if file.is_file() and words.encode() in file.read_bytes()]
