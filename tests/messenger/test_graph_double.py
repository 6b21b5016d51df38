"""The double of Graph refuses what Meta refuses: each limit by itself, so that a test against it proves something."""

import hashlib
import hmac
import json
import time
from contextlib import nullcontext
from typing import Any

import pytest

from tests import http
from tests.messenger.fake_graph import encode
from tests.messenger.graph_rules import HOUR_MS, Refusal, check_send
from tests.messenger.processes import PAGE, SECRET, TOKEN, FakeGraph, message


def reply(title: str = "Kursy", payload: str = "/ask_courses") -> dict[str, Any]:
    """A quick reply."""
    return {"content_type": "text", "title": title, "payload": payload}


def pressed(title: str = "Kursy", payload: str = "/ask_courses") -> dict[str, Any]:
    """A button of a template."""
    return {"type": "postback", "title": title, "payload": payload}


def template(**payload: Any) -> dict[str, Any]:
    """A message with a template."""
    return {"attachment": {"type": "template", "payload": payload}}


def button_template(text: str = "Co dalej?", *buttons: dict[str, Any]) -> dict[str, Any]:
    """A text with buttons under it."""
    return template(template_type="button", text=text, buttons=list(buttons))


def row(*elements: dict[str, Any]) -> dict[str, Any]:
    """Cards side by side."""
    return template(template_type="generic", elements=list(elements))


def card(title: str = "Kurs", **more: Any) -> dict[str, Any]:
    """One card of a row."""
    return {"title": title, "subtitle": "60 h", **more}


# Each pair: the largest that is taken, and one more.
LIMITS = {
    "text": ({"text": "x" * 2000}, {"text": "x" * 2001}),
    "text in UTF-16 units": ({"text": "🙂" * 1000}, {"text": "🙂" * 1001}),
    "empty text": ({"text": "x"}, {"text": " "}),
    "metadata": ({"text": "x", "metadata": "m" * 1000}, {"text": "x", "metadata": "m" * 1001}),
    "quick replies": (
        {"text": "x", "quick_replies": [reply()] * 13},
        {"text": "x", "quick_replies": [reply()] * 14},
    ),
    "no quick reply": ({"text": "x", "quick_replies": [reply()]}, {"text": "x", "quick_replies": []}),
    "title of a quick reply": (
        {"text": "x", "quick_replies": [reply("t" * 20)]},
        {"text": "x", "quick_replies": [reply("t" * 21)]},
    ),
    "payload of a quick reply": (
        {"text": "x", "quick_replies": [reply("t", "p" * 1000)]},
        {"text": "x", "quick_replies": [reply("t", "p" * 1001)]},
    ),
    "buttons of a template": (button_template("x", *[pressed()] * 3), button_template("x", *[pressed()] * 4)),
    "text of a button template": (button_template("x" * 640, pressed()), button_template("x" * 641, pressed())),
    "title of a button": (button_template("x", pressed("t" * 20)), button_template("x", pressed("t" * 21))),
    "elements": (row(*[card()] * 10), row(*[card()] * 11)),
    "title of an element": (row(card("t" * 80)), row(card("t" * 81))),
    "subtitle of an element": (row(card(subtitle="t" * 80)), row(card(subtitle="t" * 81))),
    "buttons of an element": (row(card(buttons=[pressed()] * 3)), row(card(buttons=[pressed()] * 4))),
    "an element with nothing but a title": (row(card()), row({"title": "Kurs"})),
    "address of a link": (
        button_template("x", {"type": "web_url", "title": "t", "url": "https://example.org"}),
        button_template("x", {"type": "web_url", "title": "t", "url": "example.org"}),
    ),
    "text and attachment": ({"text": "x"}, {"text": "x", **row(card())}),
    "unknown fields": ({"text": "x"}, {"text": "x", "cards": []}),
}


def send(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The body of a call of the Send API."""
    return {"recipient": {"id": "7"}, "messaging_type": "RESPONSE", "message": message, **more}


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_is_kept_to_the_last_character(name: str) -> None:
    taken, refused = LIMITS[name]
    check_send(send(taken), silent_ms=0, personas=())
    with pytest.raises(Refusal) as why:
        check_send(send(refused), silent_ms=0, personas=())
    assert why.value.code == 100


TAG: dict[str, Any] = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


@pytest.mark.parametrize(
    ("more", "hours", "code"),
    [
        ({}, 24, None),
        ({}, 24.01, 10),
        (TAG, 24.01, None),
        (TAG, 7 * 24, None),
        (TAG, 7 * 24 + 0.01, 10),
        ({"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, 1, 100),
        ({"messaging_type": "UPDATE"}, 1, 100),
        ({"tag": "HUMAN_AGENT"}, 1, 100),
        ({"persona_id": "9"}, 1, 100),
        ({}, None, 100),
    ],
)
def test_the_windows_the_tag_the_persona_and_the_recipient(
    more: dict[str, Any], hours: float | None, code: int | None
) -> None:
    silent_ms = None if hours is None else int(hours * HOUR_MS)
    with nullcontext() if code is None else pytest.raises(Refusal) as why:
        check_send(send({"text": "x"}, **more), silent_ms=silent_ms, personas={"1"})
    assert (why.value.code if why is not None else None) == code


def call(meta: FakeGraph, body: dict[str, Any], token: str = TOKEN, secret: str = SECRET, page: str = PAGE) -> Any:
    """What the running double answers to a send: the error's code, or None."""
    proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    answer = http.post(
        f"{meta.url}/v26.0/{page}/messages",
        params={"appsecret_proof": proof},
        headers={"Authorization": f"Bearer {token}"},
        json=body,
    )
    return answer.json().get("error", {}).get("code")


def test_the_running_double_asks_for_token_proof_and_limits(meta: FakeGraph) -> None:
    meta.heard("7")
    assert call(meta, send({"text": "x"})) is None
    assert call(meta, send({"text": "x"}), token="stolen") == 190
    assert call(meta, send({"text": "x"}), secret="another") == 100
    assert call(meta, send({"text": "x"}), page="1") == 190
    assert call(meta, send({"text": "x" * 2001})) == 100
    assert call(meta, {"recipient": {"id": "7"}, "sender_action": "dance"}) == 100
    meta.heard("7", hours_ago=25)
    assert call(meta, send({"text": "x"})) == 10
    assert meta.texts("7") == ["x"]


def test_it_writes_json_as_meta_does() -> None:
    raw = encode({"text": "zażółć 🙂 a/b"})
    assert raw == rb'{"text": "za\u017c\u00f3\u0142\u0107 \ud83d\ude42 a\/b"}'
    assert json.loads(raw) == {"text": "zażółć 🙂 a/b"}


def test_what_is_not_acknowledged_comes_again_until_the_app_is_unsubscribed(meta: FakeGraph) -> None:
    meta.tell(webhook="http://127.0.0.1:9/nobody", unsubscribe_after=1.0)
    meta.deliver(message("7", "hej"))
    while meta.state()["subscribed"]:
        time.sleep(0.05)
    assert meta.state()["deliveries"] >= 2
    assert meta.state()["queue"] == 0
