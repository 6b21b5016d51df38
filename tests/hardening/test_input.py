"""Whatever a body holds: no error of ours, and either all of it is stored or nothing."""

import json
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from api.conversations.models import Event, InboxMessage, Receipt
from api.conversations.typed import clean
from api.database import Database

CALM = (200, 202, 401, 404, 413, 415, 422, 400)
TEXTS = {
    "control characters": "a\x00b\x01c\x1bd\x7fe\x9ff",
    "only control characters": "\x00\x01\x02",
    "64 KiB": "ą" * 32_768,
    "emoji": "👩‍🔧🧑‍🍳🇵🇱👍🏽" * 50,
    "right to left": "\u202eשלום עולם مرحبا\u202c",
    "zero width": "c\u200bz\u200de\ufeffść",
    "combining": "z" + "\u0301" * 3000,
    "half a character": "\ud83d",
    "a command": '/sign_up{"course_type": "cnc"}',
    "markup": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE events; --",
    "format": "%s %n {0} {text} ${jndi:ldap://x}",
    "line ends": "a\r\nb\rc\nd\te",
}


async def rows(database: Database) -> tuple[int, int, int]:
    """How many pupils' messages, messages to be answered and receipts there are."""
    async with database.transaction(read_only=True) as session:
        said = await session.scalar(select(func.count()).select_from(Event).where(Event.sender == "pupil"))
        waiting = await session.scalar(select(func.count()).select_from(InboxMessage))
        receipts = await session.scalar(select(func.count()).select_from(Receipt))
        return said or 0, waiting or 0, receipts or 0


async def opened(browser: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """The address for messages of a new talk, and its headers."""
    body = (await browser.post("/api/v1/conversations", json={})).json()
    return f"/api/v1/conversations/{body['id']}/messages", {"authorization": f"Bearer {body['token']}"}


@pytest.mark.parametrize("kind", TEXTS)
async def test_any_text_is_stored_whole_or_refused(app: FastAPI, browser: httpx.AsyncClient, kind: str) -> None:
    path, headers = await opened(browser)
    body = json.dumps({"client_id": str(uuid.uuid4()), "text": TEXTS[kind]})
    answer = await browser.post(path, content=body, headers={**headers, "content-type": "application/json"})
    assert answer.status_code in (202, 413, 422), answer.text
    stored = await rows(app.state.database)
    assert stored in ((1, 1, 1), (0, 0, 0)), stored
    assert (stored[0] == 1) == (answer.status_code == 202)
    events = await browser.get(path.replace("/messages", "/events?after=0"), headers=headers)
    assert events.status_code == 200
    said = [event["text"] for event in events.json()["events"] if event.get("sender") == "pupil"]
    assert said == ([clean(TEXTS[kind])] if stored[0] else [])


BODIES = {
    "invalid utf-8": b'{"client_id": "6b6b7b54-0d2c-4c0e-9d3f-6a4c1d9d8f11", "text": "\xff\xfe"}',
    "deep json": b"[" * 60_000,
    "deep object": b'{"a":' * 12_000 + b"1" + b"}" * 12_000,
    "no json": b"hello",
    "nothing": b"",
    "a number": b"1e999",
    "huge number": b'{"client_id": ' + b"9" * 5_000 + b"}",
    "too large": b'{"text": "' + b"a" * 70_000 + b'"}',
    "nan": b'{"client_id": NaN, "text": Infinity}',
    "doubled keys": b'{"text": "a", "text": "b"}',
    "utf-16": '{"text": "a"}'.encode("utf-16"),
    "zero bytes": b"\x00" * 100,
}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("path", ["", "/messages", "/feedback"])
async def test_any_body_is_refused_without_a_trace(
    app: FastAPI, browser: httpx.AsyncClient, kind: str, path: str
) -> None:
    address, headers = await opened(browser)
    target = "/api/v1/conversations" if not path else address.replace("/messages", path)
    answer = await browser.post(target, content=BODIES[kind], headers={**headers, "content-type": "application/json"})
    assert 400 <= answer.status_code < 500 or (kind == "nothing" and not path), answer.text
    assert set(answer.json()) == {"error"} or answer.status_code < 300, "errors have one shape"
    assert await rows(app.state.database) == (0, 0, 0)


@pytest.mark.parametrize("payload", ["/greet\x00", "\ud83d", "/ask_courses'--", '/greet{"a": "\x01"}', "x" * 500])
async def test_a_payload_that_was_not_sent_is_refused(app: FastAPI, browser: httpx.AsyncClient, payload: str) -> None:
    path, headers = await opened(browser)
    body = json.dumps({"client_id": str(uuid.uuid4()), "payload": payload})
    answer = await browser.post(path, content=body, headers={**headers, "content-type": "application/json"})
    assert answer.status_code == 422
    assert await rows(app.state.database) == (0, 0, 0)


@given(st.text(max_size=200))
def test_clean_text_can_be_stored_and_is_clean_for_good(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=300))
def test_ordinary_text_is_not_touched(text: str) -> None:
    assert clean(text) == text


async def test_tokens_open_one_talk_only_and_are_long(browser: httpx.AsyncClient) -> None:
    first, mine = await opened(browser)
    second, other = await opened(browser)
    message = {"client_id": str(uuid.uuid4()), "text": "hej"}
    assert (await browser.post(first, json=message, headers=other)).status_code == 404
    assert (await browser.post(first, json=message)).status_code == 401
    assert (await browser.post(second, json=message, headers={"authorization": "Bearer x"})).status_code == 401
    tokens = {headers["authorization"].removeprefix("Bearer ") for headers in (mine, other)}
    assert len(tokens) == 2
    assert all(len(token) >= 43 for token in tokens), "256 bits"


@pytest.mark.parametrize(("path", "size"), [("/api/v1/conversations", 70_000), ("/console/sign-in", 3_000_000)])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused_in_our_shape(
    browser: httpx.AsyncClient, path: str, size: int, announced: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size // 1000):
            yield b"a" * 1000

    content = b"a" * size if announced else chunks()
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    answer = await browser.post(path, content=content, headers={"content-type": kind})
    assert answer.status_code in ((413,) if announced else (400, 413))
    assert set(answer.json()) == {"error"}
    assert answer.headers["x-content-type-options"] == "nosniff"
