"""Every route answers with careful headers, whatever it answers, and nothing leads to Rasa."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from api.hardening import HEADERS
from api.main import app as make_app
from api.settings import Settings

RASA = (
    "/model/parse",
    "/model",
    "/status",
    "/webhooks/turn/play",
    "/webhooks/rest/webhook",
    "/conversations/x/tracker",
)


def routes(application: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers too."""
    for route in application.routes:
        yield from _of(route)


def _of(route: BaseRoute) -> Iterator[tuple[str, str]]:
    inner = getattr(route, "original_router", None)
    if inner is not None:
        for one in inner.routes:
            yield from _of(one)
        return
    for method in getattr(route, "methods", None) or ():
        yield method, re.sub(r"\{[^}]+\}", "x", getattr(route, "path", ""))


def test_all_routes_are_found() -> None:
    found = {path for _, path in routes(make_app())}
    assert {"/healthz", "/console/sign-in", "/api/v1/conversations", "/widget.js", "/my-data/x.json", "/docs"} <= found
    assert len(found) > 45


async def test_every_answer_carries_the_headers(app: FastAPI, browser: httpx.AsyncClient) -> None:
    for method, path in sorted(set(routes(app))):
        answer = await browser.request(method, path)
        assert answer.status_code < 500 or path == "/readyz", (method, path, answer.status_code)
        missing = [name for name in HEADERS if name.lower() not in answer.headers]
        assert missing == [], (method, path)
        assert "unsafe" not in answer.headers["content-security-policy"], path


async def test_unknown_addresses_and_refused_methods_carry_them_too(browser: httpx.AsyncClient) -> None:
    for answer in (await browser.get("/nothing"), await browser.put("/healthz"), await browser.get("/a%00b")):
        assert answer.status_code in (404, 405)
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("url", "expected"), [("https://bot.example.org", True), ("http://127.0.0.1:8000", False)])
async def test_https_is_kept_once_it_is_there(url: str, expected: bool) -> None:
    transport = httpx.ASGITransport(app=make_app(Settings(public_url=url)))
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        assert ("strict-transport-security" in (await client.get("/healthz")).headers) == expected


async def test_nothing_leads_to_rasa(browser: httpx.AsyncClient) -> None:
    for path in RASA:
        for method in ("GET", "POST", "DELETE"):
            assert (await browser.request(method, path)).status_code == 404, path


async def test_the_api_is_described_without_anything_from_outside(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/docs")
    assert "/api/v1/conversations/{id}/messages" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
