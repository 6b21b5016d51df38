"""A double of the web channel (contract: http-api.md) that runs as a process of its own and can be told to misbehave.

    python -m tests.widget.fake_api PORT FOLDER

What pupils wrote is kept in FOLDER, so that the process can be killed and started again. `POST /_control` sets any
field of `Mood`; `GET /_control` tells what was received.
"""

import asyncio
import json
import sys
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Header, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from api.widget.routes import router
from tests.widget import answers

Event = dict[str, Any]


@dataclass
class Mood:
    """How the double behaves; everything off by default."""

    status: int = 0
    """Answer every call of the API with this status."""
    limit: int = 0
    """Refuse this many messages with 429 and `Retry-After: 2`."""
    swallow: int = 0
    """Store this many messages, yet answer 500."""
    unstored: int = 0
    """Refuse this many messages with 503 and the messages that will answer them, as `help`."""
    delay: float = 0
    """Seconds before a turn is answered."""
    repeat: bool = False
    """Deliver events again that were delivered before."""
    unknown: str = ""
    """Refuse this payload as one that was not offered."""
    retitle: str = ""
    """Show the pupil's next messages under this title."""
    late: float = 0
    """Seconds before new events are delivered."""
    hold: float = 0
    """Seconds before the acknowledgement of a message is sent, after it is stored."""


@dataclass
class Talk:
    """One conversation."""

    id: str
    token: str
    language: str
    events: list[Event] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=dict)
    feedback: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, **more: Any) -> int:
        seq = len(self.events) + 1
        self.events.append({"seq": seq, "type": kind, "created_at": datetime.now(UTC).isoformat(), **more})
        return seq


class Store:
    """All conversations, on disk after every change."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "talks.json"
        self.talks: dict[str, Talk] = {}
        self.calls: list[str] = []
        self.mood = Mood()
        if self.file.exists():
            self.talks = {key: Talk(**value) for key, value in json.loads(self.file.read_text("utf-8")).items()}

    def save(self) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({key: asdict(talk) for key, talk in self.talks.items()}), "utf-8")
        new.replace(self.file)


def problem(status: int, message: str, *, help: list[Event] | None = None, **headers: str) -> Response:
    body = {"error": {"code": "error", "message": message, "field": "text"}, **({"help": help} if help else {})}
    return Response(json.dumps(body), status, {key.replace("_", "-"): value for key, value in headers.items()})


class Refused(Exception):
    """The call ends with this answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


def create(folder: Path) -> FastAPI:
    store = Store(folder)
    app = FastAPI()
    app.include_router(router)
    # Kept, so that they are not collected while they wait.
    turns: set[asyncio.Task[None]] = set()

    @app.exception_handler(Refused)
    async def refused(_request: Request, error: Refused) -> Response:
        return error.response

    def find(talk_id: str, authorization: str) -> Talk:
        if store.mood.status:
            raise Refused(problem(store.mood.status, "told to fail"))
        talk = store.talks.get(talk_id)
        if talk is None:
            raise Refused(problem(404, "no such conversation"))
        if authorization != f"Bearer {talk.token}":
            raise Refused(problem(401, "wrong token"))
        return talk

    async def answer(talk: Talk, seq: int, said: str) -> None:
        await asyncio.sleep(store.mood.delay)
        outcome = "answered"
        for event in answers.answer(said, talk.language):
            talk.language = event.get("language", talk.language)
            if event["type"] == "outcome":
                outcome = event["outcome"]
            else:
                talk.add(**{"kind" if key == "type" else key: value for key, value in event.items()}, reply_to=seq)
        talk.add("turn_end", reply_to=seq, outcome=outcome)
        store.save()

    @app.post("/api/v1/conversations", status_code=201)
    async def begin(request: Request) -> Any:
        store.calls.append("begin")
        if store.mood.status:
            return problem(store.mood.status, "told to fail")
        language = (await request.json()).get("language") or "pl"
        talk = Talk(str(uuid.uuid4()), uuid.uuid4().hex, language)
        talk.add("message", sender="bot", reply_to=None, **answers.greeting(language))
        store.talks[talk.id] = talk
        store.save()
        return {"id": talk.id, "token": talk.token, "language": language}

    @app.post("/api/v1/conversations/{talk_id}/messages", status_code=202)
    async def message(talk_id: str, request: Request, authorization: str = Header("")) -> Any:
        store.calls.append("message")
        talk = find(talk_id, authorization)
        body = await request.json()
        client_id, said = body["client_id"], body.get("payload") or body["text"]
        if store.mood.limit:
            store.mood.limit -= 1
            return problem(429, "too fast", Retry_After="2")
        if "422" in said:
            return problem(422, "text: nie rozumiem tego pola")
        if body.get("payload") and body["payload"] == store.mood.unknown:
            return problem(422, "This button was not offered in the conversation.")
        if store.mood.unstored:
            store.mood.unstored -= 1
            return problem(503, "later", help=answers.answer(said, talk.language), Retry_After="1")
        if client_id not in talk.acknowledged:
            shown = store.mood.retitle or answers.TITLES.get(said, said)
            talk.acknowledged[client_id] = seq = talk.add("message", sender="pupil", text=shown, language=talk.language)
            store.save()
            task = asyncio.create_task(answer(talk, seq, said))
            turns.add(task)
            task.add_done_callback(turns.discard)
        if store.mood.swallow:
            store.mood.swallow -= 1
            return problem(500, "stored, but you do not know")
        await asyncio.sleep(store.mood.hold)
        return {"seq": talk.acknowledged[client_id]}

    @app.get("/api/v1/conversations/{talk_id}/events")
    async def events(talk_id: str, after: int = 0, wait: float = 0, authorization: str = Header("")) -> Any:
        store.calls.append("events")
        for _ in range(int(wait * 20) + 1):
            talk = find(talk_id, authorization)
            if len(talk.events) > after:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(store.mood.late)
        return {"events": talk.events[0 if store.mood.repeat else after :]}

    @app.post("/api/v1/conversations/{talk_id}/feedback", status_code=204)
    async def feedback(talk_id: str, request: Request, authorization: str = Header("")) -> None:
        find(talk_id, authorization).feedback.append(await request.json())
        store.save()

    @app.delete("/api/v1/conversations/{talk_id}", status_code=204)
    async def erase(talk_id: str, authorization: str = Header("")) -> None:
        find(talk_id, authorization)
        del store.talks[talk_id]
        store.save()

    @app.get("/_control")
    async def told() -> Any:
        return {"talks": [asdict(talk) for talk in store.talks.values()], "calls": store.calls}

    @app.post("/_control")
    async def control(request: Request) -> None:
        for name, value in (await request.json()).items():
            setattr(store.mood, name, value)

    @app.post("/_control/forget")
    async def forget() -> None:
        store.talks.clear()
        store.save()

    @app.post("/_control/reset")
    async def reset() -> None:
        store.mood = Mood()
        store.calls.clear()
        await forget()

    @app.post("/_control/event")
    async def event(request: Request) -> None:
        body = await request.json()
        for talk in store.talks.values():
            for one in body.get("events", [body]):
                talk.add(one["type"], **{key: value for key, value in one.items() if key != "type"})
        store.save()

    @app.get("/favicon.ico", status_code=204)
    async def icon() -> None:
        """Nothing, so that no page complains that it is missing."""

    @app.get("/school")
    async def school(
        host: str = "", csp: str = "default-src 'self'", attributes: str = "", lang: str = "pl"
    ) -> Response:
        """A school's page, with the policy and the attributes that a test asks for."""
        html = f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Technikum</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <script src="{host}/widget.js" {attributes} defer></script></head>
            <body><main><h1>Technikum</h1><p><a href="#plan" id="plan">Plan lekcji</a></p></main></body></html>"""
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": csp})

    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["authorization", "content-type"],
        expose_headers=["retry-after"],
    )
    return app


if __name__ == "__main__":
    uvicorn.run(create(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
