"""Spreadsheets of the catalogue: out and in again changes nothing, mistakes are named, all is kept or nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from api import sheets
from api.catalogue import editing, exchange, service
from api.catalogue.editing import EDITIONS, Editor, Wrong
from api.catalogue.exchange import Plan, Problem
from api.database import Database
from tests.catalogue.test_editing import COURSE, EWA

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).map(lambda text: " ".join(text.split()))
LINES = st.lists(WORDS.filter(bool), max_size=3).map("\n".join)
ALIASES = st.lists(st.text("abcąęł -=+@'\"", min_size=3, max_size=12), max_size=3).map("\n".join)
TEXTS = st.fixed_dictionaries(
    {
        "name_pl": WORDS.filter(bool),
        "name_en": WORDS.filter(bool),
        "aliases_pl": ALIASES,
        "prerequisites_pl": LINES,
        "certificate_en": WORDS,
        "industries": st.sampled_from(["", "mechanical", "mechanical, photography"]),
        "hours.min": st.sampled_from(["", "5"]),
        "min_age": st.sampled_from(["", "0", "18"]),
        "display": st.just("hold"),
    }
)


async def nobody(_session: AsyncSession, _edition_id: str) -> int:
    """Nobody is signed up for anything."""
    return 0


async def three(_session: AsyncSession, _edition_id: str) -> int:
    """Three people are signed up for everything."""
    return 3


class TakeBack(Exception):
    """Ends a transaction without keeping anything."""


async def plan(
    database: Database,
    kind: str,
    change: Callable[[list[dict[str, str]]], object],
    form: str,
    taken: exchange.Taken = nobody,
) -> Plan:
    """Export a kind, let somebody change the rows, and look the file through."""
    async with database.transaction(read_only=True) as session:
        rows = await exchange.rows(session, kind)
        change(rows)
        return await exchange.plan(session, kind, sheets.read(sheets.write(form, exchange.columns(kind), rows)), taken)


@pytest.mark.parametrize("form", sheets.FORMATS)
@pytest.mark.parametrize("kind", editing.EDITABLE)
async def test_what_is_exported_and_imported_again_changes_nothing(loaded: Database, kind: str, form: str) -> None:
    async with loaded.transaction() as session:
        texts = editing.empty(EDITIONS) | {"course_id": "cnc", "starts_on": "2027-01-09", "place_pl": "a, b; c"}
        await editing.keep(session, EWA, await editing.draft(session, EDITIONS, texts, None), 0)
    if kind == "internship_rules":
        return  # One of them lacks its source, and is told apart below.
    found = await plan(loaded, kind, lambda rows: None, form)
    assert (found.problems, found.new, found.changed) == ((), (), ())
    assert kind == "internship_offers" or found.same > 0


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=TEXTS, form=st.sampled_from(sorted(sheets.FORMATS)))
async def test_any_record_comes_back_from_a_file_as_it_was(loaded: Database, texts: dict[str, str], form: str) -> None:
    filled = editing.empty("course_types") | {"kind": "activity", **texts}
    if texts["hours.min"]:
        filled["hours.max"] = "9"
    with suppress(TakeBack):
        async with loaded.transaction() as session:
            wanted = await editing.draft(session, "course_types", filled, None)
            assume(not wanted.mistakes)
            await editing.keep(session, EWA, wanted, 0)
            rows = await exchange.rows(session, "course_types")
            file = sheets.write(form, exchange.columns("course_types"), rows)
            found = await exchange.plan(session, "course_types", sheets.read(file), nobody)
            assert (found.problems, found.new, found.changed) == ((), (), ())
            raise TakeBack


async def test_new_and_changed_rows_are_kept_and_are_in_the_history(loaded: Database) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        next(row for row in rows if row["id"] == "cnc")["name_en"] = "CNC, new"
        rows.append({"id": "", "revision": "", **COURSE})

    found = await plan(loaded, "course_types", change, "xlsx")
    assert ([one.id for one in found.new], [one.id for one in found.changed]) == (["druk-3d"], ["cnc"])
    assert found.changed[0].changed == ["name_en"]
    async with loaded.transaction() as session:
        await exchange.apply(session, Editor(8, "Jan"), found)
    async with loaded.transaction(read_only=True) as session:
        catalogue = await service.snapshot(session)
        (change_of_cnc,) = await editing.history(session, "course_types", "cnc")
    assert catalogue.get("course_types", "druk-3d") is not None
    assert (change_of_cnc.staff_name, change_of_cnc.action) == ("Jan", "imported")


async def test_each_mistake_has_its_row_and_column_and_nothing_is_kept(loaded: Database) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[0]["hours.min"] = "długo"
        rows[2]["industries"] = "magia"
        rows.append({"id": "nowhere", "revision": "0", **COURSE})
        rows.append(dict(rows[0]))
        rows[4]["revision"] = "3"
        rows.append({"id": "", "revision": "", **COURSE})

    found = await plan(loaded, "course_types", change, "csv")
    count = len(found.new) + len(found.changed) + found.same
    assert Problem(2, "hours.min", "not_a_number", "długo") in found.problems
    assert Problem(4, "industries", "unknown_link", "magia") in found.problems
    assert Problem(6, "revision", "changed_since", "3") in found.problems
    assert Problem(count - 1, "id", "id_unknown", "nowhere") in found.problems
    assert "id_twice" in {one.what for one in found.problems if one.row == count}
    async with loaded.transaction() as session:
        with pytest.raises(Wrong):
            await exchange.apply(session, EWA, found)
    async with loaded.transaction(read_only=True) as session:
        assert (await service.snapshot(session)).get("course_types", "druk-3d") is None


async def test_a_file_of_another_kind_is_told_by_its_columns(loaded: Database) -> None:
    table = sheets.read(b"id;revision;colour\nx;0;red\n")
    async with loaded.transaction(read_only=True) as session:
        found = await exchange.plan(session, "course_types", table, nobody)
        assert found.problems == (Problem(0, "colour", "unknown_column"),)
        lacking = await exchange.plan(session, "course_types", sheets.read(b"name_pl\nx\n"), nobody)
    assert {one.what for one in lacking.problems} == {"column_missing"}


async def test_a_file_with_a_few_columns_changes_only_these(loaded: Database) -> None:
    async with loaded.transaction(read_only=True) as session:
        table = sheets.read(b"id;revision;name_en\ncnc;0;New\n")
        found = await exchange.plan(session, "course_types", table, nobody)
    assert [one.changed for one in found.changed] == [["name_en"]]


async def test_the_kinds_that_a_form_cannot_make_are_not_made_by_a_file(loaded: Database) -> None:
    found = await plan(loaded, "industries", lambda rows: rows.append({"name_pl": "Magia", "name_en": "Magic"}), "csv")
    assert {one.what for one in found.problems} == {"no_new_records"}


async def dates(database: Database, *days: str) -> list[str]:
    """Dates of a course; their ids."""
    ids = []
    async with database.transaction() as session:
        for day in days:
            texts = editing.empty(EDITIONS) | {"course_id": "cnc", "starts_on": day}
            ids.append((await editing.keep(session, EWA, await editing.draft(session, EDITIONS, texts, None), 0)).id)
    return ids


async def test_a_date_goes_when_its_row_says_so_and_can_be_brought_back(loaded: Database) -> None:
    first, second, third = await dates(loaded, "2027-01-09", "2027-02-09", "2027-03-09")

    def change(rows: list[dict[str, str]]) -> None:
        by_id = {row["id"]: row for row in rows}
        by_id[first]["remove"] = " Tak "
        by_id[second]["seats"] = "8"
        rows.remove(by_id[third])
        rows.append({"course_id": "cnc", "starts_on": "2027-04-09"})

    found = await plan(loaded, EDITIONS, change, "xlsx")
    assert found.problems == ()
    assert [one.id for one in found.removed] == [first]
    assert ([one.id for one in found.changed], len(found.new)) == ([second], 1)
    async with loaded.transaction() as session:
        await exchange.apply(session, EWA, found)
    async with loaded.transaction() as session:
        left = [one for one in await editing.listing(session, EDITIONS) if not one.demo]
        assert [one.body["starts_on"] for one in left] == ["2027-02-09", "2027-03-09", "2027-04-09"]
        (gone, _) = await editing.history(session, EDITIONS, first)
        await editing.undo(session, EWA, EDITIONS, first, gone.id)
        assert (await editing.find(session, EDITIONS, first)).body["starts_on"] == "2027-01-09"


async def test_a_date_with_sign_ups_stays_and_so_does_all_else(loaded: Database) -> None:
    first, second = await dates(loaded, "2027-01-09", "2027-02-09")

    def change(rows: list[dict[str, str]]) -> None:
        rows[0]["remove"] = "yes"
        rows[1]["seats"] = "8"

    found = await plan(loaded, EDITIONS, change, "csv", three)
    assert found.problems == (Problem(2, "remove", "edition_taken", "3"),)
    async with loaded.transaction() as session:
        with pytest.raises(Wrong):
            await exchange.apply(session, EWA, found)
        assert {first, second} <= {one.id for one in await editing.listing(session, EDITIONS)}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"id": "{id}", "revision": "1", "remove": "chyba"}, ("remove", "not_yes", "chyba")),
        ({"id": "{id}", "revision": "7", "remove": "tak"}, ("revision", "changed_since", "7")),
        ({"id": "999", "revision": "1", "remove": "tak"}, ("id", "id_unknown", "999")),
        ({"id": "", "revision": "", "remove": "tak"}, ("remove", "remove_new", "")),
    ],
)
async def test_what_speaks_against_removing_is_named(
    loaded: Database, row: dict[str, str], problem: tuple[str, str, str]
) -> None:
    (id_,) = await dates(loaded, "2027-01-09")
    given = {name: value.format(id=id_) for name, value in row.items()}
    found = await plan(loaded, EDITIONS, lambda rows: rows.__setitem__(slice(None), [given]), "csv")
    assert found.problems == (Problem(2, *problem),)


async def test_only_dates_have_a_column_for_going(loaded: Database) -> None:
    async with loaded.transaction(read_only=True) as session:
        table = sheets.read(b"id;revision;remove\ncnc;0;tak\n")
        found = await exchange.plan(session, "course_types", table, nobody)
    assert found.problems == (Problem(0, "remove", "unknown_column"),)
