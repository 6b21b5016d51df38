"""All actions of the domain are there for Rasa, whenever Python collects its garbage."""

import gc
from collections.abc import AsyncIterator
from typing import Any

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


@pytest.fixture
async def bot(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the action server, which reads the shipped catalogue."""
    monkeypatch.setattr(registry, "database", lambda: database)
    await loader.load(database, ROOT / "data" / "catalogue")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=server.app()), base_url="http://actions.test"
    ) as bot:
        yield bot


def call(action: str, *events: dict[str, Any]) -> dict[str, Any]:
    """What Rasa sends to have an action run."""
    tracker = {"sender_id": "a", "slots": {"language": "pl"}, "latest_message": {}, "events": list(events)}
    return {"next_action": action, "sender_id": "a", "tracker": tracker, "domain": {}}


@pytest.mark.parametrize(("mark", "asks"), [("other", True), ("handoff", False), ("safety", False)])
async def test_a_form_asks_nothing_in_the_breath_in_which_the_talk_goes_to_a_person(
    bot: httpx.AsyncClient, mark: str, *, asks: bool
) -> None:
    said = {"event": "bot", "text": "…", "data": {"custom": {mark: "x"}}}
    answer = await bot.post("/webhook", json=call("action_ask_direction", {"event": "user"}, said))
    assert [message["custom"]["asks"] for message in answer.json()["responses"]] == ["direction"] * asks
    later = await bot.post("/webhook", json=call("action_ask_direction", {"event": "user"}, said, {"event": "user"}))
    assert later.json()["responses"]


@pytest.mark.parametrize(("done", "asks"), [("signup_form", True), ("action_goodbye", False)])
async def test_a_form_asks_nothing_after_a_goodbye_but_goes_on_after_what_only_sounds_like_one(
    bot: httpx.AsyncClient, done: str, *, asks: bool
) -> None:
    request = call("action_ask_direction", {"event": "user"}, {"event": "action", "name": done})
    request["tracker"]["latest_message"] = {"text": "3b", "intent": {"name": "goodbye", "confidence": 0.4}}
    answer = await bot.post("/webhook", json=request)
    assert [message["custom"]["asks"] for message in answer.json()["responses"]] == ["direction"] * asks


async def test_an_action_that_is_told_the_version_asks_the_database_only_for_a_new_one(
    database: Database, bot: httpx.AsyncClient
) -> None:
    asked: list[str] = []
    event.listen(database.engine.sync_engine, "begin", lambda _: asked.append("begin"))
    async with database.transaction(read_only=True) as session:
        version = await catalogue.version(session)
    for told, looks in (
        (str(version), 1),
        (str(version), 0),
        (None, 1),
        ("nonsense", 1),
        (str(version + 1), 1),
        (str(version), 0),
    ):
        asked.clear()
        answer = await bot.post("/webhook", json=call("action_thank"), headers={"X-Catalogue": told} if told else {})
        assert answer.json()["responses"]
        assert len(asked) == looks, told
