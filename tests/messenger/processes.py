"""Applications as real processes, and what the tests say to the double of Graph."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from api import migrate
from api.settings import ROOT, Settings
from tests import http
from tests.e2e.system import free_port

PAGE, TOKEN, SECRET, VERIFY = "1001", "page-token", "app-secret", "verify-me"
APP_ID = "4242"
PATIENCE_SECONDS = 120
numbers = count(1)


class Process:
    """A FastAPI application served by uvicorn on a port of its own; `start` again after `kill` keeps the port."""

    def __init__(self, application: str, probe: str, log: Path, *, factory: bool = False, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._probe = probe
        self._log = log
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        self._command = [
            *(sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(self.port)),
            *("--no-access-log", "--log-level", "warning", *(["--factory"] if factory else [])),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        """Start it, and return when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        end = time.monotonic() + PATIENCE_SECONDS
        while wait and time.monotonic() < end:
            assert self._process.poll() is None, self._log.read_text()
            with suppress(httpx.TransportError):
                if http.get(f"{self.url}{self._probe}").status_code == 200:
                    return
            time.sleep(0.05)
        assert not wait, self._log.read_text()

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it gently."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
            self.kill()


class FakeGraph(Process):
    """The double of Meta's side (`fake_graph.py`)."""

    def __init__(self, log: Path) -> None:
        given = {"FAKE_GRAPH_PAGE": PAGE, "FAKE_GRAPH_TOKEN": TOKEN, "FAKE_GRAPH_SECRET": SECRET}
        super().__init__("tests.messenger.fake_graph:app", "/control/state", log, **given)

    def tell(self, **fields: Any) -> None:
        """Change how Meta behaves."""
        http.post(f"{self.url}/control/set", json=fields).raise_for_status()

    def reset(self) -> None:
        """Forget everything."""
        http.post(f"{self.url}/control/reset").raise_for_status()

    def state(self) -> dict[str, Any]:
        """All that Meta knows."""
        found: dict[str, Any] = http.get(f"{self.url}/control/state").json()
        return found

    def deliver(self, *updates: dict[str, Any], delays: tuple[float, ...] = (0.0,)) -> None:
        """Deliver these updates, one copy for each delay."""
        body = [{"update": update, "delays": delays} for update in updates]
        http.post(f"{self.url}/control/updates", json=body).raise_for_status()

    def heard(self, psid: str, hours_ago: float = 0) -> None:
        """The pupil has written to the page, so long ago."""
        moment = int((time.time() - hours_ago * 3600) * 1000)
        http.post(f"{self.url}/control/heard", json={psid: moment}).raise_for_status()

    def texts(self, psid: str) -> list[str]:
        """What the pupil got, as text; of a template its text or titles."""
        return [shown(one["body"]["message"]) for one in self.state()["sent"] if one["psid"] == psid]


@dataclass(frozen=True)
class Side:
    """A real API process on an empty database between doubles of Graph and of Rasa."""

    graph: FakeGraph
    rasa: Process
    api: Process

    @property
    def webhook(self) -> str:
        """Where Graph delivers."""
        return f"{self.api.url}/channels/messenger/webhook"


@contextmanager
def running(folder: Path) -> Iterator[Side]:
    """All three, started; stopped at the end."""
    graph = FakeGraph(folder / "graph.log")
    rasa = Process("tests.messenger.fake_rasa:app", "/webhooks/turn/ready", folder / "rasa.log")
    chosen = settings_of(graph.url, folder, RASA_URL=rasa.url)
    api = Process("api.main:app", "/healthz", folder / "api.log", factory=True, **chosen)
    migrate.upgrade(Settings(drogowskaz_var=folder).database)
    started: list[Process] = []
    try:
        for process in (graph, rasa, api):
            started.append(process)
            process.start()
        yield Side(graph, rasa, api)
    finally:
        for process in reversed(started):
            process.stop()


def shown(message: dict[str, Any]) -> str:
    """The words of a sent message."""
    if "text" in message:
        return str(message["text"])
    payload = message["attachment"]["payload"]
    return str(payload.get("text") or " | ".join(element["title"] for element in payload["elements"]))


def settings_of(graph: str, var: Path, **more: str) -> dict[str, str]:
    """The environment of an API process whose Messenger channel is on."""
    return {
        "DROGOWSKAZ_VAR": str(var),
        "RATE_LIMITS": "off",
        "MESSENGER_PAGES": f"{PAGE}:{TOKEN}",
        "MESSENGER_APP_SECRET": SECRET,
        "MESSENGER_APP_ID": APP_ID,
        "MESSENGER_VERIFY_TOKEN": VERIFY,
        "MESSENGER_GRAPH_URL": graph,
        **more,
    }


def update(psid: str, sent_ms: int | None = None, **fields: Any) -> dict[str, Any]:
    """An update from the pupil as Meta sends it."""
    moment = sent_ms if sent_ms is not None else int(time.time() * 1000)
    return {"sender": {"id": psid}, "recipient": {"id": PAGE}, "timestamp": moment, **fields}


def message(psid: str, words: str, sent_ms: int | None = None, **more: Any) -> dict[str, Any]:
    """A typed message."""
    return update(psid, sent_ms, message={"mid": f"m_in_{next(numbers)}", "text": words, **more})


def postback(psid: str, payload: str, title: str, **more: Any) -> dict[str, Any]:
    """A pressed button."""
    body = {"mid": f"m_in_{next(numbers)}", "payload": payload, "title": title, **more}
    return update(psid, postback=body)


def echo(psid: str, **more: Any) -> dict[str, Any]:
    """What the page itself said."""
    said = {"is_echo": True, "mid": f"m_out_{next(numbers)}", "app_id": 999, "text": "Dzień dobry", **more}
    return {"sender": {"id": PAGE}, "recipient": {"id": psid}, "timestamp": int(time.time() * 1000), "message": said}


def delivery(*updates: dict[str, Any], place: str = "messaging", page: str = PAGE) -> dict[str, Any]:
    """A delivery with one entry."""
    return {"object": "page", "entry": [{"id": page, "time": int(time.time() * 1000), place: list(updates)}]}
