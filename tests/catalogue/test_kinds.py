"""The schema of the facts: what the files hold is accepted, what breaks it is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.catalogue import kinds, loader
from api.catalogue.records import linked
from tests.catalogue.samples import FACTS

ROBOT = {
    "id": "ELM.99",
    "name_pl": None,
    "name_en": "working with robots",
    "branch": "ELM",
    "industries": [],
    "professions": ["automatyk"],
    "display": "ok",
    "source": {"url": None, "title": None, "as_of": None},
    "status": "verified",
    "unverified_fields": ["name"],
}


def test_every_list_of_the_facts_has_its_kind(facts: Path) -> None:
    found = {row.kind for row in loader.read(facts)}
    assert found == set(kinds.MODELS) - {"internship_offers"}, "offers are entered by staff; none is known at the start"


def test_the_facts_of_the_repository_are_whole() -> None:
    rows = loader.read(FACTS)
    assert len(rows) > 380
    assert all(row.body["source"] is not None for row in rows)


def test_what_a_file_says_for_all_its_records_is_in_each(facts: Path) -> None:
    interests = [row for row in loader.read(facts) if row.kind == "interests"]
    assert {row.body["source"]["title"] for row in interests} == {"redakcja"}


@pytest.mark.parametrize(
    "change",
    [
        {"price": 100},
        {"display": "maybe"},
        {"status": "checked"},
        {"industries": "mechanical"},
        {"unverified_fields": ["hours"]},
        {"source": {"link": "https://example.org"}},
    ],
)
def test_a_record_that_breaks_the_schema_is_refused(change: dict) -> None:
    with pytest.raises(ValidationError):
        kinds.parse("qualifications", ROBOT | change)


def test_a_record_that_lacks_a_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        kinds.parse("qualifications", {key: value for key, value in ROBOT.items() if key != "branch"})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        kinds.parse("robots", ROBOT)


def test_a_name_falls_back_to_the_other_language_and_then_to_the_id() -> None:
    record = kinds.parse("qualifications", ROBOT)
    assert (record.name("pl"), record.name("en")) == ("working with robots", "working with robots")
    assert kinds.parse("qualifications", ROBOT | {"name_en": None}).name("pl") == "ELM.99"
    assert kinds.parse("qualifications", ROBOT | {"name_pl": "obsługa robotów"}).name("pl") == "obsługa robotów"


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        kinds.parse("qualifications", ROBOT).branch = "MEC"


def test_linked_gives_the_ids_of_single_listed_and_nested_links(facts: Path) -> None:
    rows = {(row.kind, row.id): row.body for row in loader.read(facts)}
    mechanic = kinds.parse("professions", rows["professions", "technik-mechanik"])
    assert linked(mechanic, "branch") == ("MEC",)
    assert linked(mechanic, "industries") == ("mechanical",)
    assert linked(mechanic, "qualification_sets")[:2] == ("MEC.03", "MEC.09")
    assert linked(kinds.parse("programmes", rows["programmes", "psf-msp"]), "successor") == ()
