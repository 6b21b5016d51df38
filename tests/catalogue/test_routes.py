"""The public catalogue over HTTP."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api import errors
from api.catalogue import loader, service
from api.catalogue.repository import raise_version
from api.catalogue.routes import SHELVES, router
from api.database import Database
from tests.catalogue.samples import TODAY

BASE = "/api/v1/catalogue"


@pytest.fixture
async def client(loaded: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the catalogue's routes alone."""
    application = FastAPI()
    application.state.database = loaded
    errors.install(application)
    application.include_router(router)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://catalogue") as opened:
        yield opened


async def items(client: httpx.AsyncClient, path: str) -> dict[str, dict]:
    """The items of a list, by id."""
    answer = await client.get(f"{BASE}/{path}")
    assert answer.status_code == 200, answer.text
    return {item["id"]: item for item in answer.json()["items"]}


@pytest.mark.parametrize("kind", SHELVES)
@pytest.mark.parametrize("language", ["pl", "en"])
async def test_every_kind_is_listed_and_each_item_can_be_read_alone(
    client: httpx.AsyncClient, kind: str, language: str
) -> None:
    found = await items(client, f"{kind}?language={language}")
    assert found
    for id_, item in found.items():
        assert item["name"]
        assert item["source"]["title"]
        alone = await client.get(f"{BASE}/{kind}/{id_}", params={"language": language})
        assert alone.json() == item


async def test_nothing_on_hold_is_in_any_answer(client: httpx.AsyncClient, facts: Path) -> None:
    held = {(row.kind, row.id) for row in loader.read(facts) if row.display == "hold"}
    kinds = {"courses": "course_types", "internships": "internship_rules", "science-places": "institutions"}
    kinds |= {"schools": "institutions", "clinics": "institutions"}
    for shelf in SHELVES:
        for id_ in await items(client, shelf):
            assert (kinds.get(shelf, shelf), id_) not in held


@pytest.mark.parametrize(
    "path",
    [
        "courses/suwnice-udt",
        "courses/lot-na-marsa",
        "clinics/ppp1",
        "clinics/zsm1",
        "clinics/oik-krakow",
        "schools/kot",
        "robots",
        "robots/cnc",
        "course_types/cnc",
    ],
)
async def test_what_is_unknown_or_on_hold_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"{BASE}/{path}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("language=de", "language"),
        ("industry=space", "industry"),
        ("industry=", "industry"),
        ("open_on=tomorrow", "open_on"),
        ("open_on=2026-02-30", "open_on"),
    ],
)
async def test_a_bad_question_names_its_field(client: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"{BASE}/courses?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field


async def test_courses_are_narrowed_by_industry_and_day(client: httpx.AsyncClient) -> None:
    photo = await items(client, "courses?industry=photography")
    assert "foto-studio" in photo
    assert all("photography" in item["industries"] for item in photo.values())
    railway = await items(client, "courses?industry=railway")
    assert set(railway) == {"manewrowy"}
    assert (railway["manewrowy"]["industries"], railway["manewrowy"]["topic"]) == (["electrical_electronic"], "railway")
    open_now = await items(client, f"courses?open_on={TODAY}")
    assert len(open_now) == 8
    assert all(item["editions"][0]["demo"] for item in open_now.values())
    assert not await items(client, "courses?open_on=2030-01-01")


async def test_an_item_shows_what_is_confirmed_and_marks_what_is_not(client: httpx.AsyncClient) -> None:
    clinic = (await items(client, "clinics"))["ppp4"]
    assert clinic["kind"] == "clinic"
    assert set(clinic["to_be_confirmed"]) == {"services", "catchment"}
    assert clinic["fields"]["catchment"] == "okolice Nowej Huty"
    assert "phone" not in clinic["fields"]
    course = (await items(client, "courses?language=en"))["spaw-mig"]
    assert course["fields"]["min_age"] == 18
    assert not {"hours", "certificate", "riasec", "aliases"} & set(course["fields"])


async def test_an_item_of_an_example_says_so_in_words_and_in_data(client: httpx.AsyncClient) -> None:
    course = (await client.get(f"{BASE}/courses/barista")).json()
    assert course["editions"][0]["demo"] is True
    assert course["editions"][0]["place"] is None
    assert "przykład" in json.dumps(course["facts"], ensure_ascii=False)


async def test_an_unchanged_answer_is_not_sent_again(
    client: httpx.AsyncClient, loaded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await client.get(f"{BASE}/courses")
    known = {"If-None-Match": first.headers["ETag"]}
    again = await client.get(f"{BASE}/courses", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    monkeypatch.setattr(service, "today", lambda: TODAY.replace(day=21))
    assert (await client.get(f"{BASE}/courses", headers=known)).status_code == 200
    monkeypatch.setattr(service, "today", lambda: TODAY)
    async with loaded.transaction() as session:
        await raise_version(session)
    assert (await client.get(f"{BASE}/courses", headers=known)).status_code == 200
