"""The catalogue as spreadsheets: a kind is exported whole; what comes back is looked through before anything is kept.

The columns are `id`, `revision` and the keys of the fields. A row without an id is a new record; a row whose record has
changed since the export is a mistake, and so is every cell that the form would refuse. Nothing is kept unless all rows
are right. Records that the file does not name stay as they are: a date of a course goes only when its row says so in
the column `remove`, and never while somebody is signed up for it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue import editing, fields
from api.catalogue.editing import EDITIONS, Draft, Editor, Stored
from api.sheets import Row, Table

ID, REVISION, REMOVE = "id", "revision", "remove"
# How many are signed up for an edition.
type Taken = Callable[[AsyncSession, str], Awaitable[int]]


@dataclass(frozen=True)
class Problem:
    """A mistake with its place: the row as the spreadsheet numbers it (0: the whole file), and the column."""

    row: int
    column: str
    what: str
    value: str = ""


@dataclass(frozen=True)
class Plan:
    """What a file would do: all that is wrong with it, or the drafts of what it adds and changes, and what goes."""

    problems: tuple[Problem, ...]
    new: tuple[Draft, ...]
    changed: tuple[Draft, ...]
    same: int
    removed: tuple[Stored, ...] = ()


def columns(kind: str) -> tuple[str, ...]:
    """The columns of a kind's spreadsheet. Raises NotFound."""
    keys = (field.key for field in fields.of(editing.model_of(kind)))
    return (ID, REVISION, *((REMOVE,) if kind == EDITIONS else ()), *keys)


async def rows(session: AsyncSession, kind: str) -> list[dict[str, str]]:
    """All records of a kind as rows. Examples of editions are left out: they are no offers."""
    stored = [one for one in await editing.listing(session, kind) if not one.demo]
    return [{ID: one.id, REVISION: str(one.revision), **one.texts} for one in stored]


async def plan(session: AsyncSession, kind: str, table: Table, taken: Taken) -> Plan:
    """Look the file through; nothing is changed. Raises NotFound for an unknown kind."""
    problems = [Problem(0, name, "unknown_column") for name in table.columns if name not in columns(kind)]
    problems += [Problem(0, name, "column_missing") for name in (ID, REVISION) if name not in table.columns]
    if problems:
        return Plan(tuple(problems), (), (), 0)
    stored = {one.id: one for one in await editing.listing(session, kind) if not one.demo}
    drafts: list[Draft] = []
    removed: list[Stored] = []
    seen: set[str] = set()
    for row in table.rows:
        id_ = row.cells.get(ID, "").strip()
        problems += _of_row(row, id_, kind, stored, seen)
        seen |= {id_} - {""}
        if row.cells.get(REMOVE, "").strip():
            problems += await _of_removal(session, row, id_, taken)
            removed += [stored[id_]] if id_ in stored else []
            continue
        drafts.append(await _draft(session, kind, row, stored.get(id_), drafts))
        problems += [Problem(row.number, wrong.field, wrong.what, wrong.value) for wrong in drafts[-1].mistakes]
    changed = tuple(one for one in drafts if one.before is not None and one.changed)
    new = tuple(one for one in drafts if one.before is None)
    return Plan(tuple(problems), new, changed, len(drafts) - len(new) - len(changed), tuple(removed))


async def apply(session: AsyncSession, by: Editor, wanted: Plan) -> list[Stored]:
    """Do all of a plan without problems; the records that were written. Raises Wrong for one with problems."""
    if wanted.problems:
        raise editing.Wrong("The file has mistakes.")
    for one in wanted.removed:
        await editing.remove_edition(session, by, one.id)
    drafts = (*wanted.new, *wanted.changed)
    return [
        await editing.keep(session, by, one, one.before.revision if one.before else 0, "imported") for one in drafts
    ]


async def _of_removal(session: AsyncSession, row: Row, id_: str, taken: Taken) -> list[Problem]:
    """What is wrong with taking away the row's edition."""
    typed = row.cells[REMOVE].strip()
    if typed.casefold() not in fields.YES:
        return [Problem(row.number, REMOVE, "not_yes", typed)]
    if not id_:
        return [Problem(row.number, REMOVE, "remove_new")]
    count = await taken(session, id_)
    return [Problem(row.number, REMOVE, "edition_taken", str(count))] if count else []


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
    given = {key: value for key, value in row.cells.items() if key not in (ID, REVISION, REMOVE)}
    if before is None:
        given = {key: value for key, value in given.items() if value.strip()}
    also = [(one.kind, one.id) for one in others if one.before is None]
    return await editing.draft(session, kind, texts | given, before, also=also)
