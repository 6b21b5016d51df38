"""The fields of a record as people fill them in, on a form or in a spreadsheet: each is one text.

`of(model)` derives them from the schema. `written(model, body)` puts a record into texts and `read(model, texts)` takes
them back; the two are inverse. What has no place on a form (the Barometer's rows, sets of qualifications) is not here,
and stays as it is when a record is changed.
"""

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Any, TypeAliasType, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError

from api.catalogue import visibility
from api.catalogue.records import Record, Source

type Flat = Mapping[str, str]
LONG_TEXTS = ("text", "note", "demand", "who", "certificate", "amounts", "how", "pay", "catchment", "prerequisites")
# The shape of a record, not for people.
LEFT_OUT = ("id", "order", "symbol", "branch")
YES = {"true", "1", "tak", "yes", "prawda"}
NO = {"false", "0", "nie", "no", "fałsz"}
POLISH_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Shape(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True)
class Field:
    """One field: `key` is its place in the record ("hours.min"), `options` a closed set, `kind` what it names."""

    key: str
    shape: Shape
    is_required: bool = False
    options: tuple[str, ...] = ()
    kind: str | None = None

    @property
    def base(self) -> str:
        """The name without the language."""
        return self.key[:-3] if self.language else self.key

    @property
    def language(self) -> str | None:
        """The language of a text that stands in both."""
        return self.key[-2:] if self.key.endswith(("_pl", "_en")) else None


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a field: the text `catalogue_editor.mistake_<what>`, and the value that is meant."""

    field: str
    what: str
    value: str = ""


@lru_cache
def of(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a kind of record, in the order of its schema; what all records have stands last."""
    shared = tuple(key for key in Record.model_fields if key != "id")
    keys = [key for key in model.model_fields if key not in (*LEFT_OUT, *shared)]
    own = [field for key in keys for field in _fields(model, key)]
    if not issubclass(model, Record):
        return tuple(own)
    confirmable = tuple(name for name in visibility.fields(model) if name not in visibility.INTERNAL)
    return (
        *own,
        Field("unverified_fields", Shape.CHOICES, options=confirmable),
        *(field for key in ("source", "status", "display") for field in _fields(model, key)),
    )


def written(model: type[BaseModel], body: Mapping[str, Any]) -> dict[str, str]:
    """A record in texts: lists with one item a line, nothing for what is not known."""
    return {field.key: _as_text(_get(body, field.key)) for field in of(model)}


def read(model: type[BaseModel], texts: Flat, before: Mapping[str, Any]) -> tuple[dict[str, Any], list[Mistake]]:
    """The record of these texts in the schema's normal form, and what breaks the schema; `before` gives the rest."""
    body = {key: value for key, value in before.items() if key in model.model_fields}
    mistakes = []
    for field in of(model):
        typed = texts.get(field.key, "").replace("\r\n", "\n").strip()
        value, wrong = _value(field, typed)
        mistakes += [Mistake(field.key, *one) for one in wrong]
        _put(body, field.key, value)
    for key in {field.key.partition(".")[0] for field in of(model) if "." in field.key} - {"source"}:
        if not any(value not in (None, "") for value in body[key].values()):
            body[key] = None
    try:
        return model.model_validate(body).model_dump(mode="json"), mistakes
    except ValidationError as error:
        return body, mistakes or [_mistake(one) for one in error.errors()]


def _fields(model: type[BaseModel], key: str) -> Iterator[Field]:
    links: Mapping[str, str] = getattr(model, "links", {})
    annotation = _plain(model.model_fields[key].annotation)
    is_required = model.model_fields[key].is_required() and not _may_be_none(model.model_fields[key].annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name in annotation.model_fields:
            shape = Shape.LINE if annotation is Source else Shape.NUMBER
            yield Field(f"{key}.{name}", shape)
        return
    # A closed set comes first: the kind of a course is one, and names a record as well.
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield Field(key, Shape.CHOICE, is_required, tuple(str(one.value) for one in annotation))
        return
    simple = {str: Shape.LINE, int: Shape.NUMBER, bool: Shape.YES_NO, date: Shape.DATE}
    if annotation in simple:
        is_long = key.removesuffix("_pl").removesuffix("_en") in LONG_TEXTS
        shape = Shape.CHOICE if key in links else Shape.TEXT if is_long else simple[cast(type, annotation)]
        yield Field(key, shape, is_required, kind=links.get(key))
        return
    if get_origin(annotation) is tuple:
        item = _plain(get_args(annotation)[0])
        if item is str:
            yield Field(key, Shape.CHOICES if key in links else Shape.LINES, kind=links.get(key))
        elif isinstance(item, type) and issubclass(item, Enum):
            yield Field(key, Shape.CHOICES, options=tuple(str(one.value) for one in item))


def _plain(annotation: Any) -> Any:
    """The type without `| None` and behind its alias."""
    if isinstance(annotation, TypeAliasType):
        return _plain(annotation.__value__)
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation


def _may_be_none(annotation: Any) -> bool:
    return type(None) in get_args(annotation) or get_origin(_plain(annotation)) is tuple


def _get(body: Mapping[str, Any], key: str) -> Any:
    first, _, rest = key.partition(".")
    return (body.get(first) or {}).get(rest) if rest else body.get(first)


def _put(body: dict[str, Any], key: str, value: Any) -> None:
    first, _, rest = key.partition(".")
    if rest:
        body[first] = {**(body.get(first) or {}), rest: value}
    else:
        body[first] = value


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return "\n".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def _value(field: Field, typed: str) -> tuple[Any, list[tuple[str, str]]]:
    """What was meant, and what is wrong with it."""
    if field.shape in (Shape.LINES, Shape.CHOICES):
        items = [item for line in typed.split("\n") if (item := " ".join(line.split()))]
        if field.shape is Shape.CHOICES:
            items = list(dict.fromkeys(part for item in items for part in item.replace(",", " ").split()))
        return items, [("not_a_choice", item) for item in items if field.options and not _is_option(field, item)]
    if not typed:
        return None, [("missing", "")] if field.is_required else []
    if field.shape is Shape.NUMBER:
        return (int(typed), []) if re.fullmatch(r"-?\d{1,9}", typed) else (None, [("not_a_number", typed)])
    if field.shape is Shape.DATE:
        return _date(typed)
    if field.shape is Shape.YES_NO:
        known = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}.get(typed.casefold())
        return known, [] if known is not None else [("not_yes_or_no", typed)]
    if field.shape is Shape.CHOICE and field.options and typed not in field.options:
        return None, [("not_a_choice", typed)]
    return typed if field.shape is Shape.TEXT else " ".join(typed.split()), []


def _is_option(field: Field, item: str) -> bool:
    """Whether the item is one of the field's; a field of a record may also be named with its language."""
    return item in field.options or (field.key == "unverified_fields" and item[:-3] in field.options)


def _date(typed: str) -> tuple[str | None, list[tuple[str, str]]]:
    """A date as ISO has it, or as people here and their spreadsheets write it."""
    polish = POLISH_DATE.fullmatch(typed)
    iso = f"{polish[3]}-{int(polish[2]):02}-{int(polish[1]):02}" if polish else typed
    try:
        if ISO_DATE.fullmatch(iso):
            return date.fromisoformat(iso).isoformat(), []
    except ValueError:
        pass
    return None, [("not_a_date", typed)]


def _mistake(error: Any) -> Mistake:
    """What pydantic found, which our own reading has let pass."""
    place = [str(part) for part in error["loc"] if isinstance(part, str)]
    known = {"missing": "missing", "int_type": "missing", "none_required": "missing"}
    return Mistake(".".join(place), known.get(error["type"], "not_accepted"))
