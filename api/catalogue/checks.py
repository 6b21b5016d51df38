"""What must hold for a record beyond its schema before it is kept: links, addresses, order of dates, sources."""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel

from api.catalogue import fields, visibility
from api.catalogue.fields import Mistake, Shape
from api.catalogue.records import Record, Status

AS_OF = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?")
RIASEC = re.compile(r"[RIASEC]{2}")
ADDRESSES = ("website", "chat_url", "source.url")
LONGEST = {Shape.LINE: 200, Shape.TEXT: 1000, Shape.LINES: 4000, Shape.CHOICES: 4000}
SHORTEST_ALIAS = 3
SHORT_NUMBER = 6
BOUNDS = {"min_age": (0, 99), "seats": (0, 1000), "hours.min": (1, 5000), "hours.max": (1, 5000)}
# What says of which sort a record is; no source is asked for that.
NO_FACTS = {
    "name",
    "industries",
    "professions",
    "school_types",
    "kind",
    "type",
    "state",
    "audience",
    "institution",
    "successor",
}

type Known = Callable[[str, str], bool]


def mistakes(model: type[BaseModel], body: Mapping[str, Any], is_known: Known) -> list[Mistake]:
    """All that is wrong with a record that fits its schema. `is_known(kind, id)`: whether there is such a record."""
    texts = fields.written(model, body)
    found = [*_links(model, body, is_known), *_texts(model, texts), *_orders(texts)]
    if issubclass(model, Record):
        found += _shown(model.model_validate(body), model, texts)
    return found


def _links(model: type[BaseModel], body: Mapping[str, Any], is_known: Known) -> Iterator[Mistake]:
    for field in fields.of(model):
        value = body.get(field.key) if field.kind else None
        for id_ in [value] if isinstance(value, str) else value or []:
            if field.kind and not is_known(field.kind, id_):
                yield Mistake(field.key, "unknown_link", id_)


def _texts(model: type[BaseModel], texts: fields.Flat) -> Iterator[Mistake]:
    for field in fields.of(model):
        typed = texts[field.key]
        if any(ord(letter) < 32 and letter != "\n" for letter in typed):
            yield Mistake(field.key, "control")
        if len(typed) > LONGEST.get(field.shape, 200):
            yield Mistake(field.key, "too_long", str(LONGEST.get(field.shape, 200)))
        low, high = BOUNDS.get(field.key, (0, 10**9))
        if field.shape is Shape.NUMBER and typed and not low <= int(typed) <= high:
            yield Mistake(field.key, "out_of_bounds", f"{low}–{high}")
        if field.base == "aliases":
            short = [line for line in typed.split("\n") if line and sum(map(str.isalnum, line)) < SHORTEST_ALIAS]
            yield from (Mistake(field.key, "short_alias", alias) for alias in short)
        if typed and not _is_well_formed(field.key, typed):
            yield Mistake(field.key, f"not_{field.key.rpartition('.')[2]}", typed)


def _is_well_formed(key: str, typed: str) -> bool:
    if key in ADDRESSES:
        return _is_address(typed)
    if key == "email":
        return _is_email(typed)
    if key == "phone":
        return _is_phone(typed)
    if key == "riasec":
        return bool(RIASEC.fullmatch(typed))
    return bool(AS_OF.fullmatch(typed)) if key == "source.as_of" else True


def _is_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and not re.search(r"\s", typed)


def _is_email(typed: str) -> bool:
    try:
        validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_phone(typed: str) -> bool:
    """A number of Poland or, with its prefix, of elsewhere; or a short one like 112."""
    digits = re.sub(r"[\s-]", "", typed)
    if digits.isdecimal() and 3 <= len(digits) <= SHORT_NUMBER:
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(typed, "PL"))
    except phonenumbers.NumberParseException:
        return False


def _orders(texts: fields.Flat) -> Iterator[Mistake]:
    starts, ends = texts.get("starts_on"), texts.get("ends_on")
    if starts and ends and date.fromisoformat(ends) < date.fromisoformat(starts):
        yield Mistake("ends_on", "ends_before")
    low, high = texts.get("hours.min"), texts.get("hours.max")
    if low and high and int(high) < int(low):
        yield Mistake("hours.max", "less_than_min")
    until = texts.get("apply_until")
    if until and starts and until > starts:
        yield Mistake("apply_until", "apply_too_late")


def _shown(record: Record, model: type[Record], texts: fields.Flat) -> Iterator[Mistake]:
    """What a record needs in order to be shown, and to be called verified: both languages, and where it was read."""
    if record.status is Status.VERIFIED and not texts["source.url"]:
        yield Mistake("source.url", "verified_needs_url")
    if "name_pl" in texts and not (texts["name_pl"] or texts["name_en"]):
        yield Mistake("name_pl", "missing")
    if not visibility.may_be_shown(record):
        return
    for field in fields.of(model):
        is_told = field.base != "aliases" and _is_shown(record, field.base)
        if field.language and is_told and not texts[field.key]:
            other = f"{field.base}_{'pl' if field.language == 'en' else 'en'}"
            if texts[other] and field.base != "name":
                yield Mistake(field.key, "other_language")
    facts: Set[str] = {field.base.partition(".")[0] for field in fields.of(model) if texts[field.key]}
    told = [name for name in facts - NO_FACTS if _is_shown(record, name)]
    if told and not (texts["source.url"] or texts["source.title"]):
        yield Mistake("source.title", "source_needed")


def _is_shown(record: Record, name: str) -> bool:
    return name in visibility.fields(type(record)) and visibility.sight(record, name) is not visibility.Sight.HIDDEN
