"""Only a model that our training made is served, and a change that fails changes nothing."""

import asyncio
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import models
from bot.models import BadModel, change, checked


def noted(folder: Path, name: str, content: bytes = b"a model") -> Path:
    """A file with the note that training leaves beside it."""
    model = folder / f"{name}.tar.gz"
    model.write_bytes(content)
    model.with_name(f"{name}.json").write_text(json.dumps({"sha256": hashlib.sha256(content).hexdigest()}))
    return model


def test_the_link_leads_to_the_model_in_use(tmp_path: Path) -> None:
    model = noted(tmp_path, "drogowskaz-1")
    link = tmp_path / "current"
    link.symlink_to(model.name)
    assert checked(link) == model
    assert checked(model) == model


def test_what_our_training_did_not_make_is_refused(tmp_path: Path) -> None:
    damaged, foreign = noted(tmp_path, "damaged"), noted(tmp_path, "foreign")
    damaged.write_bytes(b"a modeI")
    foreign.with_name("foreign.json").unlink()
    for model in (damaged, foreign, tmp_path / "nothing.tar.gz"):
        with pytest.raises(BadModel, match=model.name.partition(".")[0]):
            checked(model)


def test_a_model_that_cannot_be_loaded_leaves_the_present_one(tmp_path: Path) -> None:
    present = SimpleNamespace(model_filename="present.tar.gz")
    store = SimpleNamespace(domain="its domain")
    parts = dict.fromkeys(("lock_store", "action_endpoint", "nlg", "http_interpreter"))
    agent = SimpleNamespace(processor=present, tracker_store=store, domain="its domain", **parts)
    with pytest.raises(BadModel, match="cannot be loaded"):
        asyncio.run(change(agent, noted(tmp_path, "drogowskaz-1")))  # type: ignore[arg-type]
    assert agent.processor is present
    assert store.domain == "its domain"
    assert models.name_of(agent) == "present.tar.gz"  # type: ignore[arg-type]
