"""A delivery of the webhook taken apart into single updates. Pure: what comes in is what Meta sent."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

# An update is held until its neighbours are likely to be here: a moment when it is fresh, longer when it comes late,
# because then Meta repeats or catches up, and does so in any order. One that is later than that waits until the page
# has had no other such update for as long.
SETTLE = timedelta(milliseconds=300)
LONGEST_HOLD = timedelta(seconds=5)
LONGEST_PAGE, LONGEST_PSID = 32, 64


class Kind(StrEnum):
    """What an update is about. `UNKNOWN` is stored and counted, too."""

    MESSAGE = "message"
    DELETED = "deleted"
    ECHO = "echo"
    EDIT = "edit"
    POSTBACK = "postback"
    REFERRAL = "referral"
    OPTIN = "optin"
    READ = "read"
    DELIVERY = "delivery"
    REACTION = "reaction"
    STANDBY = "standby"
    PASS_CONTROL = "pass_thread_control"  # noqa: S105 - no password
    TAKE_CONTROL = "take_thread_control"
    REQUEST_CONTROL = "request_thread_control"
    APP_ROLES = "app_roles"
    POLICY = "policy_enforcement"
    UNKNOWN = "unknown"


# The field of an update that tells its kind, in the order of precedence: a first postback may carry a referral.
FIELDS = (
    ("message_edit", Kind.EDIT),
    ("postback", Kind.POSTBACK),
    ("reaction", Kind.REACTION),
    ("referral", Kind.REFERRAL),
    ("optin", Kind.OPTIN),
    ("read", Kind.READ),
    ("delivery", Kind.DELIVERY),
    ("pass_thread_control", Kind.PASS_CONTROL),
    ("take_thread_control", Kind.TAKE_CONTROL),
    ("request_thread_control", Kind.REQUEST_CONTROL),
    ("app_roles", Kind.APP_ROLES),
    ("policy_enforcement", Kind.POLICY),
    ("policy-enforcement", Kind.POLICY),
)


@dataclass(frozen=True)
class Arrived:
    """One update, ready to be stored."""

    key: str
    page_id: str
    psid: str
    kind: Kind
    sent_ms: int
    received_at: datetime
    due_at: datetime
    late: bool
    body: dict[str, Any]


def take_apart(delivery: dict[str, Any], received_at: datetime) -> list[Arrived]:
    """All updates of a delivery, whatever their kind and however odd their shape.

    Each is a microsecond younger than the one before, so that their order can be told from the moment alone.
    """
    return [
        _arrived(*found, received_at + timedelta(microseconds=number)) for number, found in enumerate(_items(delivery))
    ]


def _items(delivery: dict[str, Any]) -> Iterator[tuple[str, str, Any, int]]:
    """Page, list that the update stands in, update, and the time of the entry."""
    for entry in _list(delivery.get("entry")):
        page, time = _text(_dict(entry).get("id"))[:LONGEST_PAGE], _number(_dict(entry).get("time"))
        lists = ("messaging", "standby", "changes")
        found = [(name, item) for name in lists for item in _list(_dict(entry).get(name))]
        for name, item in found or [("unknown", entry)]:
            yield page, name, item, time


def _arrived(page: str, place: str, item: Any, entry_ms: int, received_at: datetime) -> Arrived:
    body = item if isinstance(item, dict) else {"odd": item}
    kind = _kind(place, body)
    sent_ms = _number(body.get("timestamp")) or entry_ms
    lag = timedelta(milliseconds=min(max(received_at.timestamp() * 1000 - sent_ms, 0), 1e7)) if sent_ms else SETTLE
    return Arrived(
        key=_key(page, kind, body),
        page_id=page,
        psid=_psid(page, body),
        kind=kind,
        sent_ms=sent_ms,
        received_at=received_at,
        due_at=received_at + min(max(lag, SETTLE), LONGEST_HOLD),
        late=lag >= LONGEST_HOLD,
        body=body,
    )


def _kind(place: str, body: dict[str, Any]) -> Kind:
    if place == "standby":
        return Kind.STANDBY
    return kind_of(body) if place == "messaging" else Kind.UNKNOWN


def kind_of(body: dict[str, Any]) -> Kind:
    """What an update is about, by its fields alone."""
    message = body.get("message")
    if isinstance(message, dict):
        if message.get("is_echo"):
            return Kind.ECHO
        return Kind.DELETED if message.get("is_deleted") else Kind.MESSAGE
    return next((kind for field, kind in FIELDS if isinstance(body.get(field), dict | list)), Kind.UNKNOWN)


def _key(page: str, kind: Kind, body: dict[str, Any]) -> str:
    """The same for each repetition of an update: of page, kind and Meta's id, or of all it says where it has none."""
    edit = _dict(body.get("message_edit"))
    mid = (
        _text(_dict(body.get("message")).get("mid"))
        or _text(_dict(body.get("postback")).get("mid"))
        or (f"{_text(edit.get('mid'))} {edit.get('num_edit')}" if edit else "")
    )
    identity = mid or json.dumps(body, sort_keys=True)
    return hashlib.sha256(f"{page} {kind} {identity}".encode("utf-8", "surrogatepass")).hexdigest()


def _psid(page: str, body: dict[str, Any]) -> str:
    """The pupil: the sender, or the recipient of what the page itself said."""
    sender, recipient = (_text(_dict(body.get(side)).get("id")) for side in ("sender", "recipient"))
    return (recipient if sender == page else sender)[:LONGEST_PSID]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _number(value: Any) -> int:
    """A time in milliseconds; 0 for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and 0 < value < 2**53 else 0
