"""Cards that answer a topic: the trend of the Barometer, the rules of clinics, offers of employers, their buttons."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from api import errors
from api.catalogue import kinds, visibility
from api.catalogue.cards import course_card, internship_card, occupation_card
from api.catalogue.clinic_cards import rules_card
from api.catalogue.kinds import ClinicRule, CourseType, InternshipOffer, Occupation
from api.catalogue.models import CatalogueRecord
from api.catalogue.repository import raise_version
from api.catalogue.routes import router
from api.catalogue.view import Catalogue
from api.database import Database
from tests.catalogue.samples import OFFER, TODAY


def facts(card: dict) -> dict[str, str]:
    return {fact["label"]: fact["value"] for fact in card["facts"]}


@pytest.mark.parametrize(
    ("language", "label", "value"),
    [
        ("pl", "Rok po roku: Polska", "2024: deficyt → 2025: równowaga"),
        ("en", "Year by year: Poland", "2024: deficit → 2025: balance"),
    ],
)
def test_a_trend_runs_over_the_years_of_one_area(catalogue: Catalogue, language: str, label: str, value: str) -> None:
    cooks = catalogue.find(Occupation, "kucharze")
    assert cooks is not None
    assert facts(occupation_card(catalogue, cooks, language))[label] == value


def test_results_of_different_areas_make_no_trend(catalogue: Catalogue) -> None:
    for group in catalogue.all(Occupation):
        areas = [row.area_pl for row in group.barometer]
        trends = [label for label in facts(occupation_card(catalogue, group, "pl")) if label.startswith("Rok po roku")]
        assert trends == [f"Rok po roku: {area}" for area in dict.fromkeys(areas) if areas.count(area) > 1]


def test_the_rules_of_clinics_name_the_source_of_each_and_leave_out_what_is_on_hold(catalogue: Catalogue) -> None:
    card = rules_card(catalogue, "pl")
    assert card is not None
    assert all("(źródło: " in value for value in facts(card).values())
    assert len(card["facts"]) == 6
    assert catalogue.find(ClinicRule, "clinic-urgent") is None
    assert rules_card(catalogue, "pl", ["clinic-urgent"]) is None


def test_a_course_card_leads_to_details_and_to_the_edition_or_the_list(catalogue: Catalogue) -> None:
    def payloads(course_id: str) -> list[str]:
        course = catalogue.find(CourseType, course_id)
        assert course is not None
        return [button["payload"] for button in course_card(catalogue, course, "pl", TODAY)["buttons"]]

    assert payloads("cnc") == ['/ask_courses{"details": "cnc"}', '/sign_up{"edition": "2"}']
    assert payloads("sushi")[1] == '/sign_up{"course_type": "sushi"}', "nobody signs up for an example"
    assert payloads("plc")[1] == '/sign_up{"course_type": "plc"}'


def test_an_unverified_date_or_pay_of_an_offer_is_never_shown(catalogue: Catalogue) -> None:
    unsure = OFFER | {"unverified_fields": ["starts_on", "apply_until", "pay", "how"]}
    offer = visibility.reduced(kinds.parse("internship_offers", unsure), lambda kind, id_: True)
    assert isinstance(offer, InternshipOffer)
    assert (offer.starts_on, offer.apply_until, offer.pay_pl) == (None, None, None)
    assert "do potwierdzenia" in facts(internship_card(catalogue, offer, "pl"))["Jak się zgłosić"]


@pytest.fixture
async def client(loaded: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the catalogue's routes, with one open offer, one on hold and one that is over."""
    offers = [OFFER, OFFER | {"id": "held", "display": "hold"}, OFFER | {"id": "over", "apply_until": "2026-11-01"}]
    async with loaded.transaction() as session:
        session.add_all(
            CatalogueRecord(kind="internship_offers", id=o["id"], position=i, display=o["display"], body=o)
            for i, o in enumerate(offers)
        )
        await raise_version(session)
    application = FastAPI()
    application.state.database = loaded
    errors.install(application)
    application.include_router(router)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://catalogue") as opened:
        yield opened


async def test_internships_list_open_offers_before_the_rules(client: httpx.AsyncClient) -> None:
    found = (await client.get("/api/v1/catalogue/internships?language=en")).json()["items"]
    assert [item["id"] for item in found][:2] == ["staz-testowy", "staz-uczniowski"]
    assert not {"held", "over"} & {item["id"] for item in found}
    assert found[0]["fields"]["starts_on"] == "2027-07-01"
    assert facts(found[0])["Apply until"] == "31 May 2027"


async def test_an_offer_is_read_alone_until_it_is_over(client: httpx.AsyncClient) -> None:
    status = {id_: (await client.get(f"/api/v1/catalogue/internships/{id_}")).status_code for id_ in ("held", "over")}
    assert status == {"held": 404, "over": 404}
    assert (await client.get("/api/v1/catalogue/internships/staz-testowy")).json()["kind"] == "internship"
    assert (await client.get("/api/v1/catalogue/internships/staz-uczniowski")).status_code == 200


async def test_offers_are_narrowed_by_industry(client: httpx.AsyncClient) -> None:
    found = (await client.get("/api/v1/catalogue/internships?industry=mechanical")).json()["items"]
    assert "staz-testowy" not in [item["id"] for item in found]
