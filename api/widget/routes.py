"""The files of the widget: the script for schools, its parts under content-hash names, and two pages to look at."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from api.errors import NotFound
from api.widget.assets import PAGES, PARTS, SCRIPT, Asset

router = APIRouter(include_in_schema=False)

PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?")
FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300, stale-while-revalidate=86400"

AcceptEncoding = Annotated[str, Header()]
IfNoneMatch = Annotated[str, Header()]


def _file(asset: Asset, cache: str, accepted: str, known: str) -> Response:
    """A file that pages of any origin may load."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": cache,
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
    }
    if asset.etag in known:
        return Response(status_code=304, headers=headers)
    if "gzip" not in accepted:
        return Response(asset.plain, media_type=asset.media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(asset.packed, media_type=asset.media_type, headers=headers)


def _page(request: Request, name: str) -> Response:
    """A page of ours, with the address under which the caller reached us filled in."""
    address = f"{request.url.scheme}://{request.url.netloc}"
    origin = address if ORIGIN.fullmatch(address) else "https://HOST"
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return Response(PAGES[name].replace("{{origin}}", origin), media_type="text/html", headers=headers)


@router.api_route("/", methods=["GET", "HEAD"])
def page(request: Request) -> Response:
    """A page with the widget, for trying out."""
    return _page(request, "page.html")


@router.api_route("/embed", methods=["GET", "HEAD"])
def embed(request: Request) -> Response:
    """How a school puts the widget on its page."""
    return _page(request, "embed.html")


@router.api_route("/widget.js", methods=["GET", "HEAD"])
def script(accept_encoding: AcceptEncoding = "", if_none_match: IfNoneMatch = "") -> Response:
    """The one script; asked for again after some minutes, so that a new version arrives."""
    return _file(SCRIPT, SHORTLY, accept_encoding, if_none_match)


@router.api_route("/widget/{name}", methods=["GET", "HEAD"])
def part(name: str, accept_encoding: AcceptEncoding = "", if_none_match: IfNoneMatch = "") -> Response:
    """A part under the hash of its content, kept by browsers for good."""
    asset = PARTS.get(name)
    if asset is None:
        raise NotFound("There is no such file.")
    return _file(asset, FOREVER, accept_encoding, if_none_match)
