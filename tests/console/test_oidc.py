"""Signing in with an account of one's organisation, against a provider that runs and can be told to lie."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from api.accounts import audit, oidc, service
from api.accounts.oidc import Reason
from api.accounts.roles import Role
from api.main import app as make_app
from api.settings import HalfSet, Settings
from tests.accounts.organisation import Organisation, organisation
from tests.console.conftest import HTML, Hire, browser

START = "/console/sign-in/oidc"


@pytest.fixture(scope="module")
def _school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    with organisation(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture
def school(_school: Organisation, app: FastAPI) -> Organisation:
    """The provider, honest, and known to the application."""
    _school.lies("")
    app.state.provider = oidc.provider(Settings(**_school.settings))  # type: ignore[arg-type]
    return _school


@pytest.fixture
async def ola(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser."""
    async with browser(app) as client:
        yield client


async def signs_in_there(client: httpx.AsyncClient, email: str) -> str:
    """Go to the provider and sign in; the address that it sends the browser back to, without the host."""
    begun = await client.get(START, headers=HTML)
    assert begun.status_code == 303, begun.text
    page = urlsplit(begun.headers["location"])
    form = {name: values[0] for name, values in parse_qs(page.query).items()} | {"email": email}
    async with httpx.AsyncClient() as there:
        sent_back = await there.post(f"{page.scheme}://{page.netloc}{page.path}", data=form)
    back = urlsplit(sent_back.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == form["redirect_uri"]
    return f"{back.path}?{back.query}"


async def comes_back(client: httpx.AsyncClient, email: str) -> httpx.Response:
    """All of it."""
    return await client.get(await signs_in_there(client, email), headers=HTML)


def reason(answer: httpx.Response) -> str:
    """Why the form is shown again."""
    assert answer.status_code == 303
    assert "drogowskaz_console" not in answer.headers.get("set-cookie", "")
    return answer.headers["location"].removeprefix("/console/sign-in?problem=")


async def log_of(app: FastAPI) -> list[tuple[str, str, dict[str, str]]]:
    async with app.state.database.transaction(read_only=True) as session:
        return [(one.staff_name, one.action, one.detail) for one in await audit.page(session, audit.Filter())]


async def test_without_a_provider_there_is_neither_button_nor_page(visitor: httpx.AsyncClient) -> None:
    assert START not in (await visitor.get("/console/sign-in", headers=HTML)).text
    assert (await visitor.get(START, headers=HTML)).status_code == 404
    assert (await visitor.get(f"{START}/done?code=x&state=y", headers=HTML)).status_code == 404


async def test_an_account_is_known_by_its_verified_address_and_no_code_is_asked_for(
    app: FastAPI, school: Organisation, hire: Hire, ola: httpx.AsyncClient
) -> None:
    await hire("Ola", Role.COUNSELLOR)
    assert f'href="{START}"' in (await ola.get("/console/sign-in", headers=HTML)).text
    done = await comes_back(ola, "Ola@Example.org")
    assert done.status_code == 200
    cookie = next(one for one in done.headers.get_list("set-cookie") if one.startswith("drogowskaz_console"))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await ola.get("/console/queue", headers=HTML)).status_code == 200
    assert ("Ola", "signed_in", {"by": "oidc"}) in await log_of(app)


async def test_state_nonce_and_challenge_are_new_each_time_and_only_the_provider_is_asked(
    school: Organisation, hire: Hire, ola: httpx.AsyncClient
) -> None:
    await hire("Ola", Role.COUNSELLOR)
    before = len(school.asked)
    for _ in range(2):
        assert (await comes_back(ola, "ola@example.org")).status_code == 200
    asked = school.asked[before:]
    assert [one["path"] for one in asked] == [
        "/.well-known/openid-configuration", "/authorize", "/token", "/keys", "/authorize", "/token", "/keys",
    ]  # fmt: skip
    first, second = (one for one in asked if one["path"] == "/authorize")
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43
    assert first["scope"] == "openid email"
    assert all("code_verifier" in one for one in asked if one["path"] == "/token")


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ("nonce", Reason.UNTRUSTED),
        ("no_nonce", Reason.UNTRUSTED),
        ("audience", Reason.UNTRUSTED),
        ("audiences", Reason.UNTRUSTED),
        ("issuer", Reason.UNTRUSTED),
        ("expired", Reason.UNTRUSTED),
        ("hash", Reason.UNTRUSTED),
        ("key", Reason.UNTRUSTED),
        ("none", Reason.UNTRUSTED),
        ("hs256", Reason.UNTRUSTED),
        ("no_token", Reason.UNTRUSTED),
        ("mix_up", Reason.UNTRUSTED),
        ("unverified", Reason.UNVERIFIED),
        ("no_email", Reason.UNVERIFIED),
        ("denied", Reason.DENIED),
        ("plain", Reason.AWAY),
    ],
)
async def test_a_provider_that_lies_signs_nobody_in(
    app: FastAPI, school: Organisation, hire: Hire, ola: httpx.AsyncClient, lie: str, why: Reason
) -> None:
    await hire("Ola", Role.COUNSELLOR)
    school.lies(lie)
    refused = await comes_back(ola, "ola@example.org")
    assert reason(refused) == why
    assert ("", "sign_in_failed", {"by": "oidc", "reason": why}) in await log_of(app)
    assert (await ola.get("/console", headers=HTML)).headers["location"] == "/console/sign-in"


@pytest.mark.parametrize(("lie", "why"), [("metadata", Reason.UNTRUSTED), ("broken", Reason.AWAY)])
async def test_one_is_not_sent_to_a_provider_that_does_not_say_who_it_is(
    school: Organisation, ola: httpx.AsyncClient, lie: str, why: Reason
) -> None:
    school.lies(lie)
    assert reason(await ola.get(START, headers=HTML)) == why


async def test_a_provider_that_is_not_there_is_a_sentence(
    app: FastAPI, school: Organisation, ola: httpx.AsyncClient
) -> None:
    app.state.provider = oidc.Provider("http://localhost:9", "x", "y", "z")
    assert reason(await ola.get(START, headers=HTML)) == Reason.AWAY


@pytest.mark.parametrize("lie", ["post", "entra"])
async def test_other_ways_of_honest_providers_work(
    school: Organisation, hire: Hire, ola: httpx.AsyncClient, lie: str
) -> None:
    await hire("Ola", Role.COUNSELLOR)
    school.lies(lie)
    assert (await comes_back(ola, "ola@example.org")).status_code == 200


async def test_a_stranger_and_an_account_out_of_use_stay_outside(
    app: FastAPI, school: Organisation, hire: Hire, ola: httpx.AsyncClient
) -> None:
    boss, anna = await hire("Boss", Role.ADMIN), await hire("Anna", Role.COUNSELLOR)
    await boss.post(f"/console/people/{anna.staff.id}", roles="counsellor")
    for email in ("nobody@example.org", "anna@example.org"):
        assert reason(await comes_back(ola, email)) == Reason.UNKNOWN
    assert ("Anna", "sign_in_failed", {"by": "oidc", "reason": "unknown"}) in await log_of(app)


async def test_an_invitation_becomes_an_account_that_no_password_opens(
    app: FastAPI, school: Organisation, hire: Hire, ola: httpx.AsyncClient
) -> None:
    boss = await hire("Boss", Role.ADMIN)
    page = await boss.post("/console/people", email="ola@example.org", name="Ola", roles="coordinator")
    assert "konto służbowe" in page.text
    assert (await comes_back(ola, "ola@example.org")).status_code == 200
    assert (await ola.get("/console", headers=HTML)).headers["location"] == "/console/catalogue"
    assert ("Ola", "accepted_invitation", {"by": "oidc"}) in await log_of(app)
    token = page.text.split("/console/invitation/")[1].split("<")[0]
    assert (await ola.get(f"/console/invitation/{token}", headers=HTML)).status_code == 404
    for password in ("", "x"):
        assert await service.sign_in(app.state.database, "ola@example.org", password, "000000", "192.0.2.1") is None


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    app: FastAPI, school: Organisation, hire: Hire, ola: httpx.AsyncClient
) -> None:
    await hire("Ola", Role.COUNSELLOR)
    back = await signs_in_there(ola, "ola@example.org")
    async with browser(app) as other:
        assert reason(await other.get(back, headers=HTML)) == Reason.EXPIRED
        await other.get(START, headers=HTML)
        assert reason(await other.get(back, headers=HTML)) == Reason.EXPIRED
    kept = ola.cookies["drogowskaz_oidc"]
    assert (await ola.get(back, headers=HTML)).status_code == 200
    assert "drogowskaz_oidc" not in ola.cookies
    assert reason(await ola.get(back, headers=HTML)) == Reason.EXPIRED
    ola.cookies.set("drogowskaz_oidc", kept, path=START)
    assert reason(await ola.get(back, headers=HTML)) == Reason.EXPIRED, "the provider takes the code once"


async def test_an_attempt_grows_old(
    school: Organisation, hire: Hire, ola: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hire("Ola", Role.COUNSELLOR)
    back = await signs_in_there(ola, "ola@example.org")
    monkeypatch.setattr(oidc, "VALID_SECONDS", -1)
    assert reason(await ola.get(back, headers=HTML)) == Reason.EXPIRED


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("why", list(Reason))
async def test_each_reason_is_a_sentence_on_the_form(visitor: httpx.AsyncClient, why: Reason, language: str) -> None:
    page = await visitor.get(f"/console/sign-in?problem={why}", headers={**HTML, "accept-language": language})
    assert page.status_code == 200
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "https://login.example.org"},
        {"oidc_client_id": "x", "oidc_client_secret": "y"},
        {"oidc_issuer": "http://login.example.org", "oidc_client_id": "x", "oidc_client_secret": "y"},
    ],
)
def test_settings_that_are_half_set_or_unsafe_stop_the_start(given: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(HalfSet):
        oidc.provider(Settings(**given))  # type: ignore[arg-type]
    with pytest.raises(SystemExit):
        make_app(Settings(drogowskaz_var=tmp_path, **given))  # type: ignore[arg-type]
