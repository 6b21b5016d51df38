"""Each role at each page: what is not allowed is refused, and a stranger is sent to sign in."""

from collections import defaultdict

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.accounts.roles import Permission, Role, permissions
from api.console import pages
from api.console.routes import PAGES
from tests.console.conftest import HTML, Hire

# What each page asks for. A new route must be added here; None is open to all who are signed in.
NEEDS: dict[str, Permission | None] = {
    "GET /console": None,
    "POST /console/sign-out": None,
    "GET /console/queue": Permission.TALKS,
    "GET /console/queue/list": Permission.TALKS,
    "GET /console/queue/news": Permission.TALKS,
    "GET /console/talks/{id}": Permission.TALKS,
    "GET /console/talks/{id}/state": Permission.TALKS,
    "GET /console/talks/{id}/stream": Permission.TALKS,
    "POST /console/talks/{id}/take": Permission.TALKS,
    "POST /console/talks/{id}/give-back": Permission.TALKS,
    "POST /console/talks/{id}/put-back": Permission.TALKS,
    "POST /console/talks/{id}/close": Permission.TALKS,
    "POST /console/talks/{id}/assign": Permission.TALKS,
    "POST /console/talks/{id}/lines": Permission.TALKS,
    "POST /console/talks/{id}/notes": Permission.TALKS,
    "POST /console/talks/{id}/tags": Permission.TALKS,
    "POST /console/talks/{id}/safety": Permission.TALKS,
    "POST /console/talks/{id}/seen": Permission.TALKS,
    "GET /console/talks/{id}/print": Permission.TALKS,
    "GET /console/search": Permission.TALKS,
    "GET /console/search/export.csv": Permission.TALKS,
    "GET /console/review": Permission.TALKS,
    "GET /console/review/{id}/{seq}": Permission.TALKS,
    "POST /console/review/{id}/{seq}": Permission.TALKS,
    "POST /console/review/items/{item_id}/confirm": Permission.TALKS,
    "POST /console/review/items/{item_id}/drop": Permission.TALKS,
    "GET /console/insights": Permission.STATISTICS,
    "GET /console/insights/{name}.csv": Permission.STATISTICS,
    "GET /console/replies": Permission.TALKS,
    "POST /console/replies": Permission.TALKS,
    "POST /console/replies/{id}/remove": Permission.TALKS,
    "GET /console/catalogue": Permission.CATALOGUE,
    "GET /console/catalogue/{kind}/new": Permission.CATALOGUE,
    "POST /console/catalogue/{kind}/new": Permission.CATALOGUE,
    "GET /console/catalogue/{kind}/records/{id}": Permission.CATALOGUE,
    "POST /console/catalogue/{kind}/records/{id}": Permission.CATALOGUE,
    "GET /console/catalogue/{kind}/records/{id}/history": Permission.CATALOGUE,
    "POST /console/catalogue/{kind}/records/{id}/undo": Permission.CATALOGUE,
    "POST /console/catalogue/editions/records/{id}/remove": Permission.CATALOGUE,
    "GET /console/catalogue/{kind}/export.{form}": Permission.CATALOGUE,
    "GET /console/catalogue/{kind}/import": Permission.CATALOGUE,
    "POST /console/catalogue/{kind}/import": Permission.CATALOGUE,
    "GET /console/sign-ups": Permission.SIGN_UPS,
    "GET /console/sign-ups/export.{form}": Permission.SIGN_UPS,
    "POST /console/sign-ups/{id}/status": Permission.SIGN_UPS,
    "GET /console/requests": Permission.SIGN_UPS,
    "GET /console/requests/export.{form}": Permission.SIGN_UPS,
    "POST /console/requests/{id}/status": Permission.SIGN_UPS,
    "GET /console/appointments": Permission.APPOINTMENTS,
    "POST /console/appointments": Permission.APPOINTMENTS,
    "GET /console/appointments/export.{form}": Permission.APPOINTMENTS,
    "POST /console/appointments/{id}/withdraw": Permission.APPOINTMENTS,
    "GET /console/data": Permission.TALKS,
    "GET /console/data/{id}.json": Permission.TALKS,
    "POST /console/data/{id}/erase": Permission.TALKS,
    "GET /console/hours": Permission.HOURS,
    "POST /console/hours": Permission.HOURS,
    "GET /console/people": Permission.PEOPLE,
    "POST /console/people": Permission.PEOPLE,
    "POST /console/people/{id}": Permission.PEOPLE,
    "GET /console/audit": Permission.AUDIT,
    "GET /console/audit/export.csv": Permission.AUDIT,
}
OPEN = {
    "GET /console/sign-in",
    "POST /console/sign-in",
    "GET /console/sign-in/oidc",
    "GET /console/sign-in/oidc/done",
    "GET /console/invitation/{token}",
    "POST /console/invitation/{token}",
    "POST /console/language",
    "GET /console/files/{stamp}/{name}",
}
# What stands for the variables of an address.
NAMES = defaultdict(lambda: "1", kind="course_types", form="csv")
# Streams do not end by themselves when they are allowed; that they start is seen in the browser.
ENDLESS = {"GET /console/queue/news", "GET /console/talks/{id}/stream"}


def test_every_page_of_the_console_is_in_the_table() -> None:
    found = [route for page in PAGES for route in page.router.routes if isinstance(route, APIRoute)]
    assert {f"{method} {route.path}" for route in found for method in route.methods} == set(NEEDS) | OPEN


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_meets_only_its_own_pages(app: FastAPI, hire: Hire, role: Role) -> None:
    worker = await hire("Anna", role)
    for page, needed in NEEDS.items():
        allowed = needed is None or needed in permissions([role])
        if (page in ENDLESS and allowed) or page == "POST /console/sign-out":
            continue
        method, path = page.split()
        address = path.format_map(NAMES)
        answer = await (worker.get(address) if method == "GET" else worker.post(address))
        assert (answer.status_code == 403) == (not allowed), f"{role} at {page}: {answer.status_code}"
        assert answer.status_code < 500, page


@pytest.mark.parametrize("page", list(NEEDS))
async def test_a_stranger_is_sent_to_sign_in(visitor: httpx.AsyncClient, page: str) -> None:
    method, path = page.split()
    answer = await visitor.request(method, path.format_map(NAMES), headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


@pytest.mark.parametrize("role", list(Role))
async def test_the_menu_shows_what_may_be_opened(hire: Hire, role: Role) -> None:
    worker = await hire("Anna", role)
    start = (await worker.get("/console")).headers["location"]
    page = await worker.get(start)
    assert page.status_code == 200
    for needed, address in ((Permission.TALKS, "/console/queue"), (Permission.AUDIT, "/console/audit")):
        assert (f'href="{address}"' in page.text) == (needed in permissions([role]))


@pytest.mark.parametrize(
    ("roles", "start", "is_told"),
    [
        ([Role.ADMIN], "/console/people", True),
        ([Role.ADMIN, Role.COORDINATOR], "/console/catalogue", True),
        ([Role.ADMIN, Role.COUNSELLOR], "/console/queue", False),
        ([Role.COORDINATOR], "/console/catalogue", False),
        ([Role.AUDITOR], "/console/audit", False),
    ],
)
async def test_an_admin_without_a_queue_is_told_once_where_roles_are_given(
    hire: Hire, roles: list[Role], start: str, is_told: bool
) -> None:
    worker = await hire("Anna", *roles)
    assert (await worker.get("/console")).headers["location"] == start
    link = f'href="/console/people#person-{worker.staff.id}"'
    assert (link in (await worker.get(start)).text) == is_told
    assert f'id="person-{worker.staff.id}"' in (await worker.get("/console/people")).text or Role.ADMIN not in roles
    assert link not in (await worker.get("/console/insights")).text


async def test_a_role_that_is_taken_away_is_gone_at_once(hire: Hire) -> None:
    boss, anna = await hire("Boss", Role.ADMIN), await hire("Anna", Role.COUNSELLOR)
    assert (await anna.get("/console/queue")).status_code == 200
    await boss.post(f"/console/people/{anna.staff.id}", roles="auditor", active="true")
    assert (await anna.get("/console/queue")).status_code == 403
    await boss.post(f"/console/people/{anna.staff.id}", roles="auditor")
    assert (await anna.get("/console/audit")).headers["location"] == "/console/sign-in"


def test_a_long_menu_keeps_open_what_is_used_all_day() -> None:
    everything = pages.NAVIGATION
    assert pages.parts(everything[:6]) == [("", list(everything[:6]))]
    found = pages.parts(everything)
    assert [part for part, _ in found] == ["", "offers", "more"]
    assert sorted(place.name for _, places in found for place in places) == sorted(place.name for place in everything)
    assert [place.name for place in found[0][1]][:3] == ["queue", "search", "review"]
