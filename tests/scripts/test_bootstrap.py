"""The set-up: finds interpreters where they are, installs once, and says in one sentence what is missing."""

import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from scripts import bootstrap

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def environment(tmp_path: Path) -> bootstrap.Environment:
    """An environment that wants the Python that runs this test."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lock = tmp_path / "lock.txt"
    lock.write_text("# nothing to install\n")
    return bootstrap.Environment("test", tmp_path / "env", version, (version,), lock)


def fake_uv(folder: Path, script: str) -> Path:
    """A program that stands in for uv."""
    uv = folder / "uv"
    uv.write_text(f"#!/bin/sh\n{script}\n")
    uv.chmod(0o755)
    return uv


def test_a_python_of_pyenv_is_found_when_uv_knows_none(
    tmp_path: Path, environment: bootstrap.Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "versions" / f"{environment.python}.9" / "bin" / f"python{environment.python}"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert bootstrap.find_python(fake_uv(tmp_path, "exit 2"), environment) == str(python)


def test_a_missing_interpreter_is_said_in_one_sentence(
    tmp_path: Path, environment: bootstrap.Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "interpreters", lambda version: iter(()))
    with pytest.raises(bootstrap.SetupError, match=f"Python {environment.python} is missing") as problem:
        bootstrap.find_python(fake_uv(tmp_path, "exit 2"), environment)
    assert "\n" not in str(problem.value)


def test_uv_downloads_an_interpreter_where_it_can(
    tmp_path: Path, environment: bootstrap.Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "interpreters", lambda version: iter(()))
    uv = fake_uv(tmp_path, 'test "$2" = install')
    assert bootstrap.find_python(uv, environment) == environment.python


def test_a_full_disk_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 2**30))
    with pytest.raises(bootstrap.SetupError, match=r"only 1\.0 GiB free"):
        bootstrap.check_disk()


def test_an_environment_is_current_until_its_lock_changes(environment: bootstrap.Environment) -> None:
    assert not bootstrap.is_current(environment, dev=True)
    (environment.path / "bin").mkdir(parents=True)
    (environment.path / "bin" / "python").touch()
    (environment.path / ".made-from").write_text(bootstrap.fingerprint(environment))
    assert bootstrap.is_current(environment, dev=True)
    environment.lock.write_text("# something else\n")
    assert not bootstrap.is_current(environment, dev=True)


def test_a_development_environment_serves_a_plain_start() -> None:
    plain, _ = bootstrap.environments(dev=False)
    development, _ = bootstrap.environments(dev=True)
    assert plain.path == development.path
    if bootstrap.is_current(development, dev=True):
        assert bootstrap.is_current(plain, dev=False)


def test_the_set_up_runs_on_old_pythons_with_the_standard_library_alone() -> None:
    tree = bootstrap.__file__
    assert tree is not None
    imported = {
        line.split()[1].split(".")[0]
        for line in Path(tree).read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= set(sys.stdlib_module_names)
    old = [p for version in ("3.9", "3.10") for p in bootstrap.interpreters(version) if bootstrap.works(p, version)]
    for python in old[:1]:
        done = subprocess.run([str(python), tree, "--help"], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
