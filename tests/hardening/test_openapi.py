"""What the OpenAPI document promises, tried by schemathesis on the running application: no error of ours anywhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from api import settings as configuration
from api.main import app as make_app
from api.sealed import keyring
from api.settings import Settings
from tests import empty
from tests.e2e.system import free_port

FEW = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The application on a port of its own, with an empty database, and Rasa away; its address."""
    chosen = Settings(drogowskaz_var=folder, rasa_port=9, rate_limits=False, port=free_port(), log_level="ERROR")
    empty.make(chosen.database)
    server = uvicorn.Server(uvicorn.Config(make_app(chosen), port=chosen.port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{chosen.port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application."""
    folder = tmp_path_factory.mktemp("openapi")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DROGOWSKAZ_VAR", str(folder))
        for cached in (configuration.settings, keyring):
            cached.cache_clear()
        with served(folder) as url:
            yield url
    for cached in (configuration.settings, keyring):
        cached.cache_clear()


def test_no_call_ends_with_an_error_of_ours(address: str) -> None:
    """Not through the plugin of schemathesis, which knows older versions of pytest only."""
    document = schemathesis.openapi.from_url(f"{address}/openapi.json")
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 8
    for operation in operations:

        @FEW
        @given(operation.as_strategy())
        def call(case: schemathesis.Case) -> None:
            if "wait" in (case.query or {}):
                case.query["wait"] = "0"
            answer = case.call(timeout=60)
            case.validate_response(answer, checks=[not_a_server_error])

        call()
