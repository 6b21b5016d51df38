"""A talk goes to a person and back, with Rasa running: the bot keeps quiet meanwhile and knows afterwards."""

import subprocess
import sys
import uuid

import httpx
import pyotp
import pytest

from api.settings import ROOT
from tests import http
from tests.e2e.pupil import Pupil
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

PASSWORD = "dobry koń bateria zszywka"


class Counsellor:
    """Somebody at the console, without a script."""

    def __init__(self, system: System) -> None:
        name = f"doradca-{uuid.uuid4().hex[:6]}"
        command = [sys.executable, "-m", "scripts.create_admin", f"{name}@example.org", name, "--role", "counsellor"]
        environment = {**system._environment}
        made = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        self._client = httpx.Client(
            verify=http.TLS, base_url=system.url, headers={"accept": "text/html"}, follow_redirects=True
        )
        page = self._client.get(made.stdout.strip()).text
        key = page.partition("<code>")[2].partition("</code>")[0].replace(" ", "")
        form = {"password": PASSWORD, "code": pyotp.TOTP(key).now()}
        page = self._client.post(made.stdout.strip(), data=form).text
        self._csrf = page.partition('name="csrf" value="')[2].partition('"')[0]

    def __enter__(self) -> "Counsellor":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def page(self, talk: str) -> str:
        """The talk's page."""
        return self._client.get(f"/console/talks/{talk}").text

    def do(self, talk: str, what: str, **fields: object) -> int:
        """Press one of the talk's buttons as its page shows it."""
        version = self.page(talk).partition('name="version" value="')[2].partition('"')[0]
        data = {"csrf": self._csrf, "version": version, **fields}
        return self._client.post(f"/console/talks/{talk}/{what}", data=data).status_code

    def write(self, talk: str, words: str) -> int:
        """Write to the pupil."""
        return self.do(talk, "lines", client_id=words, seen=10_000, text=words)


def test_a_talk_goes_to_a_person_and_back_and_the_bot_knows(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("lubię gotować")
    asked = pupil.say("chcę porozmawiać z człowiekiem")
    assert asked.outcome == "handed_over"
    assert [e["owner"] for e in pupil.events() if e["type"] == "owner"] == ["waiting"]
    assert pupil.say("jesteś tam?").outcome == "handed_over"
    with Counsellor(system) as counsellor:
        assert "jesteś tam?" in counsellor.page(pupil.id)
        understood = counsellor.page(pupil.id).split('class="understood"')[2]
        assert "Rozmowa z człowiekiem" in understood.partition("</p>")[0]
        assert counsellor.do(pupil.id, "take") == 200
        assert counsellor.write(pupil.id, "Polecam kursy gastronomiczne, bot je pokaże.") == 200
        assert pupil.say("super").outcome == "handed_over"
        assert counsellor.do(pupil.id, "give-back") == 200
    courses = {card["id"] for card in pupil.say("jakie macie kursy?").cards}
    assert courses & {"kuchnie-swiata", "sushi", "carving", "cukiernictwo"}, "what was told before is still known"
    tracker = http.get(
        f"{system.rasa_url}/conversations/{pupil.id}/tracker",
        params={"token": system.token(), "include_events": "ALL"},
    ).json()
    said = [e["text"] for e in tracker["events"] if e["event"] == "bot" and e["metadata"].get("sender") == "counsellor"]
    assert said == ["Polecam kursy gastronomiczne, bot je pokaże."]
    owner = "bot"
    for event in pupil.events():
        owner = event.get("owner", owner)
        if event.get("sender") == "bot":
            assert owner == "bot"


def test_a_cry_for_help_is_on_top_of_the_queue_and_goes_back_to_the_bot_when_given_back(system: System) -> None:
    calm, pupil = Pupil(system.url, "pl"), Pupil(system.url, "pl")
    calm.press("/ask_human")
    assert pupil.say("nie chce mi sie juz zyc").outcome == "handed_over"
    with Counsellor(system) as counsellor:
        queue = counsellor._client.get("/console/queue").text
        waiting = queue.partition('id="waiting"')[2].partition("</section>")[0]
        assert "row urgent" in waiting
        assert waiting.index(pupil.id) < waiting.index(calm.id)
        assert queue.count(f'class="open" href="/console/talks/{pupil.id}"') == 1
        assert counsellor.do(pupil.id, "take") == 200
        assert counsellor.write(pupil.id, "Jestem tu.") == 200
        again = pupil.say("dalej nie chce mi sie zyc")
        assert all(message.get("safety") for message in again.messages)
        assert counsellor.do(pupil.id, "give-back") == 200
    assert [e["owner"] for e in pupil.events() if e["type"] == "owner"] == ["waiting", "counsellor", "bot"]
    assert pupil.say("co umiesz?").outcome == "answered"
