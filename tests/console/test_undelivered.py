"""What a counsellor sees of lines that have not reached a pupil on Messenger."""

import json

import pytest
from fastapi import FastAPI, Request

from api.accounts import service as accounts
from api.accounts.roles import Role
from api.channels.messenger.models import Line, State
from api.console import live
from api.console.deps import COOKIE
from api.conversations import reader, service
from api.texts import text
from tests.console.conftest import Hire

LINES = [
    (State.SENT, None, None),
    (State.QUEUED, None, "queued"),
    (State.UNKNOWN, None, "unknown"),
    (State.FAILED, "100", "failed"),
    (State.DROPPED, "held_by_page", "dropped"),
    (State.UNDELIVERABLE, "outside_window", "outside_window"),
    (State.UNDELIVERABLE, "unreachable", "unreachable"),
]


async def talk_with(app: FastAPI, *lines: tuple[State, str | None]) -> str:
    """A talk whose greeting went to Messenger in these parts."""
    conversation, _ = await service.open_conversation(app.state.heart, "messenger", "pl")
    async with app.state.database.transaction() as session:
        for number, (state, error) in enumerate(lines):
            ref = f"{conversation.id}:1:{number}"
            row = {"page_id": "1", "psid": "7", "seq": 1, "sender": "bot", "state": state, "error": error}
            session.add(Line(ref=ref, conversation_id=conversation.id, **row))
    return conversation.id


@pytest.mark.parametrize(("state", "error", "why"), LINES)
async def test_the_page_says_what_became_of_a_line(
    app: FastAPI, hire: Hire, state: State, error: str | None, why: str | None
) -> None:
    anna, talk = await hire("Anna", Role.COUNSELLOR), await talk_with(app, (State.SENT, None), (state, error))
    page = (await anna.get(f"/console/talks/{talk}")).text
    shown = [name for _, _, name in LINES if name and text(f"messenger.line_{name}", "pl") in page]
    assert shown == ([why] if why else [])


async def test_of_several_parts_the_worst_is_told(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk = await talk_with(app, (State.UNDELIVERABLE, "unreachable"), (State.QUEUED, None))
    assert text("messenger.line_unreachable", "pl") in (await anna.get(f"/console/talks/{talk}")).text


async def test_the_open_page_is_told_too(app: FastAPI, hire: Hire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "QUIET_SECONDS", 0.05)
    anna, talk = await hire("Anna", Role.COUNSELLOR), await talk_with(app, (State.UNDELIVERABLE, "outside_window"))
    told = {}
    cookie = f"{COOKIE}={anna.client.cookies[COOKIE]}".encode()
    asked = Request({"type": "http", "path": "/", "headers": [(b"cookie", cookie)], "app": app})
    signed = await accounts.signed(app.state.database, anna.client.cookies[COOKIE])
    assert signed is not None
    async for part in live._parts(asked, app.state.heart, signed, talk, 1):
        if part.startswith("event: undelivered"):
            told = json.loads(part.partition("data: ")[2])
            break
    assert told == {"1": text("messenger.line_outside_window", "pl")}
