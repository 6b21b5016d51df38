"""Filling an empty catalogue, leaving a full one alone, taking the examples away."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from api.catalogue import kinds, loader, repository, service
from api.catalogue.kinds import CourseType
from api.catalogue.loader import BrokenFacts
from api.catalogue.models import CatalogueRecord, CourseEdition
from api.database import Database
from tests.catalogue.samples import TODAY


async def version(database: Database) -> int:
    """The version of the catalogue."""
    async with database.transaction(read_only=True) as session:
        return await repository.version(session)


async def test_every_record_of_the_files_is_stored_as_it_is(database: Database, facts: Path) -> None:
    stored = await loader.load(database, facts)
    files = {file: yaml.safe_load((facts / file).read_text(encoding="utf-8")) for file in kinds.FILES}
    assert await version(database) == 1
    assert stored == sum(
        len(records) for file in files.values() for records in file.values() if isinstance(records, list)
    )
    async with database.transaction(read_only=True) as session:
        row = await session.get_one(CatalogueRecord, ("course_types", "cnc"))
    assert row.body == next(body for body in files["course_types.yaml"]["course_types"] if body["id"] == "cnc")
    assert (row.display, row.position) == ("ok", 4)
    assert row.updated_at.tzinfo is not None


async def test_a_full_catalogue_is_left_alone(loaded: Database, facts: Path) -> None:
    before = await version(loaded)
    async with loaded.transaction() as session:
        row = await session.get_one(CatalogueRecord, ("course_types", "cnc"))
        row.display = "hold"
    assert await loader.load(loaded, facts) == 0
    assert await version(loaded) == before
    async with loaded.transaction(read_only=True) as session:
        assert (await session.get_one(CatalogueRecord, ("course_types", "cnc"))).display == "hold"


async def test_a_full_catalogue_needs_no_files(loaded: Database, tmp_path: Path) -> None:
    assert await loader.load(loaded, tmp_path / "nowhere") == 0


async def test_two_loads_at_once_fill_it_once(database: Database, facts: Path) -> None:
    numbers = await asyncio.gather(*(loader.load(database, facts) for _ in range(3)))
    assert sorted(numbers)[:2] == [0, 0]
    assert max(numbers) > 300


async def test_the_examples_are_marked_and_invent_nothing(loaded: Database) -> None:
    async with loaded.transaction(read_only=True) as session:
        editions = (await session.scalars(select(CourseEdition))).all()
        catalogue = await service.snapshot(session)
    assert 6 <= len(editions) <= 8
    for edition in editions:
        assert edition.demo
        assert (edition.place_pl, edition.place_en) == (None, None)
        assert TODAY < edition.starts_on < TODAY + timedelta(days=90)
        assert edition.seats is not None
        assert edition.seats <= 10
    courses = [catalogue.find(CourseType, edition.course_id) for edition in editions]
    assert {industry for course in courses if course for industry in course.industries} == {
        "mechanical",
        "electrical_electronic",
        "gastronomic_tourist",
        "photography",
    }


async def test_removing_the_examples_leaves_what_staff_entered(loaded: Database) -> None:
    async with loaded.transaction() as session:
        await service.add_edition(session, course_id="cnc", starts_on=TODAY)
    before = await version(loaded)
    assert await loader.remove_demo(loaded) == 8
    assert await version(loaded) == before + 1
    assert await loader.remove_demo(loaded) == 0
    assert await version(loaded) == before + 1
    async with loaded.transaction(read_only=True) as session:
        assert [edition.course_id for edition in (await service.snapshot(session)).open_editions(TODAY)] == ["cnc"]


def _lose(folder: Path) -> None:
    (folder / "helplines.yaml").unlink()


def _rename_list(folder: Path) -> None:
    _edit(folder, "helplines.yaml", lambda content: content.update(lines=content.pop("helplines")))


def _break_schema(folder: Path) -> None:
    _edit(folder, "helplines.yaml", lambda content: content["helplines"][0].update(price=1))


def _twice(folder: Path) -> None:
    _edit(folder, "helplines.yaml", lambda content: content["helplines"].append(content["helplines"][0]))


def _dangling(folder: Path) -> None:
    _edit(folder, "interests.yaml", lambda content: content["interests"][0].update(course_types=["lot-na-marsa"]))


def _held_example(folder: Path) -> None:
    _edit(folder, "editions_demo.yaml", lambda content: content["editions"][0].update(course="suwnice-udt"))


def _edit(folder: Path, file: str, change: Callable[[dict], object]) -> None:
    content = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
    change(content)
    (folder / file).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize("damage", [_lose, _rename_list, _break_schema, _twice, _dangling, _held_example])
async def test_broken_facts_are_refused_and_nothing_is_stored(
    database: Database, facts: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(facts, folder)
    damage(folder)
    with pytest.raises(BrokenFacts):
        await loader.load(database, folder)
    async with database.transaction(read_only=True) as session:
        assert await repository.is_empty(session)


async def _body(database: Database, id_: str) -> dict | None:
    async with database.transaction(read_only=True) as session:
        row = await session.get(CatalogueRecord, ("course_types", id_))
    return row.body if row else None


async def test_newer_files_reach_what_nobody_has_edited(loaded: Database, facts: Path, tmp_path: Path) -> None:
    async with loaded.transaction() as session:
        edited = await session.get_one(CatalogueRecord, ("course_types", "barista"))
        edited.body, edited.revision = edited.body | {"name_en": "Coffee by CKZ"}, 1
        own = {**edited.body, "id": "druk-3d"}
        session.add(CatalogueRecord(kind="course_types", id="druk-3d", position=99, display="ok", body=own, revision=1))
    folder = tmp_path / "newer"
    shutil.copytree(facts, folder)

    def change(content: dict) -> None:
        courses = content["course_types"]
        for course in courses:
            if course["id"] in ("cnc", "barista"):
                course["name_en"] = "Shipped later"
        courses.append({**courses[0], "id": "brand-new"})
        courses[:] = [course for course in courses if course["id"] != "sushi"]

    _edit(folder, "course_types.yaml", change)
    _edit(folder, "interests.yaml", lambda content: [i["course_types"].clear() for i in content["interests"]])
    assert await loader.load(loaded, folder) > 0
    names = {id_: body and body["name_en"] for id_ in ("cnc", "barista") for body in [await _body(loaded, id_)]}
    assert names == {"cnc": "Shipped later", "barista": "Coffee by CKZ"}
    assert await _body(loaded, "brand-new") is not None
    assert await _body(loaded, "druk-3d") is not None
    assert await _body(loaded, "sushi") is None
    before = await version(loaded)
    assert await loader.load(loaded, folder) == 0
    assert await version(loaded) == before
