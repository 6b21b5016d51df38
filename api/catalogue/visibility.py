"""What a pupil may see of a record: the display rules of the facts, in one place.

    record `hold`                                    nothing, also not through a link from another record
    name                                             shown
    field that is not in `unverified_fields`         shown
    contact of a record whose contact is unknown     hidden
    unverified contact, hours, age, date, amount     hidden
    unverified field of a kind of course             hidden
    any other unverified field                       shown "to be confirmed at the school or office"

Aliases, RIASEC hints and the order of helplines serve the machine; they are never shown, and never taken away either.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any

from api.catalogue.kinds import CourseType, Occupation
from api.catalogue.records import Display, Record, Status
from api.texts import Language

CONTACT = frozenset({"address", "phone", "email", "website", "chat_url"})
NEVER_UNVERIFIED = CONTACT | {
    "hours",
    "min_age",
    "year",
    "amounts",
    "deficit",
    "balance",
    "surplus",
    "free",
    "anonymous",
    "starts_on",
    "ends_on",
    "apply_until",
    "pay",
    # A list by industry and a code cannot say "to be confirmed", so unverified ones are hidden as well.
    "industries",
    "symbol",
    "esco",
}
INTERNAL = frozenset(
    {"id", "display", "source", "status", "unverified_fields", "aliases", "riasec", "order", "because", "topic"}
)

type IsVisible = Callable[[str, str], bool]


class Sight(StrEnum):
    """How much of a field a pupil may see."""

    SHOWN = "shown"
    TO_BE_CONFIRMED = "to_be_confirmed"
    HIDDEN = "hidden"


def may_be_shown(record: Record) -> bool:
    """Whether a pupil may see the record at all."""
    return record.display is Display.OK


def fields(model: type[Record]) -> tuple[str, ...]:
    """The names of all fields of a kind, without the endings of the languages."""
    keys = model.model_fields
    return tuple(
        dict.fromkeys(key[:-3] if key[:-3] + "_pl" in keys and key[:-3] + "_en" in keys else key for key in keys)
    )


def sight(record: Record, field: str) -> Sight:
    """How much a pupil may see of this field (named without language) of a record that may be shown."""
    if not may_be_shown(record) or field in INTERNAL:
        return Sight.HIDDEN
    if field == "name":
        return Sight.SHOWN
    return _sight_of_fact(record, field)


def _sight_of_fact(record: Record, field: str) -> Sight:
    if field in CONTACT and record.status is Status.UNKNOWN_CONTACT:
        return Sight.HIDDEN
    if not {field, f"{field}_pl", f"{field}_en"} & set(record.unverified_fields):
        return Sight.SHOWN
    if field in NEVER_UNVERIFIED or isinstance(record, CourseType):
        return Sight.HIDDEN
    return Sight.TO_BE_CONFIRMED


def is_to_be_confirmed(record: Record, field: str) -> bool:
    """Whether this field may only be shown with "to be confirmed at the school or office"."""
    return sight(record, field) is Sight.TO_BE_CONFIRMED


def reduced(record: Record, is_visible: IsVisible) -> Record:
    """The record without all that a pupil may not see: hidden fields are emptied, links to hidden records cut.

    `is_visible(kind, id)` tells whether another record may be shown.
    """
    changes: dict[str, Any] = {}
    for field in fields(type(record)):
        if field not in INTERNAL and sight(record, field) is Sight.HIDDEN:
            changes |= {key: _nothing(record, key) for key in _keys(record, field)}
    for field, kind in record.links.items():
        if field not in changes:
            changes[field] = _cut(getattr(record, field), partial(is_visible, kind))
    if isinstance(record, Occupation):
        changes["barometer"] = tuple(
            row for row in record.barometer if row.status is Status.VERIFIED and is_visible("result_scale", row.result)
        )
    return record.model_copy(update=changes)


def visible_fields(record: Record, language: Language) -> Mapping[str, Any]:
    """All known fields of a reduced record that a pupil may see, by name, in this language."""
    known = {
        field: record.text(field, language)
        for field in fields(type(record))
        if sight(record, field) is not Sight.HIDDEN
    }
    return {field: value for field, value in known.items() if value not in (None, ())}


def _keys(record: Record, field: str) -> tuple[str, ...]:
    return (field,) if field in type(record).model_fields else (f"{field}_pl", f"{field}_en")


def _nothing(record: Record, key: str) -> Any:
    return () if isinstance(getattr(record, key), tuple) else None


def _cut(value: Any, keep: Callable[[str], bool]) -> Any:
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return tuple(group for group in value if all(keep(id_) for id_ in group))
        return tuple(id_ for id_ in value if keep(id_))
    return value if value is None or keep(value) else None
