"""Meta's rules for one call of the Send API, apart from the product, so that both cannot be wrong alike."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

HOUR_MS = 3_600_000
ACTIONS = {"mark_seen", "typing_on", "typing_off"}
MESSAGE_FIELDS = {"text", "attachment", "quick_replies", "metadata"}
BODY_FIELDS = {"recipient", "messaging_type", "tag", "message", "sender_action", "persona_id"}


@dataclass(frozen=True)
class Refusal(Exception):
    """What Graph answers instead of sending."""

    code: int
    subcode: int | None
    why: str


def units(text: str) -> int:
    """Characters as Meta counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_send(body: dict[str, Any], *, silent_ms: int | None, personas: Container[str]) -> None:
    """Raises Refusal when Graph would not take the call; `silent_ms`: how long ago the pupil last wrote, if ever."""
    _need(set(body) <= BODY_FIELDS, f"unknown fields {set(body) - BODY_FIELDS}")
    _need(isinstance(body.get("recipient", {}).get("id"), str), "no recipient")
    if silent_ms is None:
        raise Refusal(100, 2018001, "No matching user found")
    _need("persona_id" not in body or body["persona_id"] in personas, "no such persona")
    if "sender_action" in body:
        _need(body["sender_action"] in ACTIONS and "message" not in body, "odd sender action")
        return
    if body.get("messaging_type") == "RESPONSE":
        _need("tag" not in body, "a response has no tag")
        if silent_ms > 24 * HOUR_MS:
            raise Refusal(10, 2018278, "This message is sent outside of allowed window.")
    else:
        _need(body.get("messaging_type") == "MESSAGE_TAG" and body.get("tag") == "HUMAN_AGENT", "odd type or tag")
        if silent_ms > 7 * 24 * HOUR_MS:
            raise Refusal(10, 2018278, "This message is sent outside of allowed window.")
    check_message(body.get("message") or {})


def check_message(message: dict[str, Any]) -> None:
    """Raises Refusal for a message that breaks a limit."""
    _need(set(message) <= MESSAGE_FIELDS, f"unknown fields {set(message) - MESSAGE_FIELDS}")
    _need(("text" in message) != ("attachment" in message), "either text or attachment")
    _need(len(str(message.get("metadata", ""))) <= 1000, "metadata too long")
    if "text" in message:
        _sized(message["text"], 2000, "text")
    else:
        _check_template(message["attachment"])
    replies = message.get("quick_replies")
    if replies is not None:
        _need(1 <= len(replies) <= 13, "number of quick replies")
        for reply in replies:
            _need(set(reply) == {"content_type", "title", "payload"}, "quick reply fields")
            _need(reply["content_type"] == "text", "quick reply type")
            _sized(reply["title"], 20, "quick reply title")
            _sized(reply["payload"], 1000, "quick reply payload")


def _check_template(attachment: dict[str, Any]) -> None:
    _need(attachment.get("type") == "template", "attachment type")
    payload = attachment["payload"]
    if payload["template_type"] == "button":
        _need(set(payload) == {"template_type", "text", "buttons"}, "button template fields")
        _sized(payload["text"], 640, "button template text")
        _check_buttons(payload["buttons"])
        return
    _need(payload["template_type"] == "generic", "template type")
    _need(set(payload) == {"template_type", "elements"}, "generic template fields")
    _need(1 <= len(payload["elements"]) <= 10, "number of elements")
    for element in payload["elements"]:
        _need({"title"} < set(element) <= {"title", "subtitle", "buttons"}, "element fields")
        _sized(element["title"], 80, "element title")
        if "subtitle" in element:
            _sized(element["subtitle"], 80, "element subtitle")
        if "buttons" in element:
            _check_buttons(element["buttons"])


def _check_buttons(buttons: list[dict[str, Any]]) -> None:
    _need(1 <= len(buttons) <= 3, "number of buttons")
    for button in buttons:
        _sized(button["title"], 20, "button title")
        if button["type"] == "web_url":
            _need(set(button) == {"type", "title", "url"}, "link fields")
            _need(button["url"].startswith(("http://", "https://")) and " " not in button["url"], "link address")
        else:
            _need(set(button) == {"type", "title", "payload"} and button["type"] == "postback", "button fields")
            _sized(button["payload"], 1000, "button payload")


def _sized(text: Any, most: int, what: str) -> None:
    _need(isinstance(text, str) and bool(text.strip()) and units(text) <= most, f"{what} empty or too long")


def _need(condition: bool, why: str) -> None:
    if not condition:
        raise Refusal(100, None, why)
