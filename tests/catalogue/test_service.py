"""Reading the catalogue once for each version, and changing the editions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from api.catalogue import service
from api.catalogue.kinds import CourseType, Helpline, Institution, Qualification
from api.catalogue.models import CatalogueRecord
from api.catalogue.repository import raise_version
from api.catalogue.view import Catalogue
from api.database import Database
from api.errors import Invalid, NotFound
from tests.catalogue.samples import TODAY, created


async def read(database: Database) -> Catalogue:
    """The catalogue as a request reads it."""
    async with database.transaction(read_only=True) as session:
        return await service.snapshot(session)


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """Collects the SELECTs that are sent."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_an_unchanged_catalogue_costs_one_query(loaded: Database) -> None:
    first = await read(loaded)
    with queries(loaded) as sent:
        assert await read(loaded) is first
    assert len(sent) == 1


async def test_an_empty_database_gives_an_empty_catalogue(database: Database) -> None:
    catalogue = await read(database)
    assert catalogue.version == 0
    assert catalogue.all(CourseType) == ()


async def test_two_databases_of_the_same_version_are_not_mixed(loaded: Database, tmp_path: Path) -> None:
    other = await created(tmp_path / "other.db")
    async with other.transaction() as session:
        await raise_version(session)
    full, empty = await read(loaded), await read(other)
    await other.close()
    assert full.version == empty.version
    assert full.all(CourseType)
    assert not empty.all(CourseType)


async def test_a_record_that_staff_holds_disappears(loaded: Database) -> None:
    await read(loaded)
    async with loaded.transaction() as session:
        (await session.get_one(CatalogueRecord, ("course_types", "cnc"))).display = "hold"
        await raise_version(session)
    assert (await read(loaded)).find(CourseType, "cnc") is None


async def test_a_new_edition_is_seen_and_a_removed_one_is_gone(loaded: Database) -> None:
    async with loaded.transaction() as session:
        added = await service.add_edition(
            session, course_id="sushi", starts_on=TODAY, ends_on=TODAY, place_pl="Kraków", seats=2
        )
    assert (await read(loaded)).editions("sushi", TODAY) == (added,)
    assert not added.demo
    async with loaded.transaction() as session:
        await service.remove_edition(session, added.id)
    assert (await read(loaded)).editions("sushi", TODAY) == ()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("course_id", {"course_id": "lot-na-marsa"}),
        ("course_id", {"course_id": "suwnice-udt"}),
        ("ends_on", {"ends_on": TODAY - timedelta(days=1)}),
        ("seats", {"seats": -1}),
    ],
)
async def test_an_impossible_edition_is_refused(loaded: Database, field: str, changes: dict) -> None:
    before = (await read(loaded)).version
    with pytest.raises(Invalid) as caught:
        async with loaded.transaction() as session:
            await service.add_edition(session, **({"course_id": "cnc", "starts_on": TODAY} | changes))
    assert caught.value.field == field
    assert (await read(loaded)).version == before


async def test_removing_an_unknown_edition_is_not_found(loaded: Database) -> None:
    with pytest.raises(NotFound):
        async with loaded.transaction() as session:
            await service.remove_edition(session, 4711)


async def test_ids_of_editions_are_never_used_twice(loaded: Database) -> None:
    async with loaded.transaction() as session:
        first = await service.add_edition(session, course_id="cnc", starts_on=TODAY)
        await service.remove_edition(session, first.id)
        second = await service.add_edition(session, course_id="cnc", starts_on=TODAY)
    assert second.id > first.id


def test_editions_are_open_until_they_begin(catalogue: Catalogue) -> None:
    (edition,) = catalogue.editions("sushi", TODAY)
    assert catalogue.editions("sushi", edition.starts_on) == (edition,)
    assert catalogue.editions("sushi", edition.starts_on + timedelta(days=1)) == ()
    assert [found.course_id for found in catalogue.open_editions(TODAY)] == ["cnc", "sushi"]


async def test_an_edition_without_seats_is_not_open(loaded: Database) -> None:
    async with loaded.transaction() as session:
        await service.add_edition(session, course_id="sushi", starts_on=TODAY, seats=0)
    assert (await read(loaded)).editions("sushi", TODAY) == ()


def test_lists_by_industry_keep_to_it(catalogue: Catalogue) -> None:
    photo = {course.id for course in catalogue.by_industry(CourseType, "photography")}
    assert {"foto-studio", "wideo", "pierwsza-pomoc"} <= photo
    assert "cnc" not in photo
    assert catalogue.by_industry(Helpline, "photography") == catalogue.all(Helpline)


def test_railway_is_found_although_it_sits_inside_another_industry(catalogue: Catalogue) -> None:
    assert [course.id for course in catalogue.by_industry(CourseType, "railway")] == ["manewrowy"]
    assert {record.branch for record in catalogue.by_industry(Qualification, "railway")} == {"TKO"}


def test_an_unconfirmed_industry_lists_no_school(catalogue: Catalogue) -> None:
    assert "pckziu-wieliczka" not in {school.id for school in catalogue.by_industry(Institution, "gastronomic_tourist")}


def test_unknown_kinds_and_ids_give_nothing(catalogue: Catalogue) -> None:
    assert catalogue.get("robots", "cnc") is None
    assert catalogue.get("course_types", "lot-na-marsa") is None
    assert catalogue.find(CourseType, None) is None
