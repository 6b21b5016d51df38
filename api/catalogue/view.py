"""The catalogue in memory: immutable, without anything that a pupil may not see, parsed once for each version."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, cast

from api.catalogue import kinds, visibility
from api.catalogue.kinds import KIND_OF, CourseType, Occupation, Profession, Qualification
from api.catalogue.records import Record
from api.texts import Language

RAILWAY = "railway"
RAILWAY_BRANCH = "TKO"


@dataclass(frozen=True)
class Edition:
    """A course that takes place."""

    id: int
    course_id: str
    starts_on: date
    ends_on: date | None
    place_pl: str | None
    place_en: str | None
    seats: int | None
    demo: bool

    def place(self, language: Language) -> str | None:
        """The place in this language, or in the other where only that is known."""
        return (self.place_pl or self.place_en) if language == "pl" else (self.place_en or self.place_pl)


@dataclass(frozen=True)
class Steering:
    """What may steer suggestions although a pupil may not see it. Never to be shown, links to held records included."""

    min_age: Mapping[str, int]
    professions_of_course: Mapping[str, frozenset[str]]
    professions_of_qualification: Mapping[str, frozenset[str]]
    industries_of_profession: Mapping[str, frozenset[str]]
    riasec_of_profession: Mapping[str, str]


@dataclass(frozen=True)
class Catalogue:
    """All that a pupil may see, in the order of the facts. Records on hold are not in it."""

    version: int
    steering: Steering = field(repr=False)
    _records: Mapping[str, Mapping[str, Record]] = field(repr=False)
    _editions: Mapping[str, tuple[Edition, ...]] = field(repr=False)

    def all[R: Record](self, model: type[R]) -> tuple[R, ...]:
        """All records of a kind, given as its class: `all(CourseType)`."""
        return cast("tuple[R, ...]", tuple(self._records[KIND_OF[model]].values()))

    def find[R: Record](self, model: type[R], id_: str | None) -> R | None:
        """The record of a kind with this id, or None when there is none that may be shown."""
        return cast("R | None", self._records[KIND_OF[model]].get(id_ or ""))

    def get(self, kind: str, id_: str) -> Record | None:
        """The same with the kind by name: `get("course_types", "cnc")`. None also for an unknown kind."""
        return self._records.get(kind, {}).get(id_)

    def by_industry[R: Record](self, model: type[R], industry: str) -> tuple[R, ...]:
        """The records of a kind that belong to an industry, or to "railway", which is a branch inside another one.

        A kind that knows no industries (helplines, programmes, rules) is given whole.
        """
        if "industries" not in model.model_fields:
            return self.all(model)
        return tuple(record for record in self.all(model) if industry in self.industries(record))

    def industries(self, record: Record) -> tuple[str, ...]:
        """The industries of a record, "railway" among them where it belongs to a railway branch."""
        known: tuple[str, ...] = getattr(record, "industries", ())
        return (*known, RAILWAY) if self._is_railway(record) else known

    def editions(self, course_id: str, on: date) -> tuple[Edition, ...]:
        """The editions of a course that one can still join on this day, the next one first."""
        return tuple(edition for edition in self._editions.get(course_id, ()) if _is_open(edition, on))

    def open_editions(self, on: date) -> tuple[Edition, ...]:
        """The editions of all courses that one can still join on this day, the next one first."""
        found = [edition for course_id in self._editions for edition in self.editions(course_id, on)]
        return tuple(sorted(found, key=_begin))

    def _is_railway(self, record: Record) -> bool:
        if isinstance(record, Profession | Qualification):
            return record.branch == RAILWAY_BRANCH
        professions = (self.find(Profession, id_) for id_ in getattr(record, "professions", ()))
        return any(profession is not None and self._is_railway(profession) for profession in professions)


def build(version: int, rows: Iterable[tuple[str, Mapping[str, Any]]], editions: Iterable[Edition]) -> Catalogue:
    """The catalogue of all rows (kind, body). Raises ValidationError for a record that breaks the schema."""
    stored: dict[str, dict[str, Record]] = {kind: {} for kind in kinds.MODELS}
    for kind, body in rows:
        record = kinds.parse(kind, body)
        stored[kind][record.id] = record
    shown = {
        kind: {record.id: record for record in records.values() if visibility.may_be_shown(record)}
        for kind, records in stored.items()
    }
    reduced = {
        kind: {
            record.id: visibility.reduced(record, lambda kind, id_: id_ in shown[kind]) for record in records.values()
        }
        for kind, records in shown.items()
    }
    by_course: dict[str, list[Edition]] = defaultdict(list)
    for edition in sorted(editions, key=_begin):
        if edition.course_id in shown["course_types"]:
            by_course[edition.course_id].append(edition)
    return Catalogue(
        version=version,
        steering=_steering(stored),
        _records=MappingProxyType({kind: MappingProxyType(records) for kind, records in reduced.items()}),
        _editions=MappingProxyType({course: tuple(found) for course, found in by_course.items()}),
    )


def _steering(stored: Mapping[str, Mapping[str, Record]]) -> Steering:
    courses = cast("Iterable[CourseType]", stored["course_types"].values())
    qualifications = cast("Iterable[Qualification]", stored["qualifications"].values())
    professions = cast("Iterable[Profession]", stored["professions"].values())
    occupations = cast("Iterable[Occupation]", stored["occupations"].values())
    return Steering(
        min_age={course.id: course.min_age for course in courses if course.min_age is not None},
        professions_of_course={course.id: frozenset(course.professions) for course in courses},
        professions_of_qualification={record.id: frozenset(record.professions) for record in qualifications},
        industries_of_profession={
            record.id: frozenset({*record.industries, *([RAILWAY] if record.branch == RAILWAY_BRANCH else [])})
            for record in professions
        },
        riasec_of_profession=_riasec(occupations, courses),
    )


def _riasec(occupations: Iterable[Occupation], courses: Iterable[CourseType]) -> dict[str, str]:
    """The letters of each profession: those of its occupation group, else the commonest of its courses."""
    found: dict[str, str] = {}
    for group in occupations:
        for id_ in group.professions if group.riasec else ():
            found.setdefault(id_, group.riasec or "")
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for course in courses:
        for id_ in course.professions if course.riasec else ():
            counted[id_][course.riasec or ""] += 1
    return {id_: letters.most_common(1)[0][0] for id_, letters in counted.items()} | found


def _is_open(edition: Edition, on: date) -> bool:
    return edition.starts_on >= on and edition.seats != 0


def _begin(edition: Edition) -> tuple[date, int]:
    return edition.starts_on, edition.id
