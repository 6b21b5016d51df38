"""An organisation with an OpenID provider of its own, for tests."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.settings import ROOT
from tests.accounts.openid_provider import CLIENT, SECRET
from tests.e2e.system import free_port


class Organisation:
    """The provider's process, seen from outside. Its host is another site than the console's 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        self.settings = {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
        }

    def lies(self, about: str) -> None:
        """From now on it does one thing wrong; "" for none."""
        (self._folder / "lie").write_text(about)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The requests so far."""
        return [json.loads(line) for line in (self._folder / "asked").read_text().splitlines()]


@contextmanager
def organisation(folder: Path) -> Iterator[Organisation]:
    """A provider that runs."""
    made = Organisation(folder)
    (folder / "asked").touch()
    command = [sys.executable, "-m", "tests.accounts.openid_provider", str(folder), str(made.port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        while not (folder / "ready").exists():
            assert process.poll() is None, "the provider did not start"
            time.sleep(0.02)
        yield made
    finally:
        process.terminate()
        process.wait()
