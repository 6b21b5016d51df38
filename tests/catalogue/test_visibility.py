"""The display rules of the facts, one by one and over all records."""

import json
from datetime import date
from pathlib import Path

import pytest

from api.catalogue import cards, kinds, loader, routes, visibility
from api.catalogue.kinds import CourseType, Helpline, Institution, Occupation, Profession, Programme, Qualification
from api.catalogue.records import Record, linked
from api.catalogue.view import Catalogue, build
from api.catalogue.visibility import Sight, sight
from tests.catalogue.samples import TODAY

SOURCE = {"url": None, "title": None, "as_of": None}
SCHOOL = {
    "id": "school",
    "type": "school",
    "name_pl": "Szkoła",
    "name_en": "School",
    "address": "ul. Testowa 1",
    "phone": "12 000 00 00",
    "email": None,
    "website": "https://example.org",
    "industries": ["mechanical"],
    "professions": [],
    "services_pl": ["warsztaty"],
    "services_en": ["workshops"],
    "catchment_pl": None,
    "catchment_en": None,
    "display": "ok",
    "source": SOURCE,
    "status": "verified",
    "unverified_fields": [],
}


def school(**changes: object) -> Record:
    """A school whose fields are all confirmed, with changes."""
    return kinds.parse("institutions", SCHOOL | changes)


@pytest.mark.parametrize(
    ("field", "unverified", "status", "expected"),
    [
        ("name", ["name"], "verified", Sight.SHOWN),
        ("phone", [], "verified", Sight.SHOWN),
        ("phone", ["phone"], "verified", Sight.HIDDEN),
        ("phone", [], "unknown_contact", Sight.HIDDEN),
        ("website", [], "unknown_contact", Sight.HIDDEN),
        ("services", [], "unknown_contact", Sight.SHOWN),
        ("services", ["services"], "verified", Sight.TO_BE_CONFIRMED),
        ("services", ["services_pl"], "verified", Sight.TO_BE_CONFIRMED),
        ("industries", ["industries"], "verified", Sight.HIDDEN),
        ("status", [], "verified", Sight.HIDDEN),
    ],
)
def test_how_much_of_a_field_a_pupil_sees(field: str, unverified: list[str], status: str, expected: Sight) -> None:
    assert sight(school(unverified_fields=unverified, status=status), field) is expected


@pytest.mark.parametrize("field", ["name", "phone", "services"])
def test_nothing_of_a_record_on_hold_is_seen(field: str) -> None:
    assert sight(school(display="hold"), field) is Sight.HIDDEN


def test_hidden_fields_are_emptied_and_the_others_kept() -> None:
    reduced = visibility.reduced(school(unverified_fields=["phone", "industries", "services"]), lambda *_: True)
    assert isinstance(reduced, Institution)
    assert (reduced.phone, reduced.industries) == (None, ())
    assert (reduced.address, reduced.services_pl) == ("ul. Testowa 1", ("warsztaty",))


def test_links_to_hidden_records_are_cut() -> None:
    record = school(professions=["kucharz", "kelner"])
    reduced = visibility.reduced(record, lambda kind, id_: (kind, id_) == ("professions", "kucharz"))
    assert isinstance(reduced, Institution)
    assert (reduced.professions, reduced.industries) == (("kucharz",), ())


def test_unverified_fields_of_a_kind_of_course_are_never_shown(catalogue: Catalogue) -> None:
    course = catalogue.find(CourseType, "spaw-tig")
    assert course is not None
    assert (course.hours, course.min_age, course.certificate_pl, course.prerequisites_en) == (None, None, None, ())
    assert course.name("pl") == "Spawanie metodą TIG (141)"
    assert catalogue.steering.min_age["spaw-tig"] == 18


def test_a_qualification_set_with_a_held_code_is_cut_whole(catalogue: Catalogue) -> None:
    welder = catalogue.find(Profession, "technik-spawalnictwa")
    assert welder is not None
    assert welder.qualification_sets == ()


def test_a_held_successor_and_institution_are_not_reached(catalogue: Catalogue) -> None:
    programme = catalogue.find(Programme, "nowy-start-w-malopolsce")
    assert programme is not None
    assert programme.successor is None
    assert catalogue.find(Programme, "nowy-start-eures") is None


def test_barometer_rows_need_a_confirmed_row_and_a_visible_result(facts: Path) -> None:
    rows = [(row.kind, row.body) for row in loader.read(facts)]
    body = next(body for kind, body in rows if (kind, body["id"]) == ("occupations", "elektrycy"))
    unsure = [{**body["barometer"][0], "status": "unverified"}, {**body["barometer"][1], "result": "large_deficit"}]
    changed = body | {"barometer": [*unsure, body["barometer"][2]]}
    catalogue = build(1, [row for row in rows if row[1] is not body] + [("occupations", changed)], [])
    found = catalogue.find(Occupation, "elektrycy")
    assert found is not None
    assert [row.year for row in found.barometer] == [2025]


def test_records_on_hold_are_in_no_list(catalogue: Catalogue, facts: Path) -> None:
    held = [(row.kind, row.id) for row in loader.read(facts) if row.display == "hold"]
    assert held
    assert not [key for key in held if catalogue.get(*key)]


def test_no_answer_links_to_a_record_on_hold(catalogue: Catalogue, facts: Path) -> None:
    held = {(row.kind, row.id) for row in loader.read(facts) if row.display == "hold"}
    for kind in kinds.MODELS:
        for record in catalogue.all(kinds.MODELS[kind]):
            links = {(target, id_) for field, target in record.links.items() for id_ in linked(record, field)}
            assert not links & held, f"{kind} {record.id}"


def test_no_hidden_value_is_in_any_card_or_answer(catalogue: Catalogue, facts: Path) -> None:
    never = ("phone", "email", "address", "website", "chat_url", "amounts_pl", "amounts_en", "certificate_pl")
    for row in loader.read(facts):
        record = catalogue.get(row.kind, row.id)
        if record is None or type(record) not in ANSWERED:
            continue
        answer = json.dumps(routes.item(catalogue, record, "pl", TODAY), ensure_ascii=False)
        secret = [row.body[key] for key in never if row.body.get(key) and _is_unverified(row.body, key)]
        own_source = json.dumps(row.body["source"], ensure_ascii=False)
        assert not [value for value in secret if value in answer.replace(own_source, "")], row.id


def test_no_unverified_hours_or_age_of_a_course_is_on_its_card(catalogue: Catalogue, facts: Path) -> None:
    bodies = {row.id: row.body for row in loader.read(facts) if row.kind == "course_types"}
    for course in catalogue.all(CourseType):
        body = bodies[course.id]
        values = [fact["value"] for fact in cards.course_card(catalogue, course, "en", date(2030, 1, 1))["facts"]]
        if "hours" in body["unverified_fields"]:
            assert not [value for value in values if value.endswith(" h")], course.id
        if "min_age" in body["unverified_fields"]:
            assert not [value for value in values if "years" in value], course.id


ANSWERED = (CourseType, Helpline, Institution, Occupation, Profession, Programme, Qualification)


def _is_unverified(body: dict, key: str) -> bool:
    names = {key, key.removesuffix("_pl").removesuffix("_en")}
    contact = body["status"] == "unknown_contact" and key in visibility.CONTACT
    return contact or bool(names & set(body["unverified_fields"]))
