"""Many machines, and one fault after the other while pupils talk: nothing is lost or doubled, all is answered in order.

`KILLS=200 make test-replicas` kills more often than CI does.
"""

import os
import random
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import http
from tests.e2e import faults
from tests.e2e.ledger import CRY, Ledger, cry_for_help
from tests.e2e.pupil import Pupil
from tests.e2e.replicas import FAKETIME, Replicas
from tests.needs import missing

pytestmark = [pytest.mark.e2e, pytest.mark.replicas]

KILLS = int(os.environ.get("KILLS", "4"))
DISK = "300m"


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A small disk of PostgreSQL's own, which can be filled; an ordinary folder where we may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", folder], check=False)
    folder.chmod(0o755)
    yield folder
    if mounted.returncode == 0:
        subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


@pytest.fixture(scope="module")
def machines(trained: Path, disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    running = Replicas(tmp_path_factory.mktemp("faults"), postgres_folder=disk)
    running.clocks_can_jump()
    running.start()
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.kill()


@pytest.fixture
def ledger(machines: Replicas, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """Pupils who talk; at the end everything runs again, and the bot answers at once."""
    yield (made := Ledger(machines.url, seed=request.node.name))
    assert made.taken > 0
    machines.wait_until_ready()


def test_whatever_is_killed_nothing_is_lost_or_doubled(machines: Replicas, ledger: Ledger) -> None:
    with ledger.talking():
        hit = faults.kill_processes(machines, KILLS, random.Random(os.environ.get("SEED", "many")))
    assert sum(hit.values()) == KILLS


def test_redis_may_be_emptied_and_restarted(machines: Replicas, ledger: Ledger) -> None:
    with ledger.talking():
        faults.empty_and_restart_redis(machines)
        assert cry_for_help(machines.url) < 60
    for name in ("api-1", "api-2"):
        log = machines.log_of(name).read_text()
        assert 1 <= log.count("redis_away") <= 2, "said once, not for every message"
        assert "redis_is_back" in log


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgres_may_be_restarted_or_crash(machines: Replicas, ledger: Ledger, mode: str) -> None:
    with ledger.talking():
        faults.restart_postgres(machines, mode)


def test_a_slow_database_makes_it_slow_and_nothing_else(machines: Replicas, ledger: Ledger) -> None:
    with ledger.talking():
        faults.slow_database(machines)


def test_help_waits_for_no_slow_database(machines: Replicas) -> None:
    pupil, client_id = Pupil(machines.url, "pl"), str(uuid.uuid4())
    with machines.database_cable.slow(0.1):
        refused = pupil.send({"text": CRY}, client_id)
        assert refused.status_code == 503
        assert "116 111" in str(refused.json()["help"])
    seq = pupil.send({"text": CRY}, client_id).json()["seq"]
    stored = [event["seq"] for event in pupil.events(after=0) if event.get("sender") == "pupil"]
    assert stored == [seq], "what went on being stored and what was handed in again are one message"


def test_a_cut_between_the_api_and_rasa_heals_and_help_comes_meanwhile(machines: Replicas, ledger: Ledger) -> None:
    with ledger.talking():
        with machines.rasa_cable.cut():
            assert cry_for_help(machines.url) < 60
        faults.cut_between_api_and_rasa(machines)


def test_a_damaged_model_is_not_served(machines: Replicas, ledger: Ledger) -> None:
    with ledger.talking():
        with faults.damaged_model(machines):
            machines.restart("rasa-1")
            assert machines.ends("rasa-1") != 0
            time.sleep(2)
        assert "was changed after its training" in machines.log_of("rasa-1").read_text()
        machines.start("rasa-1")


def test_a_full_disk_refuses_and_forgets_nothing(machines: Replicas, ledger: Ledger, disk: Path) -> None:
    if not disk.is_mount():
        missing("a disk of its own cannot be mounted here: that takes root")
    with ledger.talking():
        time.sleep(1)
        with faults.full_disk(disk):
            time.sleep(5)
        machines.postgres.revive()


def test_a_clock_that_jumps_loses_nothing(machines: Replicas, ledger: Ledger) -> None:
    if not FAKETIME:
        missing("libfaketime is missing: apt-get install faketime")
    with ledger.talking():
        for hours in ("+1h", "-1h", "+0"):
            machines.jump("api-1", hours)
            time.sleep(3)


def test_a_new_model_comes_without_a_failed_turn_and_goes_again(machines: Replicas, ledger: Ledger) -> None:
    before, failed = served(machines), machines.output().count('"turn_failed"')
    other = machines.another_model()
    with ledger.talking():
        assert machines.switch_model(other) == 0
        assert served(machines) == [f"{other}.tar.gz"] * 2
        machines.restart("rasa-2")
        machines.wait_until_ready("rasa-2")
        assert served(machines) == [f"{other}.tar.gz"] * 2, "a restart serves the model in use"
        assert machines.switch_model("--back") == 0
        assert served(machines) == before
        assert machines.switch_model("drogowskaz-nosuchmodel") == 1
        assert served(machines) == before
    assert machines.output().count('"turn_failed"') == failed


def served(machines: Replicas) -> list[str]:
    """Which model each Rasa serves."""
    headers = {"Authorization": f"Bearer {machines.token()}"}
    ports = [port for name, port in machines.ports.items() if name.startswith("rasa-")]
    addresses = [f"http://127.0.0.1:{port}/webhooks/turn/ready" for port in ports]
    return [http.get(address, headers=headers, timeout=60).json()["model"] for address in addresses]


# The last one: afterwards nothing is at the first address any more.
def test_a_standby_of_the_database_takes_over_at_another_address(machines: Replicas, ledger: Ledger) -> None:
    with ledger.talking():
        faults.fail_over(machines)
