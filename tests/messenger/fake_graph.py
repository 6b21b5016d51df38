"""A double of Meta's side, run as a process of its own: takes sends by Graph's rules, delivers signed webhooks.

`/v26.0/...` is what the product sees. `/control/...` is for the test: what pupils write, how Graph behaves.
Deliveries are escaped, batched, repeated, disordered and late as told; one that is not answered with 200 is tried
again, and after too long a time of failures the app is unsubscribed.
"""

import asyncio
import hashlib
import hmac
import json
import os
import random
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.messenger.graph_rules import Refusal, check_send

PAGE = os.environ.get("FAKE_GRAPH_PAGE", "1001")
TOKEN = os.environ.get("FAKE_GRAPH_TOKEN", "page-token")
SECRET = os.environ.get("FAKE_GRAPH_SECRET", "app-secret")
APP_ID = 4242
RETRY_SECONDS = 0.3


@dataclass
class Graph:
    """All that Meta knows."""

    webhook: str = ""
    echoes: bool = True
    echo_delay: float = 0.0
    most_in_batch: int = 1
    unsubscribe_after: float = 3600.0
    subscribed: list[str] = field(default_factory=lambda: ["messages", "message_echoes"])
    down: dict[str, Any] | None = None
    next_sends: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    personas: dict[str, str] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    # The ids by which the app knows people, with those by which the page knows them.
    people: dict[str, str] = field(default_factory=dict)
    one_business: bool = True
    heard_ms: dict[str, int] = field(default_factory=dict)
    queue: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    in_flight: int = 0
    deliveries: int = 0
    # Milliseconds until a delivery was acknowledged; Meta wants it within five seconds.
    took_ms: list[float] = field(default_factory=list)
    failures: int = 0
    failing_since: float | None = None


graph = Graph()
dice = random.Random(7)


def now_ms() -> int:
    """Meta's clock."""
    return int(time.time() * 1000)


def encode(body: dict[str, Any]) -> bytes:
    """JSON as Meta writes it: everything beyond ASCII escaped, slashes too."""
    return json.dumps(body, ensure_ascii=True).replace("/", "\\/").encode()


def signature(raw: bytes) -> str:
    """What stands in the header."""
    return "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


def enqueue(update: dict[str, Any], delay: float = 0.0) -> None:
    """Deliver the update, not before `delay` seconds from now."""
    if graph.subscribed:
        graph.queue.append((time.monotonic() + delay, update))


def take_batch() -> list[dict[str, Any]]:
    """Some of the updates that are due, out of order when there are many."""
    moment = time.monotonic()
    due = [index for index, (at, _) in enumerate(graph.queue) if at <= moment]
    chosen = set(dice.sample(due, min(len(due), dice.randint(1, graph.most_in_batch))))
    batch = [graph.queue[index][1] for index in chosen]
    graph.queue = [item for index, item in enumerate(graph.queue) if index not in chosen]
    dice.shuffle(batch)
    return batch


async def deliver(client: httpx.AsyncClient, batch: list[dict[str, Any]]) -> None:
    """Post one delivery, several entries in it; what fails comes again later."""
    cut = dice.randint(0, len(batch))
    entries = [{"id": PAGE, "time": now_ms(), "messaging": part} for part in (batch[:cut], batch[cut:]) if part]
    raw = encode({"object": "page", "entry": entries})
    headers = {"X-Hub-Signature-256": signature(raw), "Content-Type": "application/json"}
    graph.deliveries += 1
    began = time.perf_counter()
    try:
        answer = await client.post(graph.webhook, content=raw, headers=headers)
        well = answer.status_code == 200
        graph.took_ms.append((time.perf_counter() - began) * 1000)
    except httpx.TransportError:
        well = False
    if well:
        graph.failing_since = None
        return
    graph.failures += 1
    graph.failing_since = graph.failing_since or time.monotonic()
    if time.monotonic() - graph.failing_since > graph.unsubscribe_after:
        graph.subscribed, graph.queue = [], []
        return
    graph.queue += [(time.monotonic() + RETRY_SECONDS, update) for update in batch]


async def deliver_forever() -> None:
    """Four deliveries at a time."""

    async def one(client: httpx.AsyncClient) -> None:
        while True:
            batch = take_batch() if graph.webhook and graph.queue else []
            if not batch:
                await asyncio.sleep(0.01)
                continue
            graph.in_flight += 1
            try:
                await deliver(client, batch)
            finally:
                graph.in_flight -= 1

    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        await asyncio.gather(*(one(client) for _ in range(4)))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Deliver while the process lives."""
    task = asyncio.create_task(deliver_forever())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


def error(refusal: Refusal, status: int = 400) -> Response:
    """An error in Graph's shape."""
    body = {"message": refusal.why, "type": "OAuthException", "code": refusal.code, "fbtrace_id": "fake"}
    if refusal.subcode:
        body["error_subcode"] = refusal.subcode
    return JSONResponse({"error": body}, status_code=status)


def unwelcome(request: Request, page: str, token: str = TOKEN) -> Response | None:
    """The answer to a call without the right token and proof, or while Graph is down."""
    if graph.down is not None:
        return Response("Service Unavailable", status_code=graph.down.get("status", 503))
    proof = hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
    if request.headers.get("authorization") != f"Bearer {token}" or page != PAGE:
        return error(Refusal(190, None, "Invalid OAuth access token"), 401)
    if request.query_params.get("appsecret_proof") != proof:
        return error(Refusal(100, None, "Invalid appsecret_proof"))
    return None


@app.post("/v26.0/{page}/messages")
async def messages(page: str, request: Request) -> Response:
    """The Send API."""
    if (refused := unwelcome(request, page)) is not None:
        return refused
    body = await request.json()
    order = graph.next_sends.pop(0) if graph.next_sends and "message" in body else {}
    if order.get("code") and not order.get("carry_out"):
        return error(Refusal(order["code"], order.get("subcode"), "as told"), order.get("status", 400))
    psid = body.get("recipient", {}).get("id")
    heard = graph.heard_ms.get(psid)
    try:
        check_send(body, silent_ms=None if heard is None else now_ms() - heard, personas=graph.personas)
    except Refusal as refusal:
        graph.refused.append({"body": body, "code": refusal.code, "subcode": refusal.subcode, "why": refusal.why})
        return error(refusal)
    if "sender_action" in body:
        graph.actions.append({"psid": psid, "action": body["sender_action"]})
        return JSONResponse({"recipient_id": psid})
    mid = f"m_{uuid.uuid4().hex}"
    if order.get("carry_out", True):
        carry_out(psid, mid, body, echo=order.get("echo", True))
    if order.get("hang"):
        await asyncio.sleep(order["hang"])
    if order.get("code"):
        return error(Refusal(order["code"], order.get("subcode"), "as told"), order.get("status", 500))
    return JSONResponse({"recipient_id": psid, "message_id": mid})


def carry_out(psid: str, mid: str, body: dict[str, Any], *, echo: bool) -> None:
    """Show the message to the pupil, and echo it."""
    message = body["message"]
    graph.sent.append({"psid": psid, "mid": mid, "body": body, "at_ms": now_ms()})
    if echo and graph.echoes:
        said = {key: message[key] for key in ("text", "metadata") if key in message}
        update = {
            "sender": {"id": PAGE},
            "recipient": {"id": psid},
            "timestamp": now_ms(),
            "message": {"is_echo": True, "app_id": APP_ID, "mid": mid, **said},
        }
        enqueue(update, graph.echo_delay)


@app.get("/v26.0/{page}/conversations")
async def conversations(page: str, request: Request) -> Response:
    """The latest messages of a thread."""
    if (refused := unwelcome(request, page)) is not None:
        return refused
    said = [
        {
            "id": one["mid"],
            "created_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(one["at_ms"] / 1000)),
            "message": one["body"]["message"].get("text", ""),
            "from": {"id": PAGE},
        }
        for one in reversed(graph.sent)
        if one["psid"] == request.query_params.get("user_id")
    ]
    return JSONResponse({"data": [{"id": "t_1", "messages": {"data": said[:50]}}]})


@app.post("/v26.0/{page}/personas")
async def personas(page: str, request: Request) -> Response:
    """A new persona; Meta demands the picture."""
    if (refused := unwelcome(request, page)) is not None:
        return refused
    body = await request.json()
    if not body.get("name") or not str(body.get("profile_picture_url", "")).startswith("https://"):
        return error(Refusal(100, None, "a persona has a name and a picture"))
    made = str(len(graph.personas) + 1)
    graph.personas[made] = body["name"]
    return JSONResponse({"id": made})


@app.get("/v26.0/{user}/ids_for_pages")
async def ids_for_pages(user: str, request: Request) -> Response:
    """Under which ids a person of the app is known to the pages of the same business; for the app alone."""
    token = f"{APP_ID}|{SECRET}"
    if (refused := unwelcome(request, PAGE, token)) is not None:
        return refused
    if not graph.one_business:
        return error(Refusal(100, None, "The app and the page do not belong to one business"))
    psid = graph.people.get(user)
    found = [{"id": "555", "page": {"id": "9999", "name": "Inna"}}, {"id": psid, "page": {"id": PAGE, "name": "ZSM"}}]
    return JSONResponse({"data": found if psid else []})


@app.get("/v26.0/{page}/subscribed_apps")
async def subscribed_apps(page: str, request: Request) -> Response:
    """Which apps get the page's updates."""
    if (refused := unwelcome(request, page)) is not None:
        return refused
    found = [{"id": str(APP_ID), "name": "Drogowskaz", "subscribed_fields": graph.subscribed}]
    return JSONResponse({"data": found if graph.subscribed else []})


@app.post("/v26.0/{page}/subscribed_apps")
async def subscribe(page: str, request: Request) -> Response:
    """Subscribe the app."""
    if (refused := unwelcome(request, page)) is not None:
        return refused
    graph.subscribed = request.query_params["subscribed_fields"].split(",")
    graph.failing_since = None
    return JSONResponse({"success": True})


@app.post("/v26.0/{page}/messenger_profile")
async def messenger_profile(page: str, request: Request) -> Response:
    """The page's profile, within its limits."""
    if (refused := unwelcome(request, page)) is not None:
        return refused
    body = await request.json()
    breakers = [one for locale in body["ice_breakers"] for one in locale["call_to_actions"]]
    items = [one for locale in body["persistent_menu"] for one in locale["call_to_actions"]]
    legal = (
        set(body) <= {"get_started", "greeting", "ice_breakers", "persistent_menu"}
        and all(len(one["text"]) <= 160 for one in body["greeting"])
        and all(1 <= len(locale["call_to_actions"]) <= 4 for locale in body["ice_breakers"])
        and all(len(one["question"]) <= 80 and len(one["payload"]) <= 1000 for one in breakers)
        and all(1 <= len(locale["call_to_actions"]) <= 20 for locale in body["persistent_menu"])
        and all(len(one["title"]) <= 30 and one["type"] == "postback" for one in items)
        and all(any(one["locale"] == "default" for one in body[key]) for key in body if key != "get_started")
    )
    if not legal:
        return error(Refusal(100, None, "the profile breaks a limit"))
    graph.profile = body
    return JSONResponse({"result": "success"})


@app.post("/control/set")
async def control_set(request: Request) -> dict[str, str]:
    """Change how Meta behaves: any field of `Graph` by its name."""
    for name, value in (await request.json()).items():
        setattr(graph, name, value)
    return {}


@app.post("/control/reset")
async def control_reset() -> dict[str, str]:
    """Forget everything."""
    for name, value in vars(Graph()).items():
        setattr(graph, name, value)
    return {}


@app.post("/control/updates")
async def control_updates(request: Request) -> dict[str, int]:
    """Deliver updates: `[{"update": …, "copies": 2, "delays": [0.1, 0.4]}]`, each copy after its own delay."""
    given = await request.json()
    for one in given:
        update = one["update"]
        if "is_echo" not in update.get("message", {}):
            graph.heard_ms[update["sender"]["id"]] = now_ms()
        for delay in one.get("delays", [0.0]):
            enqueue(update, delay)
    return {"queued": len(graph.queue)}


@app.post("/control/heard")
async def control_heard(request: Request) -> dict[str, str]:
    """When pupils last wrote, in milliseconds, by psid."""
    graph.heard_ms.update(await request.json())
    return {}


@app.get("/control/idle")
async def control_idle() -> dict[str, bool]:
    """Whether everything was delivered."""
    return {"idle": not graph.queue and graph.in_flight == 0}


@app.get("/control/state")
async def control_state() -> dict[str, Any]:
    """All that Meta knows, the queue as a number."""
    return {**{name: value for name, value in vars(graph).items() if name != "queue"}, "queue": len(graph.queue)}
