"""How the console's pages are made: templates, texts, navigation by role, headers, and errors as pages.

A new page is a template that extends `layout.html`, routes on a router with `route_class=ConsoleRoute`, and a line in
`NAVIGATION` when it has a place of its own in the menu.
"""

import hashlib
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta, get_day_names
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.accounts.roles import Permission
from api.accounts.service import Signed
from api.console import naming
from api.database import now
from api.errors import Invalid, ServiceError, Unauthorized, answer
from api.texts import LANGUAGES, Language, text

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("Europe/Warsaw")
LANGUAGE_COOKIE = "console_language"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Place:
    """A place in the menu: the text `console.menu_<name>`, its address, who sees it, and in which part of a long menu
    it stands (`console.menu_part_<part>`; "" stands open).
    """

    name: str
    address: str
    needs: Permission
    part: str = ""


NAVIGATION: tuple[Place, ...] = (
    Place("queue", "/console/queue", Permission.TALKS),
    Place("search", "/console/search", Permission.TALKS),
    Place("review", "/console/review", Permission.TALKS),
    Place("replies", "/console/replies", Permission.TALKS, "more"),
    Place("catalogue", "/console/catalogue", Permission.CATALOGUE, "offers"),
    Place("sign_ups", "/console/sign-ups", Permission.SIGN_UPS, "offers"),
    Place("class_requests", "/console/requests", Permission.SIGN_UPS, "offers"),
    Place("appointments", "/console/appointments", Permission.APPOINTMENTS),
    Place("data", "/console/data", Permission.TALKS, "more"),
    Place("people", "/console/people", Permission.PEOPLE, "more"),
    Place("hours", "/console/hours", Permission.HOURS, "more"),
    Place("audit", "/console/audit", Permission.AUDIT, "more"),
    Place("insights", "/console/insights", Permission.STATISTICS, "more"),
)


# More places than these need a second row on a small screen.
LONGEST_MENU = 6
PARTS = ("", "offers", "more")


def menu(signed: Signed) -> list[Place]:
    """The places that somebody may go to."""
    return [place for place in NAVIGATION if signed.may(place.needs)]


def parts(places: Sequence[Place]) -> list[tuple[str, list[Place]]]:
    """A menu that fits one row stands open; of a longer one, only what is used all day does, the rest by its parts."""
    if len(places) <= LONGEST_MENU:
        return [("", list(places))]
    found = ((part, [place for place in places if place.part == part]) for part in PARTS)
    return [(part, inside) for part, inside in found if inside]


def misses_queue(signed: Signed, path: str) -> bool:
    """Whether to say on this page why there is no queue: to who could change it, on the first page of their menu."""
    may_change = signed.may(Permission.PEOPLE) and not signed.may(Permission.TALKS)
    return may_change and path == menu(signed)[0].address


def language_of(request: Request) -> Language:
    """The language that was chosen in this browser, else the first of its own that we have, else Polish."""
    wished = request.cookies.get(LANGUAGE_COOKIE) or request.headers.get("accept-language", "").strip()[:2].lower()
    return next((language for language in LANGUAGES if language == wished), "pl")


def render(
    request: Request, template: str, *, status: int = 200, signed: Signed | None = None, **values: Any
) -> Response:
    """A page (or a part of one) in the language of the browser."""
    return HTMLResponse(fragment(request, template, signed=signed, **values), status_code=status, headers=HEADERS)


def fragment(request: Request, template: str, *, signed: Signed | None = None, **values: Any) -> str:
    """The text of a template."""
    language = language_of(request)
    other: Language = "en" if language == "pl" else "pl"
    return _templates.get_template(template).render(
        t=lambda key, /, **given: text(f"console.{key}", language, **given),
        say=lambda key, /, **given: text(key, language, **given),
        in_other=lambda key: text(f"console.{key}", other),
        language=language,
        other=other,
        path=request.url.path,
        signed=signed,
        menu=parts(menu(signed)) if signed else [],
        misses_queue=signed is not None and misses_queue(signed, request.url.path),
        when=lambda moment: when(moment, language),
        when_text=lambda moment: when(datetime.fromisoformat(moment), language),
        waited=lambda moment: waited(moment, language),
        day_name=lambda day: get_day_names("wide", locale=language)[day],
        day_text=lambda given: on_day(date.fromisoformat(given), language),
        intent_name=lambda name: naming.intent(name, language),
        channel_name=lambda name: naming.channel(name, language),
        new_id=lambda: str(uuid.uuid4()),
        file=file_address,
        **values,
    )


def see(address: str) -> Response:
    """Send the browser to another page after a form."""
    return RedirectResponse(address, status_code=303, headers=HEADERS)


def when(moment: datetime, language: Language) -> str:
    """A moment as people here read it; only the time for today."""
    local = moment.astimezone(ZONE)
    today = now().astimezone(ZONE).date() == local.date()
    return format_datetime(local, "HH:mm" if today else "d MMM y, HH:mm", locale=language)


def on_day(moment: date, language: Language) -> str:
    """A day as people here read it."""
    return format_date(moment, "d MMM y", locale=language)


def waited(moment: datetime, language: Language) -> str:
    """How long it has been since, roughly."""
    return format_timedelta(now() - moment, granularity="minute", threshold=1.5, locale=language, format="short")


def file_address(name: str) -> str:
    """The address of one of the console's files, under the hash of its content."""
    return f"/console/files/{_stamp(name)}/{name}"


def file(name: str) -> Response | None:
    """One of the console's own files, or None."""
    found = FILES.get(name)
    if found is None:
        return None
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found, media_type=MEDIA_TYPES[Path(name).suffix], headers=headers)


class ConsoleRoute(APIRoute):
    """Answers errors as pages, and as JSON to the console's own script."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return _error(request, Invalid(str(error.errors()[0]["msg"])))
            except ServiceError as error:
                return _error(request, error)

        return handled


def _error(request: Request, error: ServiceError) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        response: Response = answer(error.status, error.code, error.message, field=error.field, headers=error.headers)
        _add_details(response, error)
        return response
    if isinstance(error, Unauthorized):
        return see("/console/sign-in")
    signed = cast(Signed | None, getattr(request.state, "signed", None))
    return render(request, "error.html", status=error.status, signed=signed, code=error.code)


def _add_details(response: Response, error: ServiceError) -> None:
    if isinstance(response, JSONResponse):
        response.headers.update({name: value for name, value in HEADERS.items() if name not in error.headers})


def _stamp(name: str) -> str:
    return hashlib.sha256(FILES[name]).hexdigest()[:12]


FILES = {found.name: found.read_bytes() for found in sorted((FOLDER / "static").iterdir())}
_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
