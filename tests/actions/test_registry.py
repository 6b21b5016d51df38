"""All actions of the domain are there for Rasa, whenever Python collects its garbage."""

import gc

import httpx
import pytest
import yaml
from rasa_sdk.executor import ActionExecutor
from sqlalchemy import event

import actions
from actions import registry, server
from api.catalogue import loader
from api.catalogue import service as catalogue
from api.database import Database
from api.settings import ROOT


def test_every_action_of_the_domain_is_registered_and_stays() -> None:
    executor = ActionExecutor()
    executor._import_submodules(actions)
    gc.collect()
    executor.register_package(actions)
    wanted = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["actions"]
    assert set(wanted) <= set(executor.actions)


async def test_an_action_that_is_told_the_version_asks_the_database_only_for_a_new_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "database", lambda: database)
    asked: list[str] = []
    event.listen(database.engine.sync_engine, "begin", lambda _: asked.append("begin"))
    await loader.load(database, ROOT / "data" / "catalogue")
    async with database.transaction(read_only=True) as session:
        version = await catalogue.version(session)
    tracker = {"sender_id": "a", "slots": {"language": "pl"}, "latest_message": {}, "events": []}
    call = {"next_action": "action_thank", "sender_id": "a", "tracker": tracker, "domain": {}}
    transport = httpx.ASGITransport(app=server.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://actions.test") as bot:
        for told, looks in (
            (str(version), 1),
            (str(version), 0),
            (None, 1),
            ("nonsense", 1),
            (str(version + 1), 1),
            (str(version), 0),
        ):
            asked.clear()
            answer = await bot.post("/webhook", json=call, headers={"X-Catalogue": told} if told else {})
            assert answer.json()["responses"]
            assert len(asked) == looks, told
