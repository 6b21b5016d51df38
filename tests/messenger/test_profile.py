"""What the page shows beside the talk, and the wish to delete somebody's data."""

import asyncio
import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from api.channels.messenger import repository, signatures
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.errors import Forged
from api.channels.messenger.profile import profile
from api.conversations import service
from api.settings import Settings
from scripts import messenger_profile
from tests.messenger.processes import SECRET, FakeGraph, settings_of
from tests.messenger.test_intake import GENUINE, post, serving


async def test_one_command_sets_the_profile_within_metas_limits_and_subscribes(
    meta: FakeGraph, configured: Configuration, capsys: pytest.CaptureFixture[str]
) -> None:
    meta.tell(subscribed=[])
    await messenger_profile.publish(configured)
    seen = meta.state()
    assert seen["profile"] == profile()
    assert "message_echoes" in seen["subscribed"]
    assert "profile set" in capsys.readouterr().out


def test_the_profile_stands_in_both_languages() -> None:
    greetings = {one["locale"]: one["text"] for one in profile()["greeting"]}
    assert "bot, nie człowiek" in greetings["default"]
    assert "bot, not a person" in greetings["en_GB"]


def test_each_topic_of_the_profile_acts_in_every_talk() -> None:
    offered = {button["payload"] for button in service.greeting(None)["buttons"]} | {"/ask_human"}
    shown = [
        item["payload"]
        for part in ("ice_breakers", "persistent_menu")
        for locale in profile()[part]
        for item in locale["call_to_actions"]
    ]
    assert {payload for payload in shown if payload.startswith("/")} <= offered


def signed(user_id: str, secret: str = SECRET, **more: Any) -> str:
    """A `signed_request` as Meta makes it."""
    said = json.dumps({"algorithm": "HMAC-SHA256", "user_id": user_id, "issued_at": 1, **more}).encode()
    body = base64.urlsafe_b64encode(said).rstrip(b"=")
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}.{body.decode()}"


@pytest.mark.parametrize(
    "given", ["", ".", "a.b", "zażółć.gęślą", signed("7", "another"), signed("7")[:-3], signed("7", algorithm="none")]
)
def test_a_forged_signed_request_is_refused(given: str) -> None:
    with pytest.raises(Forged):
        signatures.signed_request(SECRET, given)


async def test_metas_wish_to_delete_somebody_is_carried_out(tmp_path: Path) -> None:
    given = {key.lower(): value for key, value in settings_of("http://127.0.0.1:9", tmp_path).items()}
    async with serving(Settings(**given)) as client:  # type: ignore[arg-type]
        assert await post(client, GENUINE) == 200
        database = client._transport.app.state.database  # type: ignore[attr-defined]
        for _ in range(600):
            async with database.transaction(read_only=True) as session:
                if await repository.conversations_of(session, "7"):
                    break
            await asyncio.sleep(0.1)
        refused = await client.post("/channels/messenger/deletion", data={"signed_request": signed("7", "another")})
        assert refused.status_code == 403
        done = await client.post("/channels/messenger/deletion", data={"signed_request": signed("7")})
        assert done.status_code == 200
        async with database.transaction(read_only=True) as session:
            assert await repository.conversations_of(session, "7") == []
        status = await client.get(done.json()["url"])
        assert "zostało usunięte" in status.text
        assert done.json()["confirmation_code"] in done.json()["url"]
        assert (await client.get("/channels/messenger/deletion/nobody")).status_code == 404
