"""What the browser tests share: the service as a process (Rasa away), people with accounts, and pupils over HTTP."""

import asyncio
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from api import sealed
from api.conversations import handoff
from api.conversations.notifier import Notifier
from api.conversations.rasa import Answer
from api.conversations.service import Heart, write_answer
from api.database import Database
from api.sealed import Keyring
from api.settings import ROOT, Settings
from scripts import create_admin
from tests import empty, http
from tests.e2e.system import free_port

PASSWORD = "dobry koń bateria zszywka"
PATIENCE_MS = 30_000


class Service:
    """The API alone, with an empty database of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._database = Settings(drogowskaz_var=folder).database
        empty.make(self._database)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "DROGOWSKAZ_VAR": str(folder),
            "PORT": str(self.port),
            "RASA_PORT": "9",
            "RATE_LIMITS": "off",
            **{name.upper(): value for name, value in settings.items()},
        }
        self._output = folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "uvicorn", "api.main:app", "--factory", "--port", str(self.port)]
        command += ["--log-level", "warning", "--timeout-graceful-shutdown", "1"]
        with self._output.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(httpx.TransportError):
                if http.get(f"{self.url}/healthz").status_code == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError("the service did not start")

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def flag_safety(self, conversation_id: str) -> None:
        """What an answer with help contacts does: Rasa, which would give it, is away here."""

        async def flag(database: Database) -> None:
            async with database.transaction() as session:
                await handoff.flag_safety(session, conversation_id)

        self.behind(flag)

    def understand(self, conversation_id: str, seq: int, intent: str, confidence: float = 0.9) -> None:
        """What Rasa, which is away here, would have made of a message: an intent and a card of a clinic."""
        cards = [{"kind": "clinic", "id": "x", "title": "Poradnia"}]
        message = {"text": "Odpowiedź bota", "buttons": [], "cards": cards}
        entities = [{"entity": "industry", "value": "mechanical"}]
        answer = Answer([message], "pl", {"intent": intent, "confidence": confidence, "entities": entities})
        self.behind(lambda database: write_answer(Heart(database, Notifier()), conversation_id, seq, answer))

    def link(self, name: str, *roles: str) -> str:
        """A one-time link to an account, as the command for the first one prints it."""
        email = f"{name.lower()}@example.org"
        return self._apart(create_admin.link(self._database, self.url, email, name, list(roles or ["admin"])))

    def behind[T](self, work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
        """Do something to the service's database, past its pages."""

        async def on_database() -> T:
            database = Database(self._database)
            try:
                return await work(database)
            finally:
                await database.close()

        return self._apart(on_database())

    def _apart[T](self, work: Coroutine[Any, Any, T]) -> T:
        """With the service's keys, and in a thread: the browser's driver has a loop running here."""
        keys = Keyring(None, self._folder / "contact.key")
        with patch.object(sealed, "keyring", lambda: keys), ThreadPoolExecutor() as thread:
            return thread.submit(asyncio.run, work).result()


class Desk:
    """Somebody's browser, signed in."""

    def __init__(self, service: Service, context: BrowserContext) -> None:
        self.service, self.context = service, context
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _note(self, message: Any) -> None:
        # A refused click is answered with 409, which the browser reports, too.
        if message.type == "error" and "409" not in message.text:
            self.problems.append(f"{message.text} {message.location['url']}")

    def open(self, path: str = "/console/queue") -> Page:
        """Open a page of the console."""
        self.page.goto(self.service.url + path)
        return self.page

    def open_talk(self, talk: "Talk") -> Page:
        """Open a pupil's talk and wait until it is live."""
        page = self.open(f"/console/talks/{talk.id}")
        expect(page.locator("#connection")).to_have_text(re.compile("live|na żywo"), timeout=PATIENCE_MS)
        return page

    def lead(self, talk: "Talk") -> Page:
        """Open a talk and take it."""
        page = self.open_talk(talk)
        page.locator("form[data-key=take] button").click()
        expect(page.locator("#reply")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("#connection")).to_have_text(re.compile("live|na żywo"), timeout=PATIENCE_MS)
        return page

    def write(self, words: str) -> None:
        """Write to the pupil."""
        self.page.locator("#text").fill(words)
        self.page.locator("#text").press("Control+Enter")


def hire(service: Service, browser: Browser, name: str, *roles: str, language: str = "pl") -> Desk:
    """An account by its one-time link, as somebody new makes it."""
    context = browser.new_context(locale=language, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    desk = Desk(service, context)
    page = desk.page
    page.goto(service.link(name, *roles))
    key = page.locator("p code").inner_text().replace(" ", "")
    page.locator("#password").fill(PASSWORD)
    page.locator("#code").fill(pyotp.TOTP(key).now())
    page.locator("button.main").click()
    expect(page.locator(".me .name")).to_have_text(name, timeout=PATIENCE_MS)
    return desk


class Talk:
    """A pupil who talks over HTTP."""

    def __init__(self, service: Service, language: str = "pl") -> None:
        self._address = f"{service.url}/api/v1/conversations"
        opened = http.post(self._address, json={"language": language}, timeout=60).json()
        self.id = str(opened["id"])
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    @property
    def name(self) -> str:
        """What the console calls the talk."""
        return self.id[:4].upper()

    def say(self, text: str) -> int:
        """Type a message; its number."""
        return self._send(text=text)

    def press(self, payload: str) -> int:
        """Press a button."""
        return self._send(payload=payload)

    def _send(self, **body: str) -> int:
        answer = self._call("POST", "/messages", json={"client_id": str(uuid.uuid4()), **body})
        assert answer.status_code == 202, answer.text
        return int(answer.json()["seq"])

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        return http.request(method, f"{self._address}/{self.id}{path}", headers=self._headers, timeout=60, **request)

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """What the pupil's page would show."""
        return list(self._call("GET", "/events", params={"after": after}).json()["events"])

    def wait_for(self, text: str) -> dict[str, Any]:
        """The message with this text, as soon as it is there."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for event in self.events():
                if event.get("text") == text:
                    return event
            time.sleep(0.1)
        raise AssertionError(f"{text!r} did not arrive")

    def erase(self) -> None:
        """Delete everything."""
        assert self._call("DELETE", "").status_code == 204


def misunderstood(service: Service, words: str) -> tuple[Talk, int]:
    """A pupil whose message the bot did not understand; the talk and the message's number."""
    talk = Talk(service)
    seq = talk.say(words)
    service.understand(talk.id, seq, "nlu_fallback", 1.0)
    return talk, seq


def waiting(service: Service, words: str = "Chodzi mi o staż w gastronomii", language: str = "pl") -> Talk:
    """A pupil who has asked for a person."""
    talk = Talk(service, language)
    talk.press("/ask_human")
    talk.say(words)
    return talk
