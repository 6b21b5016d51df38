"""Staff change the catalogue: what is refused and why, what a pupil sees at once, the history and the way back."""

import pytest

from api.catalogue import editing, service
from api.catalogue.editing import EDITIONS, Editor, Stored, Wrong
from api.catalogue.kinds import CourseType, Institution
from api.catalogue.models import CourseEdition
from api.database import Database
from api.errors import Conflict, NotFound
from tests.catalogue.samples import TODAY

EWA = Editor(7, "Ewa")
COURSE = {
    "name_pl": "Druk 3D",
    "name_en": "3D printing",
    "aliases_pl": "drukowanie przestrzenne",
    "kind": "competence_course",
    "industries": "mechanical",
    "hours.min": "20",
    "hours.max": "30",
    "status": "unverified",
    "source.title": "CKZ",
    "display": "ok",
}


async def write(
    database: Database, kind: str, texts: dict[str, str], id_: str | None = None, revision: int | None = None
) -> Stored:
    """Fill in the form of a record (a new one without an id) and save it."""
    async with database.transaction() as session:
        before = await editing.find(session, kind, id_) if id_ else None
        start = before.texts if before else editing.empty(kind)
        wanted = await editing.draft(session, kind, start | texts, before)
        seen = revision if revision is not None else before.revision if before else 0
        return await editing.keep(session, EWA, wanted, seen)


async def mistakes(
    database: Database, kind: str, texts: dict[str, str], id_: str | None = None
) -> set[tuple[str, str]]:
    """What is wrong with a form filled in so."""
    async with database.transaction(read_only=True) as session:
        before = await editing.find(session, kind, id_) if id_ else None
        start = before.texts if before else editing.empty(kind)
        wanted = await editing.draft(session, kind, start | texts, before)
        return {(one.field, one.what) for one in wanted.mistakes}


async def course(database: Database, id_: str) -> CourseType | None:
    """The course as pupils see it."""
    async with database.transaction(read_only=True) as session:
        return (await service.snapshot(session)).find(CourseType, id_)


async def test_a_new_course_is_shown_at_once_and_gets_an_id_of_its_name(loaded: Database) -> None:
    assert (await write(loaded, "course_types", COURSE)).id == "druk-3d"
    found = await course(loaded, "druk-3d")
    assert found is not None
    assert (found.hours.min, found.aliases_pl) == (20, ("drukowanie przestrzenne",))  # type: ignore[union-attr]
    assert (await write(loaded, "course_types", COURSE)).id == "druk-3d-2"


async def test_a_new_record_waits_for_somebody_to_confirm_it(loaded: Database) -> None:
    assert (await write(loaded, "course_types", {**COURSE, "display": "hold"})).body["display"] == "hold"
    assert await course(loaded, "druk-3d") is None
    assert editing.empty("institutions")["display"] == "hold"


async def test_what_a_form_does_not_show_stays(loaded: Database) -> None:
    async with loaded.transaction(read_only=True) as session:
        before = (await editing.find(session, "professions", "mechatronik")).body
    await write(loaded, "professions", {"aliases_pl": "mechatroniczka od robotów"}, "mechatronik")
    async with loaded.transaction(read_only=True) as session:
        after = (await editing.find(session, "professions", "mechatronik")).body
    assert after == before | {"aliases_pl": ["mechatroniczka od robotów"]}
    assert after["qualification_sets"]


@pytest.mark.parametrize(
    ("kind", "texts", "expected"),
    [
        ("course_types", {"kind": "party"}, {("kind", "not_a_choice")}),
        ("course_types", {"industries": "mechanical magic"}, {("industries", "unknown_link")}),
        ("course_types", {"hours.min": "dużo"}, {("hours.min", "not_a_number")}),
        ("course_types", {"hours.max": "10"}, {("hours.max", "less_than_min")}),
        ("course_types", {"hours.max": ""}, {("hours.max", "missing")}),
        ("course_types", {"min_age": "-1"}, {("min_age", "out_of_bounds")}),
        ("course_types", {"name_pl": "", "name_en": ""}, {("name_pl", "missing")}),
        ("course_types", {"kind": ""}, {("kind", "missing")}),
        ("course_types", {"riasec": "XY"}, {("riasec", "not_riasec")}),
        ("course_types", {"aliases_pl": "3d"}, {("aliases_pl", "short_alias")}),
        ("course_types", {"source.title": ""}, {("source.title", "source_needed")}),
        ("course_types", {"status": "verified"}, {("source.url", "verified_needs_url")}),
        ("course_types", {"source.url": "ckz.krakow.pl"}, {("source.url", "not_url")}),
        ("course_types", {"source.as_of": "wczoraj"}, {("source.as_of", "not_as_of")}),
        ("course_types", {"certificate_pl": "zaświadczenie"}, {("certificate_en", "other_language")}),
        ("course_types", {"name_pl": "x" * 201}, {("name_pl", "too_long")}),
        ("course_types", {"name_pl": "a\x07b"}, {("name_pl", "control")}),
        ("institutions", {"phone": "12345678901234567890"}, {("phone", "not_phone")}),
        ("institutions", {"email": "a@b@c"}, {("email", "not_email")}),
        ("helplines", {"free": "może"}, {("free", "not_yes_or_no")}),
        (EDITIONS, {"starts_on": "32.01.2027"}, {("starts_on", "not_a_date")}),
        (EDITIONS, {"starts_on": "2027-02-01", "ends_on": "2027-01-01"}, {("ends_on", "ends_before")}),
        (EDITIONS, {"course_id": "lot-na-marsa"}, {("course_id", "unknown_link")}),
        (EDITIONS, {"seats": "-3"}, {("seats", "out_of_bounds")}),
    ],
)
async def test_a_mistake_is_found_in_its_field(
    loaded: Database, kind: str, texts: dict[str, str], expected: set[tuple[str, str]]
) -> None:
    right = {
        "course_types": COURSE,
        "institutions": {"name_pl": "Szkoła", "type": "school"},
        "helplines": {"name_pl": "Linia"},
        EDITIONS: {"course_id": "cnc", "starts_on": "2027-01-09"},
    }
    assert await mistakes(loaded, kind, right[kind]) == set()
    assert await mistakes(loaded, kind, right[kind] | texts) == expected
    with pytest.raises(Wrong):
        await write(loaded, kind, right[kind] | texts)


async def test_every_shipped_record_could_be_saved_as_it_is(loaded: Database) -> None:
    """Whoever adds an alias must not have to mend what others wrote. One rule has no source and waits for one."""
    async with loaded.transaction(read_only=True) as session:
        for kind in editing.EDITABLE:
            for stored in await editing.listing(session, kind):
                wanted = await editing.draft(session, kind, stored.texts, stored)
                assert wanted.body == stored.body
                assert wanted.changed == []
                if stored.id != "praktyka-zawodowa":
                    assert wanted.mistakes == (), (kind, stored.id)


async def test_of_two_who_change_the_same_record_the_second_is_told(loaded: Database) -> None:
    await write(loaded, "course_types", {"name_en": "First"}, "cnc", revision=0)
    with pytest.raises(Conflict):
        await write(loaded, "course_types", {"name_en": "Second"}, "cnc", revision=0)
    found = await course(loaded, "cnc")
    assert found is not None
    assert found.name_en == "First"


async def test_saving_without_a_change_makes_no_history(loaded: Database) -> None:
    await write(loaded, "course_types", {}, "cnc")
    async with loaded.transaction(read_only=True) as session:
        assert await editing.history(session, "course_types", "cnc") == []
        assert (await editing.find(session, "course_types", "cnc")).revision == 0


async def test_every_version_is_kept_and_can_come_back(loaded: Database) -> None:
    first = await course(loaded, "cnc")
    await write(loaded, "course_types", {"name_en": "Second"}, "cnc")
    await write(loaded, "course_types", {"name_en": "Third"}, "cnc")
    async with loaded.transaction() as session:
        changes = await editing.history(session, "course_types", "cnc")
        assert [(one.staff_name, one.action) for one in changes] == [("Ewa", "changed")] * 2
        await editing.undo(session, EWA, "course_types", "cnc", changes[0].id)
    found = await course(loaded, "cnc")
    assert found is not None
    assert found.name_en == "Second"
    async with loaded.transaction() as session:
        await editing.undo(session, EWA, "course_types", "cnc", changes[1].id)
    assert await course(loaded, "cnc") == first


async def test_a_record_is_not_undone_out_of_the_world(loaded: Database) -> None:
    await write(loaded, "course_types", COURSE)
    async with loaded.transaction() as session:
        (change,) = await editing.history(session, "course_types", "druk-3d")
        with pytest.raises(Conflict):
            await editing.undo(session, EWA, "course_types", "druk-3d", change.id)


async def test_an_edition_is_added_changed_removed_and_brought_back(loaded: Database) -> None:
    made = await write(loaded, EDITIONS, {"course_id": "cnc", "starts_on": "09.01.2027", "seats": "5"})
    await write(loaded, EDITIONS, {"seats": "8"}, made.id)
    async with loaded.transaction(read_only=True) as session:
        editions = (await service.snapshot(session)).editions("cnc", TODAY)
    assert (editions[-1].starts_on.isoformat(), editions[-1].seats, editions[-1].demo) == ("2027-01-09", 8, False)
    async with loaded.transaction() as session:
        await editing.remove_edition(session, EWA, made.id)
        with pytest.raises(NotFound):
            await editing.find(session, EDITIONS, made.id)
    async with loaded.transaction() as session:
        await editing.undo(session, EWA, EDITIONS, made.id, (await editing.history(session, EDITIONS, made.id))[0].id)
        assert (await editing.find(session, EDITIONS, made.id)).body["seats"] == 8


async def test_an_example_does_not_become_an_offer(loaded: Database) -> None:
    async with loaded.transaction(read_only=True) as session:
        example = next(one for one in await editing.listing(session, EDITIONS) if one.demo)
    with pytest.raises(Conflict):
        await write(loaded, EDITIONS, {"seats": "50"}, example.id)
    async with loaded.transaction(read_only=True) as session:
        row = await session.get_one(CourseEdition, int(example.id))
    assert row.demo


async def test_the_preview_is_the_pupils_card_of_what_is_not_saved(loaded: Database) -> None:
    async with loaded.transaction(read_only=True) as session:
        wanted = await editing.draft(session, "course_types", editing.empty("course_types") | COURSE, None)
        shown = await editing.preview(session, wanted)
        assert (shown["pl"]["title"], shown["en"]["title"]) == ("Druk 3D", "3D printing")
        held = await editing.find(session, "institutions", "mufo")
        changed = await editing.draft(session, "institutions", held.texts | {"name_en": "New name"}, held)
        assert (await editing.preview(session, changed))["en"]["title"] == "New name"
        day = {"course_id": "cnc", "starts_on": "2027-01-09", "place_pl": "ul. Nowa 1"}
        edition = await editing.draft(session, EDITIONS, editing.empty(EDITIONS) | day, None)
        facts = (await editing.preview(session, edition))["pl"]["facts"]
        assert "ul. Nowa 1" in " ".join(fact["value"] for fact in facts)
        industry = await editing.find(session, "industries", "mechanical")
        named = await editing.draft(session, "industries", industry.texts, industry)
        assert await editing.preview(session, named) == {}
        assert (await service.snapshot(session)).find(Institution, "mufo") is None


async def test_only_some_kinds_are_changed_or_made(loaded: Database) -> None:
    async with loaded.transaction() as session:
        with pytest.raises(NotFound):
            await editing.find(session, "legal_basis", "x")
        texts = editing.empty("industries") | {"name_pl": "Magia", "name_en": "Magic"}
        wanted = await editing.draft(session, "industries", texts, None)
        with pytest.raises(NotFound):
            await editing.keep(session, EWA, wanted, 0)
