"""What must hold over two API processes: one limit, news at once, metrics that nobody outside can read."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path

import pytest

from tests import http
from tests.e2e.pupil import Pupil
from tests.e2e.replicas import Replicas
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.replicas]


@pytest.fixture(scope="module")
def limited(system: System) -> Iterator[list[str]]:
    """Two more API processes on the same stores, with the limits on."""
    assert isinstance(system, Replicas)
    names = system.add_limited_apis()
    try:
        yield [f"http://127.0.0.1:{system.ports[name]}" for name in names]
    finally:
        for name in names:
            system.remove(name)


def test_the_limits_hold_over_all_processes(limited: list[str]) -> None:
    # The same conversation, asked through both processes at once: 15 messages, and one more every two seconds.
    first = Pupil(limited[0])
    second = copy(first)
    second.url = limited[1]
    began = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        sent = [pool.submit(pupil.send, {"text": "hej"}) for pupil in (first, second) for _ in range(20)]
        answers = [one.result().status_code for one in sent]
    filled = (time.monotonic() - began) / 2
    assert set(answers) == {202, 429}
    assert 15 <= answers.count(202) <= 16 + filled


def test_news_from_the_other_process_come_at_once(system: System) -> None:
    assert isinstance(system, Replicas)
    urls = [f"http://127.0.0.1:{system.ports[name]}" for name in ("api-1", "api-2")]
    pupil = Pupil(urls[0])
    waits = []
    for _ in range(8):
        last = pupil.events()[-1]["seq"]
        pupil.url = urls[0]
        began = time.monotonic()
        seq = pupil.send({"text": "hej"}).json()["seq"]
        pupil.url = urls[1]
        assert pupil.events(after=last, wait=20)
        pupil.reply_to(seq)
        waits.append(time.monotonic() - began)
    assert "redis_away" not in system.output()
    assert sorted(waits)[4] < 5, "with looks into the database alone each of these takes up to five seconds more"


def test_metrics_count_turns_and_carry_no_word(system: System) -> None:
    assert isinstance(system, Replicas)
    pupil = Pupil(system.url, "pl")
    pupil.say("zupełnie niezrozumiały krokodyl xyzzy")
    texts = [http.get(f"http://127.0.0.1:{port}/metrics").text for port in system.metrics_ports.values()]
    assert any('drogowskaz_turns_total{outcome="answered"}' in text for text in texts)
    assert any("drogowskaz_part_seconds_bucket" in text for text in texts)
    for text in texts:
        assert "krokodyl" not in text
        assert pupil.id not in text
    assert http.get(f"{system.url}/metrics").status_code == 404


def test_nobody_reaches_rasa_or_the_actions_through_the_proxy(system: System) -> None:
    for path in ("/webhooks/turn/ready", "/model/parse", "/webhook", "/metrics"):
        assert http.get(f"{system.url}{path}").status_code in (404, 405)


def test_the_proxy_keeps_nothing_that_a_pupil_wrote(system: System) -> None:
    Pupil(system.url, "pl").say("ąę krokodyl 😀" * 250)
    kept = [file for file in (system.folder / "nginx").rglob("*") if file.is_file() and isinstance(file, Path)]
    assert [file.name for file in kept if b"krokodyl" in file.read_bytes()] == []
