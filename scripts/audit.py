"""Ask the advisory service about every locked library: none may be known as weak, but for the reviewed ones of Rasa.

python -m scripts.audit

The service's own libraries must be clean. Those of Rasa's island are frozen; `docs/audit.md` says for each that was
reviewed why it does no harm here. Where the advisory service cannot be reached, that is said and nothing is audited.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.settings import ROOT

SERVICE = "https://api.osv.dev/v1/query"
PROBE = b'{"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "1.0"}'
SECONDS = 10
LOCKS = (("the service", "app.txt", False), ("Rasa's island", "bot.txt", True))
REVIEWED = re.compile(r"^\| `(?P<name>[a-z0-9.-]+)==(?P<version>[^`]+)` \|", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """A library with an advisory."""

    name: str
    version: str
    advisories: tuple[str, ...]


def is_reachable(url: str = SERVICE) -> bool:
    """Whether the advisory service answers here."""
    request = urllib.request.Request(url, PROBE, {"content-type": "application/json"})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return int(answer.status) == 200
    except (urllib.error.URLError, OSError):
        return False


def reviewed(page: str) -> set[tuple[str, str]]:
    """Name and version of the libraries in the page's table."""
    return {(match["name"], match["version"]) for match in REVIEWED.finditer(page)}


def findings(report: dict[str, Any]) -> list[Finding]:
    """The libraries with advisories in pip-audit's report."""
    return [
        Finding(one["name"], one["version"], tuple(sorted(found["id"] for found in one["vulns"])))
        for one in report["dependencies"]
        if one.get("vulns")
    ]


def open_ones(found: list[Finding], accepted: set[tuple[str, str]]) -> list[Finding]:
    """Those that nobody has reviewed."""
    return [one for one in found if (one.name, one.version) not in accepted]


def ask(lock: Path) -> dict[str, Any]:
    """What pip-audit says of a file of hashed requirements. Raises CalledProcessError when it cannot tell."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--disable-pip"]
        command += ["--requirement", str(lock), "--format", "json", "--output", report.name]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # 1 means: something was found
        if done.returncode not in (0, 1):
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        content: dict[str, Any] = json.loads(Path(report.name).read_text("utf-8"))
        return content


def main() -> int:
    """0 when nothing is open or nothing could be asked, 1 when there is something to look at."""
    if not is_reachable():
        print(f"NOT AUDITED: the advisory service ({SERVICE}) cannot be reached from here.")
        return 0
    accepted = reviewed((ROOT / "docs" / "audit.md").read_text("utf-8"))
    bad = 0
    for title, lock, frozen in LOCKS:
        found = findings(ask(ROOT / "requirements" / lock))
        still_open = open_ones(found, accepted if frozen else set())
        print(f"{title}: {len(found)} libraries with advisories, {len(still_open)} not reviewed")
        for one in found:
            mark = "OPEN" if one in still_open else "reviewed"
            print(f"  {mark}: {one.name} {one.version}: {', '.join(one.advisories)}")
        bad += len(still_open)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
