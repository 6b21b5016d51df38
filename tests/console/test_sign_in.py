"""Signing in to the console: one-time link, password and code, cookie, headers, and nothing without them."""

import re

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from api.accounts import service
from api.accounts.roles import Role
from tests.console.conftest import HTML, PASSWORD, Hire


async def invited(app: FastAPI, email: str = "anna@example.org") -> tuple[str, pyotp.TOTP]:
    """The token of a one-time link, and the app that shows its codes."""
    async with app.state.database.transaction() as session:
        token = await service.invite(session, None, email, "Anna Nowak", [Role.COUNSELLOR])
        found = await service.invitation(session, token)
        return token, pyotp.TOTP(found.code_secret)


async def test_a_one_time_link_makes_the_account_and_works_once(app: FastAPI, visitor: httpx.AsyncClient) -> None:
    token, codes = await invited(app)
    page = await visitor.get(f"/console/invitation/{token}", headers=HTML)
    assert page.status_code == 200
    assert "<svg" in page.text
    form = {"password": PASSWORD, "code": codes.now()}
    accepted = await visitor.post(f"/console/invitation/{token}", data=form, headers=HTML)
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/console")
    cookie = accepted.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await visitor.get("/console", headers=HTML)).headers["location"] == "/console/queue"
    again = await visitor.post(f"/console/invitation/{token}", data=form, headers=HTML)
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("password", "code", "field"), [("kurz", None, "password"), (PASSWORD, "000000", "code"), ("", "", "password")]
)
async def test_a_link_stays_valid_after_a_mistake_that_the_page_explains(
    app: FastAPI, visitor: httpx.AsyncClient, password: str, code: str | None, field: str
) -> None:
    token, codes = await invited(app)
    form = {"password": password, "code": codes.now() if code is None else code}
    page = await visitor.post(f"/console/invitation/{token}", data=form, headers=HTML)
    assert page.status_code == 422
    assert f'aria-describedby="{field}-hint {field}-problem"' in page.text
    assert (await visitor.get(f"/console/invitation/{token}", headers=HTML)).status_code == 200


async def test_the_cookie_is_secure_over_https(app: FastAPI) -> None:
    token, codes = await invited(app)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://console.test") as client:
        form = {"password": PASSWORD, "code": codes.now()}
        accepted = await client.post(f"/console/invitation/{token}", data=form, headers=HTML)
    assert "Secure" in accepted.headers["set-cookie"]


async def test_without_a_session_every_page_leads_to_signing_in(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/console", headers=HTML)
    assert (page.status_code, page.headers["location"]) == (303, "/console/sign-in")
    script = await visitor.get("/console", headers={"accept": "application/json"})
    assert (script.status_code, script.json()["error"]["code"]) == (401, "unauthorized")


async def test_pages_forbid_everything_that_is_not_ours(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/console/sign-in", headers=HTML)
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page.text)
    for address in re.findall(r'(?:href|src)="([^"#]*)"', page.text):
        assert address.startswith("/console")


async def test_a_wrong_password_says_nothing_about_what_was_wrong(visitor: httpx.AsyncClient, hire: Hire) -> None:
    await hire("Anna", Role.COUNSELLOR)
    pages = [
        await visitor.post(
            "/console/sign-in", data={"email": email, "password": password, "code": "123456"}, headers=HTML
        )
        for email, password in (("anna@example.org", "wrong"), ("anna@example.org", PASSWORD), ("no@example.org", "x"))
    ]
    assert {page.status_code for page in pages} == {401}
    assert len({page.text.replace("anna@", "no@") for page in pages}) == 1


async def test_after_signing_out_the_session_is_dead(hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    token = anna.client.cookies["drogowskaz_console"]
    assert (await anna.post("/console/sign-out")).headers["location"] == "/console/sign-in"
    anna.client.cookies.set("drogowskaz_console", token, path="/console")
    assert (await anna.get("/console")).headers["location"] == "/console/sign-in"


async def test_a_form_without_its_token_or_from_another_site_is_refused(hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    without = await anna.client.post("/console/sign-out", headers=HTML)
    foreign = await anna.client.post(
        "/console/sign-out", data={"csrf": anna.csrf}, headers={**HTML, "sec-fetch-site": "cross-site"}
    )
    assert (without.status_code, foreign.status_code) == (403, 403)
    assert (await anna.get("/console")).status_code == 303


async def test_the_language_of_the_browser_is_taken_until_another_is_chosen(visitor: httpx.AsyncClient) -> None:
    english = await visitor.get("/console/sign-in", headers={**HTML, "accept-language": "en-GB,en;q=0.8"})
    assert '<html lang="en">' in english.text
    await visitor.post("/console/language", data={"language": "pl", "back": "/console/sign-in"}, headers=HTML)
    polish = await visitor.get("/console/sign-in", headers={**HTML, "accept-language": "en"})
    assert '<html lang="pl">' in polish.text
    away = await visitor.post("/console/language", data={"language": "pl", "back": "https://evil.example"})
    assert away.headers["location"] == "/console"
