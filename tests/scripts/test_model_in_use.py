"""The link to the model in use, the way back, and what is never thrown away."""

import os
from pathlib import Path

import pytest

from api.settings import Settings
from scripts import model, switch_model
from scripts.switch_model import NotChanged


def test_the_former_model_is_remembered_once(tmp_path: Path) -> None:
    for name in ("one", "two", "two"):
        model.use(tmp_path, name)
    assert model.current(tmp_path).readlink().name == "two"
    assert model.previous(tmp_path).readlink().name == "one"
    model.use(tmp_path, "one")
    assert model.previous(tmp_path).readlink().name == "two", "back and forth"


def test_a_model_in_use_is_never_thrown_away(tmp_path: Path) -> None:
    names = [f"drogowskaz-{number}.tar.gz" for number in range(6)]
    for age, name in enumerate(names):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 + age, 1000 + age))
    model.use(tmp_path, names[0])
    model.use(tmp_path, names[1])
    model._forget_old(tmp_path)
    left = {file.name for file in tmp_path.glob("drogowskaz-*")}
    assert left == {names[0], names[1], *names[-model.KEPT :]}


def test_when_one_server_refuses_the_others_go_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Settings(drogowskaz_var=tmp_path, rasa_replicas="http://a, http://b/,http://c")
    folder = tmp_path / "models"
    folder.mkdir()
    model.use(folder, "former")
    served = dict.fromkeys(switch_model.replicas(chosen), "former")

    def load(_chosen: Settings, address: str, file: Path) -> None:
        if address == "http://c":
            raise NotChanged("no")
        served[address] = file.name

    monkeypatch.setattr(switch_model, "load", load)
    with pytest.raises(NotChanged):
        switch_model.switch(chosen, "newer")
    assert set(served) == {"http://a", "http://b", "http://c"}
    assert set(served.values()) == {"former"}
    assert model.current(folder).readlink().name == "former"
