"""One running system for all end-to-end tests that do not break it.

`DROGOWSKAZ_TOPOLOGY=replicas` runs them on PostgreSQL and Redis with two of each process behind nginx.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import ROOT
from scripts import model
from tests.e2e.pupil import Pupil
from tests.e2e.records import Records
from tests.e2e.replicas import Replicas
from tests.e2e.system import System

TOPOLOGIES: dict[str, type[System]] = {"single": System, "replicas": Replicas}
TOPOLOGY = os.environ.get("DROGOWSKAZ_TOPOLOGY", "single")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about the processes of one machine where there are many."""
    for item in items:
        if TOPOLOGY != "single" and item.get_closest_marker("one_machine"):
            item.add_marker(pytest.mark.skip(reason="is about the set-up of one machine"))
        if TOPOLOGY != "replicas" and item.get_closest_marker("replicas"):
            item.add_marker(pytest.mark.skip(reason="is about many machines: make test-replicas"))


@pytest.fixture(scope="session")
def trained() -> Path:
    """The model for the present training data; trained once, before any system of its own starts."""
    return model.ensure(ROOT / "var" / "models")


@pytest.fixture(scope="session")
def system(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The whole system, ready to talk."""
    running = TOPOLOGIES[TOPOLOGY](tmp_path_factory.mktemp("system"))
    running.start()
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.kill()


@pytest.fixture
def pupil(system: System) -> Pupil:
    """A pupil whose page does not know the language."""
    return Pupil(system.url)


@pytest.fixture
def records(system: System, monkeypatch: pytest.MonkeyPatch) -> Records:
    """The running system's tables."""
    return Records(system, monkeypatch)
