"""What the page shows beside the talk."""

import pytest

from api.channels.messenger.configuration import Configuration
from api.channels.messenger.profile import profile
from api.conversations import service
from scripts import messenger_profile
from tests.messenger.processes import FakeGraph


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
