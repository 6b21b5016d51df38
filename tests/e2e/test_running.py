"""Starting and stopping as a newcomer does: one sentence when something is wrong, nothing left behind."""

import socket
from pathlib import Path

import httpx
import pytest

from tests import http
from tests.e2e.pupil import Pupil
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.one_machine]


def test_ctrl_c_leaves_no_process_and_a_second_start_does_not_train(trained: Path, tmp_path: Path) -> None:
    system = System(tmp_path)
    try:
        for _ in range(2):
            system.start()
            system.wait_until_ready()
            assert Pupil(system.url, "pl").say("hej").outcome == "answered"
            family = system.processes()
            assert len(family) >= 4
            assert system.interrupt() == 0
            assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]
            assert not system.ports_in_use()
        assert "training" not in system.output()
        assert system.output().count("records loaded") == 1, "the catalogue is filled once"
        assert "Traceback" not in system.output()
        assert f"{system.url}/" in system.output()
    finally:
        system.kill()


def test_a_port_in_use_is_said_in_one_sentence(trained: Path, tmp_path: Path) -> None:
    system = System(tmp_path)
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", system.port))
        occupant.listen()
        system.start()
        assert system._process is not None
        assert system._process.wait(timeout=60) == 1
    assert f"Port {system.port} is in use" in system.output()
    assert "Traceback" not in system.output()


def test_the_end_of_one_process_ends_all(trained: Path, tmp_path: Path) -> None:
    system = System(tmp_path)
    try:
        system.start()
        system.wait_until_ready()
        family = system.processes()
        system.kill_one("actions.server")
        assert system._process is not None
        system._process.wait(timeout=30)
        assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]
        with pytest.raises(httpx.TransportError):
            http.get(f"{system.url}/healthz")
    finally:
        system.kill()
