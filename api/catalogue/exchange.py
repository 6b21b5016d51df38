"""The catalogue as spreadsheets: a kind is exported whole; what comes back is looked through before anything is kept.

The columns are `id`, `revision` and the keys of the fields. A row without an id is a new record; a row whose record has
changed since the export is a mistake, and so is every cell that the form would refuse. Nothing is kept unless all rows
are right. Records that the file does not name stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue import editing, fields
from api.catalogue.editing import Draft, Editor, Stored
from api.sheets import Row, Table

ID, REVISION = "id", "revision"


@dataclass(frozen=True)
class Problem:
    """A mistake with its place: the row as the spreadsheet numbers it (0: the whole file), and the column."""

    row: int
    column: str
    what: str
    value: str = ""


@dataclass(frozen=True)
class Plan:
    """What a file would do: all that is wrong with it, or the drafts of what it adds and changes."""

    problems: tuple[Problem, ...]
    new: tuple[Draft, ...]
    changed: tuple[Draft, ...]
    same: int


def columns(kind: str) -> tuple[str, ...]:
    """The columns of a kind's spreadsheet. Raises NotFound."""
    return (ID, REVISION, *(field.key for field in fields.of(editing.model_of(kind))))


async def rows(session: AsyncSession, kind: str) -> list[dict[str, str]]:
    """All records of a kind as rows. Examples of editions are left out: they are no offers."""
    stored = [one for one in await editing.listing(session, kind) if not one.demo]
    return [{ID: one.id, REVISION: str(one.revision), **one.texts} for one in stored]


async def plan(session: AsyncSession, kind: str, table: Table) -> Plan:
    """Look the file through; nothing is changed. Raises NotFound for an unknown kind."""
    problems = [Problem(0, name, "unknown_column") for name in table.columns if name not in columns(kind)]
    problems += [Problem(0, name, "column_missing") for name in (ID, REVISION) if name not in table.columns]
    if problems:
        return Plan(tuple(problems), (), (), 0)
    stored = {one.id: one for one in await editing.listing(session, kind) if not one.demo}
    drafts: list[Draft] = []
    seen: set[str] = set()
    for row in table.rows:
        id_ = row.cells.get(ID, "").strip()
        problems += _of_row(row, id_, kind, stored, seen)
        seen |= {id_} - {""}
        drafts.append(await _draft(session, kind, row, stored.get(id_), drafts))
        problems += [Problem(row.number, wrong.field, wrong.what, wrong.value) for wrong in drafts[-1].mistakes]
    changed = tuple(one for one in drafts if one.before is not None and one.changed)
    new = tuple(one for one in drafts if one.before is None)
    return Plan(tuple(problems), new, changed, len(drafts) - len(new) - len(changed))


async def apply(session: AsyncSession, by: Editor, wanted: Plan) -> list[Stored]:
    """Keep all of a plan without problems; the records that were written. Raises Wrong for one with problems."""
    if wanted.problems:
        raise editing.Wrong("The file has mistakes.")
    drafts = (*wanted.new, *wanted.changed)
    return [
        await editing.keep(session, by, one, one.before.revision if one.before else 0, "imported") for one in drafts
    ]


def _of_row(row: Row, id_: str, kind: str, stored: dict[str, Stored], seen: set[str]) -> list[Problem]:
    """What is wrong with a row as a whole."""
    revision = row.cells.get(REVISION, "").strip()
    if id_ in seen:
        return [Problem(row.number, ID, "id_twice", id_)]
    if id_ and id_ not in stored:
        return [Problem(row.number, ID, "id_unknown", id_)]
    if id_ and revision != str(stored[id_].revision):
        return [Problem(row.number, REVISION, "changed_since", revision)]
    if not id_ and kind not in editing.NEW_KINDS:
        return [Problem(row.number, ID, "no_new_records")]
    return []


async def _draft(session: AsyncSession, kind: str, row: Row, before: Stored | None, others: Sequence[Draft]) -> Draft:
    """The row as a draft: a column that the file has not keeps what is stored."""
    texts = before.texts if before else editing.empty(kind)
    given = {key: value for key, value in row.cells.items() if key not in (ID, REVISION)}
    if before is None:
        given = {key: value for key, value in given.items() if value.strip()}
    also = [(one.kind, one.id) for one in others if one.before is None]
    return await editing.draft(session, kind, texts | given, before, also=also)
