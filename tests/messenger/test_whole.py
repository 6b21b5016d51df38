"""The whole application between the doubles, Rasa away: what the heart does by itself reaches the pupil."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.channels.messenger.configuration import configuration
from api.conversations import handoff
from api.settings import Settings
from api.texts import button, text
from tests.messenger.fake_graph import encode
from tests.messenger.processes import FakeGraph, delivery, message, postback, settings_of
from tests.messenger.test_intake import post, serving

PATIENCE = 1200


@pytest.fixture
async def client(meta: FakeGraph, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The application; Graph is the double, Rasa is out of reach."""
    given = {key.lower(): value for key, value in settings_of(meta.url, tmp_path).items()}
    async with serving(Settings(**given, rasa_url="http://127.0.0.1:9")) as opened:  # type: ignore[arg-type]
        yield opened


async def shown(meta: FakeGraph, part: str) -> list[str]:
    """All that the pupil got, as soon as something of it holds these words."""
    for _ in range(PATIENCE):
        texts = meta.texts("7")
        if any(part in words for words in texts):
            return texts
        await asyncio.sleep(0.05)
    raise AssertionError(meta.texts("7"))


async def test_who_writes_of_danger_gets_help_at_once_with_rasa_away(
    client: httpx.AsyncClient, meta: FakeGraph
) -> None:
    meta.heard("7")
    assert await post(client, encode(delivery(message("7", "chcę się zabić")))) == 200
    texts = await shown(meta, text("handoff.waiting_safety", "pl"))
    assert "bot" in texts[0]
    assert "116 111" in "".join(texts[1:-1])
    assert "116 111" not in texts[-1], "it stands right above"
    assert meta.state()["refused"] == []


async def test_who_wants_a_person_is_told_that_one_is_called_with_rasa_away(
    client: httpx.AsyncClient, meta: FakeGraph
) -> None:
    meta.heard("7")
    pressed = postback("7", handoff.TO_A_PERSON, button("human", "pl")["title"])
    assert await post(client, encode(delivery(pressed))) == 200
    await shown(meta, text("handoff.waiting", "pl"))
    assert meta.state()["refused"] == []


def test_the_version_of_graph_is_a_setting(tmp_path: Path) -> None:
    given = {key.lower(): value for key, value in settings_of("https://graph.example.org/", tmp_path).items()}
    for more, version in (({}, "v26.0"), ({"messenger_graph_version": "v31.0"}, "v31.0")):
        chosen = configuration(Settings(**{**given, **more}))  # type: ignore[arg-type]
        assert chosen is not None
        assert chosen.graph == f"https://graph.example.org/{version}"
