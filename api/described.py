"""The page `/docs`: every call of the API in a list, made from its OpenAPI document, without anything from outside."""

from html import escape
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Drogowskaz – API</title></head><body><main>'


async def page(request: Request) -> HTMLResponse:
    """The list, with a link to the document itself."""
    document = request.app.openapi()
    parts = [f"<h1>{escape(document['info']['title'])} – API</h1><p>{escape(document['info']['description'])}</p>"]
    parts.append('<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>')
    for path, calls in document["paths"].items():
        parts += [_call(path, method, call) for method, call in calls.items()]
    return HTMLResponse(f"{HEAD}{''.join(parts)}</main></body></html>")


def _call(path: str, method: str, call: dict[str, Any]) -> str:
    given = "".join(f"<li><code>{escape(one['name'])}</code> ({one['in']})</li>" for one in call.get("parameters", ()))
    codes = ", ".join(call.get("responses", ()))
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(call.get('description', ''))}</p>"
        f"<ul>{given}<li>answers: {escape(codes)}</li></ul>"
    )
