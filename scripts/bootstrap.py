"""Make the two Python environments of the project from the committed locks.

Runs with any Python from 3.9 and the standard library alone, because it is what runs on a fresh machine before
anything is installed:

    python3 scripts/bootstrap.py          the environments that `make run` needs
    python3 scripts/bootstrap.py --dev    with the tools that `make test` needs

Every failure that a user can mend is one sentence on stderr and exit code 1.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Sequence

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
NEEDED_DISK_GIB = 5.0
UV_INSTALLER = "https://astral.sh/uv/install.sh"


class SetupError(Exception):
    """Something that the user can mend; the text says what and how."""


class Environment(NamedTuple):
    """One virtual environment: where it is, which Python it takes and what is installed in it."""

    title: str
    path: Path
    python: str
    candidates: Sequence[str]
    lock: Path


def environments(dev: bool) -> List[Environment]:
    """The environments to make; `dev` adds the tools of `make test` to the first."""
    return [
        Environment(
            "service (API and actions)",
            ROOT / ".venv",
            "3.12",
            ("3.12", "3.13", "3.14"),
            ROOT / "requirements" / ("dev.txt" if dev else "app.txt"),
        ),
        Environment("Rasa", ROOT / "bot" / ".venv", "3.10", ("3.10",), ROOT / "requirements" / "bot.txt"),
    ]


def say(text: str) -> None:
    """Print a line of progress at once, also through a pipe."""
    print(text, flush=True)


def find_uv() -> Optional[Path]:
    """The uv of this checkout, else the one on PATH, else None."""
    for candidate in (TOOLS / "bin" / "uv", TOOLS / "venv" / "bin" / "uv"):
        if candidate.exists():
            return candidate
    found = shutil.which("uv")
    return Path(found) if found else None


def fetch_uv() -> Path:
    """Install uv into `.tools`: through pip in an environment of its own, else with uv's own installer.

    Raises SetupError when neither way works.
    """
    say("• uv is missing: fetching it into .tools/")
    try:
        subprocess.run([sys.executable, "-m", "venv", str(TOOLS / "venv")], check=True, capture_output=True)
        subprocess.run([str(TOOLS / "venv" / "bin" / "pip"), "install", "--quiet", "uv"], check=True)
    except (subprocess.CalledProcessError, OSError):
        shutil.rmtree(TOOLS / "venv", ignore_errors=True)
        install_with_script()
    uv = find_uv()
    if uv is None:
        raise SetupError("uv could not be installed. Install it by hand (see docs.astral.sh/uv) and start again.")
    return uv


def install_with_script() -> None:
    """Second way to uv, for systems whose Python comes without venv or pip."""
    curl = shutil.which("curl")
    shell = shutil.which("sh")
    if curl is None or shell is None:
        return
    script = subprocess.run([curl, "-LsSf", UV_INSTALLER], capture_output=True, check=False)
    if script.returncode == 0:
        settings = dict(os.environ, UV_INSTALL_DIR=str(TOOLS / "bin"), UV_NO_MODIFY_PATH="1")
        subprocess.run([shell], input=script.stdout, env=settings, check=False)


def interpreters(version: str) -> Iterator[Path]:
    """Places where a Python of this version may be although uv does not look there: pyenv, Homebrew, the system."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}*/bin/python{version}"), reverse=True)
    for folder in ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"):
        yield Path(folder) / f"python{version}"


def works(python: Path, version: str) -> bool:
    """Whether this file is a Python of this version that starts and can make environments."""
    if not python.exists():
        return False
    test = f"import sys, ssl, sqlite3; raise SystemExit('%d.%d' % sys.version_info[:2] != '{version}')"
    return subprocess.run([str(python), "-c", test], capture_output=True, check=False).returncode == 0


def find_python(uv: Path, environment: Environment) -> str:
    """A Python for the environment: one that uv knows, one found on the machine, else one that uv downloads.

    Raises SetupError when there is none.
    """
    for version in environment.candidates:
        known = subprocess.run(
            [str(uv), "python", "find", "--no-python-downloads", "--no-project", "--system", version],
            capture_output=True,
            text=True,
            check=False,
        )
        if known.returncode == 0 and works(Path(known.stdout.strip()), version):
            return known.stdout.strip()
        for python in interpreters(version):
            if works(python, version):
                return str(python)
    say(f"• no Python {environment.python} on this machine: uv downloads one")
    if subprocess.run([str(uv), "python", "install", environment.python], check=False).returncode == 0:
        return environment.python
    raise SetupError(
        f"Python {environment.python} is missing and could not be downloaded. "
        f"Install it (for instance with `pyenv install {environment.python}`) and start again."
    )


def fingerprint(environment: Environment) -> str:
    """What the environment was made from; a change of it means that the packages must be laid anew."""
    return hashlib.sha256(environment.lock.read_bytes()).hexdigest()


def is_current(environment: Environment, dev: bool) -> bool:
    """Whether the environment already holds what its lock says (a development one also serves `make run`)."""
    stamp = environment.path / ".made-from"
    if not stamp.exists() or not (environment.path / "bin" / "python").exists():
        return False
    made_from = stamp.read_text().strip()
    accepted = {fingerprint(environment)}
    if not dev:
        accepted.update(fingerprint(other) for other in environments(dev=True))
    return made_from in accepted


def make(uv: Path, environment: Environment) -> None:
    """Create the environment, if it is not there, and install exactly its lock. Raises SetupError."""
    started = time.monotonic()
    say(f"• packages of {environment.title}: installing (the first time takes a few minutes without a cache)")
    if not (environment.path / "bin" / "python").exists():
        python = find_python(uv, environment)
        run_uv(uv, "venv", "--quiet", "--clear", "--no-project", "--python", python, str(environment.path))
    python = str(environment.path / "bin" / "python")
    run_uv(uv, "pip", "sync", "--require-hashes", "--python", python, str(environment.lock))
    (environment.path / ".made-from").write_text(fingerprint(environment) + "\n")
    say(f"• packages of {environment.title}: ready after {time.monotonic() - started:.0f} s")


def run_uv(uv: Path, *arguments: str) -> None:
    """Run uv, leaving its own progress display on the terminal. Raises SetupError when it fails."""
    if subprocess.run([str(uv), *arguments], cwd=ROOT, check=False).returncode != 0:
        raise SetupError(
            "Installing packages failed; uv's message above says why. Check the network connection and start again."
        )


def check_disk() -> None:
    """Raises SetupError when the packages and the model would not fit on the disk."""
    free = shutil.disk_usage(ROOT).free / 2**30
    if free < NEEDED_DISK_GIB:
        raise SetupError(f"The disk has only {free:.1f} GiB free; {NEEDED_DISK_GIB:.0f} GiB are needed. Make room.")


def main() -> int:
    """Make what is missing; 0 when both environments are ready, 1 with a sentence on stderr when not."""
    parser = argparse.ArgumentParser(description="Make the project's Python environments from the committed locks.")
    parser.add_argument("--dev", action="store_true", help="with the tools that the tests need")
    dev = parser.parse_args().dev
    missing = [environment for environment in environments(dev) if not is_current(environment, dev)]
    if not missing:
        return 0
    try:
        check_disk()
        uv = find_uv() or fetch_uv()
        for environment in missing:
            make(uv, environment)
    except SetupError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"\nThe set-up could not write its files: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
