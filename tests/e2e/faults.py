"""What can go wrong with many machines, each as a function that does it for real and mends it again."""

import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from scripts import model
from tests.e2e.replicas import Replicas


def kill_processes(system: Replicas, times: int, dice: random.Random) -> dict[str, int]:
    """`kill -9` so many processes one after the other, each started again at once; how often each was hit."""
    hit: dict[str, int] = {}
    for _ in range(times):
        time.sleep(dice.uniform(0.2, 1.5))
        name = dice.choice(system.names)
        system.restart(name)
        hit[name] = hit.get(name, 0) + 1
    return hit


def empty_and_restart_redis(system: Replicas) -> None:
    """Everything in Redis is gone; then Redis itself for a while."""
    with redis.Redis(port=system.redis_port) as client:
        client.flushall()
    time.sleep(1)
    system.kill("redis")
    time.sleep(3)
    system.start("redis")
    time.sleep(3)


def restart_postgres(system: Replicas, mode: str) -> None:
    """PostgreSQL closes all connections, or crashes, and is back after a while."""
    system.postgres.stop(mode)
    time.sleep(2)
    system.postgres.start()
    time.sleep(2)


def fail_over(system: Replicas) -> None:
    """The database's machine is gone for good, and its standby at another address takes over."""
    standby = system.add_standby()
    time.sleep(2)
    system.postgres.stop("immediate")
    system.database_cable.close()
    time.sleep(2)
    standby.promote()
    system.postgres = standby
    time.sleep(4)


def slow_database(system: Replicas) -> None:
    """Each question to the database takes 200 ms longer."""
    with system.database_cable.slow(0.1):
        time.sleep(12)


def cut_between_api_and_rasa(system: Replicas) -> None:
    """First nothing gets through any more although connections stand, then they break."""
    with system.rasa_cable.silent():
        time.sleep(5)
    with system.rasa_cable.cut():
        time.sleep(5)


@contextmanager
def damaged_model(system: Replicas) -> Iterator[None]:
    """The model in use has a wrong byte in the middle."""
    folder = system.folder / "models"
    link = folder / model.current(folder).readlink()
    whole = link.resolve()
    damaged = bytearray(whole.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    link.unlink()
    link.write_bytes(damaged)
    yield
    link.unlink()
    link.symlink_to(whole)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Nothing more can be written to the disk that holds this folder. Only for a small disk of the test's own."""
    ballast = folder / "ballast"
    free = shutil.disk_usage(folder).free
    assert free < 2**30, "this is a real disk"
    with ballast.open("wb") as file:
        try:
            while free > 0:
                os.write(file.fileno(), b"\0" * min(free, 1 << 20))
                free = shutil.disk_usage(folder).free
        except OSError:
            pass
    yield
    ballast.unlink()
