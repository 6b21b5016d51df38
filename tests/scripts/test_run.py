"""What `make run` does before the processes start."""

import json
from collections import namedtuple
from contextlib import nullcontext
from pathlib import Path

import pytest

from api.settings import Settings
from scripts import model, run, safety

Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 2**20))
    with pytest.raises(run.CannotStart, match="only 1 MiB free"):
        run.check_disk(tmp_path)


@pytest.mark.parametrize(
    "given",
    [
        {"messenger_app_secret": "x"},
        {"smtp_url": "smtp://mail.example.org"},
        {"oidc_issuer": "https://id.example.org"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_settings_of_which_only_a_part_is_given_are_said_before_anything_starts(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with pytest.raises(run.CannotStart, match=r"must be set, too|belong together"):
        run.start(Settings(drogowskaz_var=tmp_path / "var", **given))  # type: ignore[arg-type]
    assert not (tmp_path / "var").exists()


def test_all_processes_but_the_api_listen_on_loopback_only(tmp_path: Path) -> None:
    chosen = Settings(drogowskaz_var=tmp_path, host="0.0.0.0")  # noqa: S104 - the API may be put behind a proxy
    commands = run.processes(chosen, tmp_path / "model.tar.gz")
    assert "--host 127.0.0.1" in commands["actions"]
    assert "0.0.0.0" not in commands["rasa"] + commands["actions"]  # noqa: S104
    assert run.environment(chosen)["RASA_TELEMETRY_ENABLED"] == "false"


def test_the_token_of_rasa_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    chosen = Settings(drogowskaz_var=tmp_path)
    token = chosen.rasa_token()
    assert len(token) > 30
    assert chosen.rasa_token() == token
    assert (tmp_path / "rasa.token").stat().st_mode & 0o077 == 0


def test_a_model_of_the_present_data_is_not_trained_again_and_a_changed_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The safety classifier would be trained for real beside it.
    monkeypatch.setattr(safety, "trained_beside", lambda folder: nullcontext())
    name = f"drogowskaz-{model.fingerprint()}"
    file = tmp_path / f"{name}.tar.gz"
    file.write_bytes(b"a model")
    (tmp_path / f"{name}.json").write_text(json.dumps({"sha256": model._checksum(file)}))
    assert model.ensure(tmp_path) == file
    file.write_bytes(b"another model")
    with pytest.raises(model.DamagedModel, match="changed after its training"):
        model.ensure(tmp_path)


def test_the_fingerprint_follows_the_training_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "ROOT", tmp_path)
    for name in model.UNDERSTANDING + model.DIALOGUE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    before = model.fingerprint()
    assert model.fingerprint() == before
    (tmp_path / "domain.yml").write_text("y")
    assert model.fingerprint() != before


def test_rate_limits_are_switched_by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMITS", "off")
    assert Settings().rate_limits is False
    monkeypatch.setenv("RATE_LIMITS", "on")
    assert Settings().rate_limits is True
