"""A stream of events lasts as long as somebody reads it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from api.conversations import reader, service
from api.conversations.models import EventType
from api.conversations.repository import append
from api.main import app
from api.settings import Settings
from tests import empty


async def test_a_stream_goes_on_while_it_is_read_and_ends_soon_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "QUIET_SECONDS", 0.05)
    chosen = Settings(drogowskaz_var=tmp_path, rasa_port=9)
    empty.make(chosen.database)
    application, gone, sent = app(chosen), asyncio.Event(), asyncio.Queue[bytes]()
    told: dict[bytes, bytes] = {}
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        """What a server tells: the request, and then nothing until the connection is closed."""
        if (first := next(asked, None)) is not None:
            return first
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            sent.put_nowait(message["body"])
        else:
            told.update(dict(message["headers"]))

    async with application.router.lifespan_context(application):
        heart = application.state.heart
        talk, token = await service.open_conversation(heart, "web", "pl")
        path = f"/api/v1/conversations/{talk.id}/events"
        headers = [(b"authorization", f"Bearer {token}".encode()), (b"accept", b"text/event-stream")]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"after=1", "headers": headers}
        reading = asyncio.create_task(application(scope, receive, send))
        for _ in range(4):
            assert await sent.get() == b": still here\n\n"
        assert told[b"content-type"].startswith(b"text/event-stream")
        assert told[b"x-content-type-options"] == b"nosniff"
        assert b"content-length" not in told
        async with heart.database.transaction() as session:
            await append(session, talk.id, EventType.TYPING, {}, sender="counsellor")
        heart.notifier.notify(talk.id)
        while (part := await sent.get()).startswith(b":"):
            pass
        assert part.startswith(b"id: 2\nevent: typing\n")
        assert talk.id in heart.notifier.watched()
        gone.set()
        await reading
        assert talk.id not in heart.notifier.watched()
