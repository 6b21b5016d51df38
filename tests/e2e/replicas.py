"""Many machines on one: two of each process on PostgreSQL and Redis, behind nginx with the configuration of `deploy/`.

Each process can be killed, frozen and started again; nobody but the test does so.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from string import Template

import httpx

from api.settings import ROOT, Settings
from scripts import model
from scripts.run import environment, prepare_database, processes
from tests import http, postgres
from tests.e2e.cable import Cable
from tests.e2e.processes import Processes
from tests.e2e.system import System, free_port, query
from tests.needs import missing

COPIES = 2
PATIENCE_SECONDS = 300
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
PARTS = ("actions", "rasa", "api")
PROGRAMS = ("nginx", "redis-server")
# What a killed process may leave running behind it must not be waited for.
PATH = "/usr/local/sbin:/usr/sbin:/sbin:"


def program(name: str) -> str:
    """Where a program of the machine is; without it the test is left out."""
    found = shutil.which(name, path=PATH + os.environ.get("PATH", ""))
    if found is None:
        missing(f"{name} is missing: apt-get install {' '.join(PROGRAMS)}")
    return found


class Replicas(Processes, System):
    """Processes `api-1`, `api-2`, `rasa-1`, …, `nginx`, `redis`, and a PostgreSQL server. `url` is nginx's."""

    keepers = frozenset({"events", "trackers", "conversations"})

    def __init__(self, folder: Path, postgres_folder: Path | None = None, **settings: str) -> None:
        super().__init__(folder, **settings)
        if not postgres.is_here():
            missing("PostgreSQL's programs are not here: apt-get install postgresql")
        self._stack = ExitStack()
        self.postgres = self._stack.enter_context(postgres.running(postgres_folder))
        self.database_cable = Cable(socket=str(self.postgres.folder / ".s.PGSQL.5432"))
        # Where the standby will be, should there be one: everybody knows both addresses from the start.
        self.standby_cable = Cable()
        self.rasa_cable = Cable(port=self.rasa_port)
        self._stack.callback(self.database_cable.close)
        self._stack.callback(self.standby_cable.close)
        self._stack.callback(self.rasa_cable.close)
        self.redis_port = free_port()
        self.ports = {f"{part}-{n}": free_port() for part in PARTS for n in range(1, COPIES + 1)}
        self.metrics_ports = {f"api-{n}": free_port() for n in range(1, COPIES + 1)}
        hosts = "&".join(f"host=127.0.0.1:{cable.port}" for cable in (self.database_cable, self.standby_cable))
        self.database_url = f"postgresql+asyncpg://tests@/postgres?{hosts}&target_session_attrs=read-write"
        self._set(
            DATABASE_URL=self.database_url,
            REDIS_URL=f"redis://127.0.0.1:{self.redis_port}/0",
            RASA_URL=f"http://127.0.0.1:{self.rasa_cable.port}",
            RASA_REPLICAS=",".join(f"http://127.0.0.1:{self.ports[f'rasa-{n}']}" for n in range(1, COPIES + 1)),
            PUBLIC_URL=self.url,
        )
        self._commands = {"redis": self._redis(), "nginx": self._nginx()}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._clocks: Path | None = None

    def _set(self, **settings: str) -> None:
        self._environment = {**settings, **{k: v for k, v in self._environment.items() if k not in settings}}

    def settings(self, **changes: str) -> Settings:
        """The settings as the processes see them."""
        names = {name.lower(): value for name, value in (self._environment | changes).items()}
        return Settings(**{name: value for name, value in names.items() if name in Settings.model_fields})

    # --- the processes ------------------------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start these processes, all without a name, and do not wait."""
        if not names:
            self._prepare()
        Processes.start(self, *names)

    def _prepare(self) -> None:
        """Tables, catalogue, the model in use, and the commands of our parts."""
        chosen = self.settings()
        asyncio.run(prepare_database(chosen))
        trained = model.ensure(ROOT / "var" / "models")
        models = self.folder / "models"
        if models.is_symlink():
            models.unlink()
            models.mkdir()
            for file in (ROOT / "var" / "models").iterdir():
                (models / file.name).symlink_to(file)
        if not model.current(models).exists():
            model.use(models, trained.name)
        for name, port in self.ports.items():
            part = name.partition("-")[0]
            one = self.settings(**{"PORT" if part == "api" else f"{part.upper()}_PORT": str(port)})
            self._commands[name] = processes(one, model.current(models))[part]

    def _environment_of(self, name: str) -> dict[str, str]:
        part = name.partition("-")[0]
        own = environment(self.settings()) | self._environment
        own["ACTIONS_URL"] = f"http://127.0.0.1:{self.actions_port}/webhook"
        own["PGAPPNAME"] = name
        own |= self._clock_of(name)
        if part == "limited":
            own["RATE_LIMITS"] = "on"
        if part == "api":
            own["METRICS_PORT"] = str(self.metrics_ports[name])
        return own

    def _redis(self) -> str:
        return f"{program('redis-server')} --port {self.redis_port} --bind 127.0.0.1 --save '' --dir {self.folder}"

    def _nginx(self) -> str:
        """nginx's command line, with the configuration of `deploy/` and the groups of this machine."""
        folder = self.folder / "nginx"
        folder.mkdir(exist_ok=True)
        places = {"PUBLIC": self.port, "RASA": self.rasa_port, "ACTIONS": self.actions_port}
        values = {f"{name}_LISTEN": f"127.0.0.1:{port}" for name, port in places.items()}
        shared = (ROOT / "deploy" / "nginx" / "drogowskaz.conf").read_text()
        for name, value in (values | {"PUBLIC_SCHEME": "http"}).items():
            shared = shared.replace(f"${{{name}}}", value)
        groups = [
            f"upstream {part} {{ zone {part} 64k; keepalive 32;"
            + "".join(f" server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in self._ports_of(part))
            + " }"
            for part in PARTS
        ]
        main = Template(MAIN).substitute(folder=folder, groups="\n".join(groups), shared=shared)
        (folder / "nginx.conf").write_text(main)
        return f"{program('nginx')} -p {folder} -c {folder / 'nginx.conf'} -e {self.folder / 'nginx.log'}"

    def _ports_of(self, part: str) -> list[int]:
        return [port for name, port in self.ports.items() if name.startswith(f"{part}-")]

    # --- what can be done to them -------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """Our own processes by name, without nginx and Redis."""
        return list(self.ports)

    def kill(self, name: str | None = None) -> None:
        """`kill -9` of one process; without a name the end of everything."""
        if name is None:
            self.kill_all()
            self._stack.close()
        else:
            Processes.kill(self, name)

    def ends(self, name: str) -> int:
        """Wait for the end of a process that does not go on; its exit code."""
        return self._running[name].wait(timeout=PATIENCE_SECONDS)

    def clocks_can_jump(self) -> None:
        """Let `jump` work for what is started from now on, where libfaketime is on the machine."""
        if FAKETIME:
            self._clocks = self.folder / "clocks"
            self._clocks.mkdir()

    def jump(self, name: str, by: str) -> None:
        """Let the process' clock be off by so much from now on ("+1h"); its other clocks go on evenly."""
        assert self._clocks is not None
        (self._clocks / name).write_text(f"{by}\n")

    def _clock_of(self, name: str) -> dict[str, str]:
        if self._clocks is None or not name.startswith("api-"):
            return {}
        self.jump(name, "+0")
        return {
            "LD_PRELOAD": str(FAKETIME[-1]),
            "FAKETIME_TIMESTAMP_FILE": str(self._clocks / name),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def add_standby(self) -> postgres.Server:
        """A standby of the database at the second address, which has whatever is committed."""
        standby = self._stack.enter_context(postgres.running(copy_of=self.postgres))
        self.postgres.wait_for_standby()
        self.standby_cable.lead(str(standby.folder / ".s.PGSQL.5432"))
        return standby

    def add_limited_apis(self) -> list[str]:
        """Start two more API processes that keep to the limits, past the proxy; their names."""
        names = ["limited-1", "limited-2"]
        for name in names:
            self.ports[name] = free_port()
            one = self.settings(PORT=str(self.ports[name]))
            self._commands[name] = processes(one, model.current(self.folder / "models"))["api"]
        self.start(*names)
        self.wait_until_ready(*names)
        return names

    def remove(self, name: str) -> None:
        """End a process for good."""
        self.kill(name)
        del self.ports[name], self._commands[name]

    def another_model(self) -> str:
        """A second model that works as well as the first; its name."""
        folder = self.folder / "models"
        name = "drogowskaz-another"
        file = folder / model.current(folder).readlink()
        (folder / f"{name}.tar.gz").symlink_to(file.resolve())
        note = file.with_name(file.name.replace(".tar.gz", ".json"))
        (folder / f"{name}.json").symlink_to(note.resolve())
        return name

    def switch_model(self, *arguments: str) -> int:
        """`python -m scripts.switch_model …`; its exit code."""
        command = [sys.executable, "-m", "scripts.switch_model", *arguments]
        with self.log_of("switch").open("ab") as log:
            done = subprocess.run(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT, check=False
            )
        return done.returncode

    def wait_until_ready(self, *names: str) -> None:
        """Return when pupils can talk and each of our processes (or those named) answers for itself."""
        end = time.monotonic() + PATIENCE_SECONDS
        waited_for = list(names or self.names)
        while time.monotonic() < end:
            waited_for = [name for name in waited_for if not self._answers(name)]
            with suppress(httpx.TransportError):
                if not waited_for and http.get(f"{self.url}/readyz", timeout=10).status_code == 200:
                    return
            time.sleep(0.2)
        raise AssertionError(f"{waited_for} did not come up:\n{self.output()}")

    def _answers(self, name: str) -> bool:
        path = {"api": "/readyz", "limited": "/readyz", "rasa": "/webhooks/turn/ready", "actions": "/health"}[
            name.partition("-")[0]
        ]
        headers = {"Authorization": f"Bearer {self.token()}"}
        with suppress(httpx.TransportError):
            return http.get(f"http://127.0.0.1:{self.ports[name]}{path}", headers=headers, timeout=10).is_success
        return False

    # --- what is known of them ----------------------------------------------------------------------------------------

    def processes(self) -> list[int]:
        """The ids of all running processes of ours."""
        return [process.pid for name, process in self._running.items() if name in self.ports]

    @property
    def trackers_url(self) -> str:
        return self.database_url

    def places(self, words: str) -> list[str]:
        """The files, and the tables of the database, that hold these words."""
        return super().places(words) + [table for table in self._tables() if words in self._rows(table)]

    def stored(self) -> str:
        """Every value in the database, and all that was printed."""
        return "\n".join([self.output(), *(self._rows(table) for table in self._tables())])

    def _tables(self) -> list[str]:
        found = query(self.database_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [table for (table,) in found]

    def _rows(self, table: str) -> str:
        rows = query(self.database_url, f"SELECT kept::text FROM {table} AS kept")  # noqa: S608 - a table of ours
        return "\n".join(row for (row,) in rows)

    def ports_in_use(self) -> list[int]:
        """Those of our ports on which something still listens."""
        used = []
        for port in (self.port, self.rasa_port, self.actions_port, *self.ports.values()):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    used.append(port)
        return used


MAIN = """
daemon off;
pid $folder/pid;
worker_processes 1;
events { worker_connections 4096; }
http {
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    $groups
    $shared
}
"""
