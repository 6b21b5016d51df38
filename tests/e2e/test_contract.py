"""The outside of the system as the contract describes it, on the running system."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests import http
from tests.e2e.pupil import Pupil
from tests.e2e.system import System

pytestmark = pytest.mark.e2e


def parse(system: System, text: str) -> dict:
    """What Rasa's HTTP API understands."""
    answer = http.post(f"{system.rasa_url}/model/parse", params={"token": system.token()}, json={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("text", "intent", "entities", "language"),
    [
        (
            "chodzę do 2 klasy technikum mechatronicznego, macie jakieś kursy?",
            "ask_courses",
            {("grade", "2"), ("school_type", "T"), ("profession", "technik-mechatronik")},
            "pl",
        ),
        ("co to jest kwalifikacja mec 05?", "ask_qualification", {("qualification", "MEC.05")}, "pl"),
        ("is there a TIG welding course?", "ask_courses", {("course_type", "spaw-tig")}, "en"),
    ],
)
def test_parse_gives_intent_normalised_entities_and_language(
    system: System, text: str, intent: str, entities: set[tuple[str, str]], language: str
) -> None:
    parsed = parse(system, text)
    assert parsed["intent"]["name"] == intent
    assert {(entity["entity"], entity["value"]) for entity in parsed["entities"]} >= entities
    assert parsed["language"] == language


def test_rasa_asks_for_its_token(system: System) -> None:
    assert http.post(f"{system.rasa_url}/model/parse", json={"text": "hej"}).status_code == 401
    assert http.get(f"{system.rasa_url}/webhooks/turn/ready").status_code == 401


def test_the_ladder_of_access(system: System) -> None:
    mine, theirs = Pupil(system.url), Pupil(system.url)
    path = f"/{mine.id}/events"
    assert http.get(mine.address(path)).status_code == 401
    assert http.get(mine.address(path), headers={"Authorization": "Bearer x"}).status_code == 401
    assert theirs.call("GET", path).status_code == 404
    assert mine.call("GET", path).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x" * 4001}, "text"),
        ({"text": ""}, "text"),
        ({"payload": "/restart"}, "payload"),
        ({"text": "a", "payload": "/greet"}, "body"),
        ({}, "body"),
        ({"text": "a", "client_id": "no uuid"}, "client_id"),
        ({"text": "a", "extra": 1}, "extra"),
    ],
)
def test_bad_input_is_422_with_the_field_named_and_nothing_stored(pupil: Pupil, body: dict, field: str) -> None:
    refused = pupil.send(body)
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == field
    assert len(pupil.events()) == 1


def test_a_long_text_is_kept_whole_and_one_that_is_too_long_is_refused_in_words(pupil: Pupil) -> None:
    text = "ąę 😀" * 1000
    assert pupil.say(text).outcome == "answered"
    assert pupil.events()[1]["text"] == text
    error = pupil.send({"text": text + "x"}).json()["error"]
    assert error["message"] == "The message is longer than 4,000 characters. Please send it in parts."


def test_a_repeated_client_id_makes_one_turn(pupil: Pupil) -> None:
    client_id = str(uuid.uuid4())
    answers = [pupil.send({"text": "hej"}, client_id) for _ in range(3)]
    assert {answer.json()["seq"] for answer in answers} == {2}
    pupil.reply_to(2)
    pupil.say("dzięki")
    assert len([event for event in pupil.events() if event["type"] == "turn_end"]) == 2


def test_events_have_no_gap_and_a_stream_resumes_where_it_stopped(pupil: Pupil) -> None:
    pupil.say("hej")
    every = pupil.events()
    assert [event["seq"] for event in every] == list(range(1, len(every) + 1))
    headers = {**pupil.headers, "Accept": "text/event-stream", "Last-Event-ID": "1"}
    ids = []
    with http.stream("GET", pupil.address(f"/{pupil.id}/events"), headers=headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                ids.append(json.loads(line[5:])["seq"])
            if len(ids) == len(every) - 1:
                break
    assert ids == list(range(2, len(every) + 1))


def test_erasing_leaves_no_word_in_any_file(system: System, pupil: Pupil) -> None:
    secret = "zielonykrokodyl"
    pupil.say(f"cześć, lubię {secret}")
    pupil.call("POST", f"/{pupil.id}/feedback", json={"score": 5, "comment": f"fajny {secret}"})
    where = system.places(secret)
    assert {name.partition(".")[0] for name in where} >= system.keepers
    assert not [name for name in where if name.endswith(".log")]
    assert pupil.call("DELETE", f"/{pupil.id}").status_code == 204
    assert pupil.call("GET", f"/{pupil.id}/events").status_code == 401
    assert system.places(secret) == []
    assert play(system, pupil.id, "9", f"a {secret}?").status_code == 410, "nothing brings the tracker back"


def play(system: System, conversation: str, message_id: str, text: str) -> httpx.Response:
    """Ask Rasa for a turn, as the heart does."""
    headers = {"Authorization": f"Bearer {system.token()}"}
    body = {"conversation": conversation, "message_id": message_id, "text": text, "payload": None, "language": "pl"}
    return http.post(f"{system.rasa_url}/webhooks/turn/play", json=body, headers=headers, timeout=60)


def test_a_turn_that_is_asked_for_several_times_at_once_is_played_once(system: System) -> None:
    conversation = str(uuid.uuid4())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: play(system, conversation, "2", "hej"), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert system.heard(conversation) == ["2"]


def test_feedback_is_taken(pupil: Pupil) -> None:
    path = f"/{pupil.id}/feedback"
    assert pupil.call("POST", path, json={"score": 5, "comment": "fajny"}).status_code == 204
    assert pupil.call("POST", path, json={"score": 6}).status_code == 422


def test_health_and_readiness(system: System) -> None:
    assert http.get(f"{system.url}/healthz").status_code == 200
    assert http.get(f"{system.url}/readyz").json() == {"status": "ready", "missing": []}


@pytest.mark.parametrize(
    "kind",
    [
        "courses",
        "internships",
        "occupations",
        "qualifications",
        "schools",
        "clinics",
        "programmes",
        "science-places",
        "helplines",
    ],
)
def test_the_catalogue_can_be_read(system: System, kind: str) -> None:
    items = http.get(f"{system.url}/api/v1/catalogue/{kind}", params={"language": "pl"}).json()["items"]
    for item in items[:3]:
        one = http.get(f"{system.url}/api/v1/catalogue/{kind}/{item['id']}", params={"language": "en"})
        assert one.status_code == 200
    assert http.get(f"{system.url}/api/v1/catalogue/{kind}/no-such").status_code == 404


def test_the_page_with_the_widget_is_served(system: System) -> None:
    page = http.get(f"{system.url}/")
    assert page.status_code == 200
    assert "widget.js" in page.text
    assert "default-src" in page.headers["content-security-policy"]
    assert http.get(f"{system.url}/widget.js").status_code == 200


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads the connections from Linux' /proc")
def test_no_process_opens_an_outside_connection(system: System) -> None:
    """Telemetry and crash reports are off: after a turn, every connection of every process ends on this machine."""
    Pupil(system.url).say("hej")
    remote = system.remote_addresses()
    assert remote, "the processes talk to each other, so there must be some connection"
    assert all(address.is_loopback or address.is_unspecified for address in remote)
