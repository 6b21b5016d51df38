"""Changing the catalogue: check a draft, keep it with its history, take a change back.

A draft comes as texts (see `fields.py`) and is kept only without mistakes. Each change raises the record's revision:
who has an older one in front of them is told, and writes nothing. Editions of courses are changed by the same
functions; they are rows of their own because their seats are counted.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue import cards, checks, fields, repository, service
from api.catalogue.fields import Flat, Mistake
from api.catalogue.kinds import MODELS, EditionBody
from api.catalogue.models import CatalogueChange, CatalogueRecord, CourseEdition
from api.catalogue.records import Display, Record, Status
from api.catalogue.view import Edition, build
from api.errors import Conflict, Invalid, NotFound
from api.texts import LANGUAGES, Language

EDITIONS = "editions"
# The kinds that staff change. New industries and professions would need more than a form.
NEW_KINDS = ("course_types", "internship_offers", "institutions", "programmes", "helplines", EDITIONS)
EDITABLE: Mapping[str, type[BaseModel]] = {
    "course_types": MODELS["course_types"],
    EDITIONS: EditionBody,
    **{kind: MODELS[kind] for kind in ("internship_offers", "internship_rules", "institutions", "helplines")},
    **{kind: MODELS[kind] for kind in ("programmes", "industries", "professions", "clinic_rules")},
}
LONGEST_ID = 60


@dataclass(frozen=True)
class Editor:
    """Who makes a change."""

    id: int
    name: str


@dataclass(frozen=True)
class Stored:
    """A record as it is in the catalogue; an example edition is `demo`."""

    kind: str
    id: str
    body: dict[str, Any]
    revision: int
    demo: bool = False

    @property
    def texts(self) -> dict[str, str]:
        """The record as texts."""
        return fields.written(EDITABLE[self.kind], self.body)

    def name(self, language: Language) -> str:
        """What the record is called."""
        if self.kind == EDITIONS:
            return " ".join(part for part in (self.body["course_id"], self.body["starts_on"]) if part)
        record = MODELS[self.kind].model_validate(self.body)
        assert isinstance(record, Record)  # noqa: S101 - all models are
        return record.name(language)


@dataclass(frozen=True)
class Draft:
    """A record as somebody wants it; `before` is None for a new one."""

    kind: str
    id: str
    body: dict[str, Any]
    mistakes: tuple[Mistake, ...]
    before: Stored | None

    @property
    def changed(self) -> list[str]:
        """The fields that differ from what is stored."""
        old, new = self.before.texts if self.before else {}, fields.written(EDITABLE[self.kind], self.body)
        return [key for key, value in new.items() if value != old.get(key, "")]


class Wrong(Invalid):
    """The draft has mistakes, and nothing was kept."""


def model_of(kind: str) -> type[BaseModel]:
    """The schema of a kind. Raises NotFound for one that staff do not change."""
    if kind not in EDITABLE:
        raise NotFound("There is no such kind of record.")
    return EDITABLE[kind]


def empty(kind: str) -> dict[str, str]:
    """The texts of a new record: on hold until somebody confirms it."""
    texts = dict.fromkeys((field.key for field in fields.of(model_of(kind))), "")
    return texts | ({} if kind == EDITIONS else {"display": Display.HOLD.value, "status": Status.UNVERIFIED.value})


async def listing(session: AsyncSession, kind: str) -> list[Stored]:
    """All records of a kind, in their order; editions by date."""
    model_of(kind)
    if kind == EDITIONS:
        rows = sorted(await repository.editions(session), key=lambda row: (row.starts_on, row.id))
        return [_edition(row) for row in rows]
    return [_record(row) for row in await repository.of_kinds(session, [kind])]


async def find(session: AsyncSession, kind: str, id_: str) -> Stored:
    """One record. Raises NotFound."""
    row = await _row(session, kind, id_)
    if row is None:
        raise NotFound("There is no such record.")
    return _edition(row) if isinstance(row, CourseEdition) else _record(row)


async def names(session: AsyncSession, language: Language) -> dict[str, dict[str, str]]:
    """The names of all records that others may name, by kind and id."""
    linked = {field.kind for model in EDITABLE.values() for field in fields.of(model) if field.kind}
    found: dict[str, dict[str, str]] = {kind: {} for kind in linked}
    for row in await repository.of_kinds(session, linked):
        record = MODELS[row.kind].model_validate(row.body)
        found[row.kind][row.id] = record.name(language)
    return found


async def draft(
    session: AsyncSession, kind: str, texts: Flat, before: Stored | None, *, also: Iterable[tuple[str, str]] = ()
) -> Draft:
    """What these texts make of a record, with all that is wrong. `also` names records that are new with it."""
    model, known = model_of(kind), {*await repository.ids(session), *also}
    id_ = before.id if before else "" if kind == EDITIONS else _new_id(texts, kind, known)
    body, mistakes = fields.read(model, texts, before.body if before else _blank(model, id_))
    if not mistakes:
        mistakes = checks.mistakes(model, body, lambda kind, id_: (kind, id_) in known)
    return Draft(kind, id_, body, tuple(mistakes), before)


async def keep(session: AsyncSession, by: Editor, wanted: Draft, revision: int, action: str = "changed") -> Stored:
    """Store a draft and its history; nothing happens when it changes nothing.

    Raises Wrong for a draft with mistakes, Conflict when the record has changed since `revision`.
    """
    if wanted.mistakes:
        raise Wrong("The record has mistakes.", field=wanted.mistakes[0].field)
    if wanted.before is None:
        return await _add(session, by, wanted, action if action != "changed" else "created")
    row = await _row(session, wanted.kind, wanted.id, lock=True)
    if row is None or row.revision != revision:
        raise Conflict("Somebody has changed this record in the meantime.")
    if wanted.before.demo:
        raise Conflict("An example does not become an offer.")
    if not wanted.changed:
        return wanted.before
    before = (_edition(row) if isinstance(row, CourseEdition) else _record(row)).body
    _put(row, wanted.body)
    row.revision += 1
    await _note(session, by, action, wanted.kind, wanted.id, before, wanted.body)
    return Stored(wanted.kind, wanted.id, wanted.body, row.revision)


async def remove_edition(session: AsyncSession, by: Editor, id_: str) -> None:
    """Delete an edition; it stays in the history. Raises NotFound."""
    stored = await find(session, EDITIONS, id_)
    await service.remove_edition(session, int(id_))
    await _note(session, by, "removed", EDITIONS, id_, stored.body, None)


async def history(session: AsyncSession, kind: str, id_: str) -> Sequence[CatalogueChange]:
    """Every change of a record, the latest first."""
    model_of(kind)
    return await repository.changes(session, kind, id_)


async def undo(session: AsyncSession, by: Editor, kind: str, id_: str, change_id: int) -> None:
    """Make the record again what it was before a change; that is a change, too.

    Raises NotFound, Wrong when the former version is no longer possible, Conflict for the change that made the record.
    """
    change = next((one for one in await history(session, kind, id_) if one.id == change_id), None)
    if change is None:
        raise NotFound("There is no such change.")
    if change.before is None:
        raise Conflict("Before this change there was no record.")
    row = await _row(session, kind, id_, lock=True)
    stored = await find(session, kind, id_) if row is not None else None
    wanted = await draft(session, kind, fields.written(model_of(kind), change.before), stored)
    if stored is not None:
        await keep(session, by, wanted, stored.revision, "undone")
    elif wanted.mistakes:
        raise Wrong("The former version is no longer possible.", field=wanted.mistakes[0].field)
    else:
        session.add(CourseEdition(id=int(id_), revision=1, **_columns(wanted.body)))
        await session.flush()
        await _note(session, by, "undone", EDITIONS, id_, None, wanted.body)


async def preview(session: AsyncSession, wanted: Draft) -> dict[Language, dict[str, Any]]:
    """The pupil's card in each language as if the draft were kept and shown; empty for a kind without cards."""
    rows = {(row.kind, row.id): row.body | {"display": row.display} for row in await repository.records(session)}
    editions = {str(row.id): service.as_edition(row) for row in await repository.editions(session)}
    if wanted.kind == EDITIONS:
        place = wanted.id or "0"
        body = EditionBody.model_validate(wanted.body)
        editions[place] = Edition(id=int(place), demo=False, **body.model_dump())
        kind, id_ = "course_types", body.course_id
    else:
        kind, id_ = wanted.kind, wanted.id or "new"
        rows[kind, id_] = wanted.body | {"id": id_, "display": Display.OK.value}
    catalogue = build(0, [(kind, body) for (kind, _), body in rows.items()], editions.values())
    record = catalogue.get(kind, id_)
    if record is None or not cards.has_card(record):
        return {}
    return {language: cards.card(catalogue, record, language) for language in LANGUAGES}


async def _add(session: AsyncSession, by: Editor, wanted: Draft, action: str) -> Stored:
    if wanted.kind not in NEW_KINDS:
        raise NotFound("No new records of this kind are made.")
    if wanted.kind == EDITIONS:
        edition = CourseEdition(revision=1, **_columns(wanted.body))
        session.add(edition)
        await session.flush()
        id_ = str(edition.id)
    else:
        id_, position = wanted.id, await repository.next_position(session, wanted.kind)
        record = CatalogueRecord(kind=wanted.kind, id=id_, position=position, revision=1)
        _put(record, wanted.body)
        session.add(record)
    await _note(session, by, action, wanted.kind, id_, None, wanted.body)
    return Stored(wanted.kind, id_, wanted.body, 1)


async def _note(
    session: AsyncSession, by: Editor, action: str, kind: str, id_: str, before: object, after: object
) -> None:
    session.add(
        CatalogueChange(
            staff_id=by.id, staff_name=by.name, action=action, kind=kind, record_id=id_, before=before, after=after
        )
    )
    await session.flush()
    await repository.raise_version(session)


async def _row(
    session: AsyncSession, kind: str, id_: str, *, lock: bool = False
) -> CatalogueRecord | CourseEdition | None:
    model_of(kind)
    if kind == EDITIONS:
        number = int(id_) if id_.isdecimal() else 0
        return await session.get(CourseEdition, number, with_for_update=lock, populate_existing=lock)
    return await session.get(CatalogueRecord, (kind, id_), with_for_update=lock, populate_existing=lock)


def _record(row: CatalogueRecord) -> Stored:
    body = MODELS[row.kind].model_validate(row.body | {"display": row.display}).model_dump(mode="json")
    return Stored(row.kind, row.id, body, row.revision)


def _edition(row: CourseEdition) -> Stored:
    body = EditionBody(**{key: getattr(row, key) for key in EditionBody.model_fields}).model_dump(mode="json")
    return Stored(EDITIONS, str(row.id), body, row.revision, row.demo)


def _put(row: CatalogueRecord | CourseEdition, body: Mapping[str, Any]) -> None:
    if isinstance(row, CourseEdition):
        for key, value in _columns(body).items():
            setattr(row, key, value)
    else:
        row.body, row.display = dict(body), body["display"]


def _columns(body: Mapping[str, Any]) -> dict[str, Any]:
    return EditionBody.model_validate(body).model_dump()


def _blank(model: type[BaseModel], id_: str) -> dict[str, Any]:
    """A record of which only the id is known."""
    return dict.fromkeys(model.model_fields) | {"id": id_}


def _new_id(texts: Flat, kind: str, known: Iterable[tuple[str, str]]) -> str:
    """An id from the record's name that no other of its kind has: "Druk 3D" is `druk-3d`, then `druk-3d-2`."""
    name = (texts.get("name_pl") or texts.get("name_en") or "").lower().replace("ł", "l")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ID].strip("-") or "bez-nazwy"
    taken = {id_ for of_kind, id_ in known if of_kind == kind}
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(id_ for id_ in numbered if id_ not in taken)
