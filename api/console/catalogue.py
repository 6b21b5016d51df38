"""The catalogue editor: lists with search, forms with the pupil's card beside them, history and undo."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts import audit
from api.accounts.service import Signed
from api.catalogue import editing, fields
from api.catalogue.editing import EDITIONS, Draft, Editor, Stored
from api.catalogue.fields import Field, Mistake, Shape
from api.console.catalogue_words import Words
from api.console.deps import Catalogue, DatabaseDep
from api.console.pages import ConsoleRoute, language_of, render, see
from api.errors import Conflict
from api.signups import service as signups

router = APIRouter(prefix="/console/catalogue", route_class=ConsoleRoute, include_in_schema=False)
HOME = "/console/catalogue"


def editor(signed: Signed) -> Editor:
    """Who is signed in, as the catalogue's history knows them."""
    return Editor(signed.staff.id, signed.staff.name)


def address(kind: str, id_: str) -> str:
    """The page of a record."""
    return f"{HOME}/{kind}/records/{id_}"


@router.get("")
async def page(
    request: Request,
    signed: Catalogue,
    database: DatabaseDep,
    kind: Annotated[str, Query()] = "course_types",
    q: Annotated[str, Query()] = "",
    display: Annotated[str, Query()] = "",
) -> Response:
    """The records of a kind, or those that fit."""
    words = Words(language_of(request))
    async with database.transaction(read_only=True) as session:
        stored = await editing.listing(session, kind)
        words.names = await editing.names(session, words.language)
    found = [one for one in stored if _fits(one, words, q) and display in ("", one.body.get("display", ""))]
    return render(
        request, "catalogue.html", signed=signed, w=words, kind=kind, kinds=list(editing.EDITABLE), found=found,
        total=len(stored), q=q, display=display, can_add=kind in editing.NEW_KINDS, address=address,
    )  # fmt: skip


@router.get("/{kind}/new")
async def new_page(request: Request, kind: str, signed: Catalogue, database: DatabaseDep) -> Response:
    """An empty form; the address may fill in some of it."""
    texts = editing.empty(kind)
    texts |= {key: value for key, value in request.query_params.items() if key in texts}
    async with database.transaction(read_only=True) as session:
        return await _show(request, signed, session, kind, None, texts)


@router.post("/{kind}/new")
async def add(request: Request, kind: str, signed: Catalogue, database: DatabaseDep) -> Response:
    """Look at the card of a new record, or keep it."""
    return await _save(request, signed, database, kind, None, 0)


@router.get("/{kind}/records/{id}")
async def record_page(request: Request, kind: str, id: str, signed: Catalogue, database: DatabaseDep) -> Response:
    """A record as a form, with its card."""
    async with database.transaction(read_only=True) as session:
        stored = await editing.find(session, kind, id)
        draft = await editing.draft(session, kind, stored.texts, stored)
        return await _show(request, signed, session, kind, stored, stored.texts, card_of=draft)


@router.post("/{kind}/records/{id}")
async def save(
    request: Request,
    kind: str,
    id: str,
    signed: Catalogue,
    database: DatabaseDep,
    revision: Annotated[int, Form()] = 0,
) -> Response:
    """Look at the card of a change, or keep it."""
    return await _save(request, signed, database, kind, id, revision)


@router.get("/{kind}/records/{id}/history")
async def history_page(request: Request, kind: str, id: str, signed: Catalogue, database: DatabaseDep) -> Response:
    """Every version of a record: who changed what and when."""
    return await _history(request, signed, database, kind, id)


@router.post("/{kind}/records/{id}/undo")
async def undo(
    request: Request,
    kind: str,
    id: str,
    signed: Catalogue,
    database: DatabaseDep,
    change: Annotated[int, Form()] = 0,
) -> Response:
    """Make the record what it was before a change."""
    try:
        async with database.transaction() as session:
            await editing.undo(session, editor(signed), kind, id, change)
            await _seats(session, kind, id)
            audit.write(session, signed.staff, "undid_catalogue_change", kind=kind, record=id, change=change)
    except (Conflict, editing.Wrong) as problem:
        return await _history(request, signed, database, kind, id, status=problem.status, problem="undo_impossible")
    return see(f"{address(kind, id)}/history")


@router.post("/editions/records/{id}/remove")
async def remove(request: Request, id: str, signed: Catalogue, database: DatabaseDep) -> Response:
    """Delete an edition, unless somebody has signed up for it."""
    async with database.transaction() as session:
        stored = await editing.find(session, EDITIONS, id)
        if await signups.count_active(session, id):
            return await _show(
                request, signed, session, EDITIONS, stored, stored.texts, status=409, problem="edition_taken"
            )
        await editing.remove_edition(session, editor(signed), id)
        audit.write(session, signed.staff, "removed_edition", kind=EDITIONS, record=id)
    return see(address("course_types", stored.body["course_id"]))


async def _save(
    request: Request, signed: Signed, database: DatabaseDep, kind: str, id_: str | None, revision: int
) -> Response:
    form = await request.form()
    texts = {field.key: _typed(form, field) for field in fields.of(editing.model_of(kind))}
    try:
        async with database.transaction() as session:
            before = await editing.find(session, kind, id_) if id_ else None
            draft = await editing.draft(session, kind, texts, before)
            if draft.mistakes:
                return await _show(request, signed, session, kind, before, texts, mistakes=draft.mistakes, status=422)
            if form.get("do") == "preview":
                return await _show(
                    request, signed, session, kind, before, texts, card_of=draft, problem="", is_preview=True
                )
            kept = await editing.keep(session, editor(signed), draft, revision)
            await _seats(session, kind, kept.id)
            action = "changed_catalogue" if before else "added_to_catalogue"
            audit.write(session, signed.staff, action, kind=kind, record=kept.id, fields=draft.changed)
    except Conflict:
        async with database.transaction(read_only=True) as session:
            stored = await editing.find(session, kind, id_ or "")
            problem = "example" if stored.demo else "changed_meanwhile"
            return await _show(request, signed, session, kind, stored, texts, status=409, problem=problem)
    return see(f"{address(kind, kept.id)}?saved=1")


async def _show(
    request: Request,
    signed: Signed,
    session: AsyncSession,
    kind: str,
    stored: Stored | None,
    texts: Mapping[str, str],
    *,
    mistakes: Iterable[Mistake] = (),
    card_of: Draft | None = None,
    status: int = 200,
    problem: str = "",
    is_preview: bool = False,
) -> Response:
    words = Words(language_of(request), await editing.names(session, language_of(request)))
    editions = await editing.listing(session, EDITIONS) if kind == "course_types" and stored else []
    wrong: dict[str, list[str]] = {}
    for mistake in mistakes:
        wrong.setdefault(mistake.field, []).append(words.mistake(mistake.what, mistake.value))
    cards = await editing.preview(session, card_of) if card_of else {}
    return render(
        request, "record.html", status=status, signed=signed, w=words, kind=kind, stored=stored, texts=texts,
        fields=fields.of(editing.model_of(kind)), wrong=wrong, cards=cards, problem=problem, is_preview=is_preview,
        saved="saved" in request.query_params and not wrong and not problem, address=address,
        editions=[one for one in editions if stored and one.body["course_id"] == stored.id],
    )  # fmt: skip


async def _history(
    request: Request, signed: Signed, database: DatabaseDep, kind: str, id_: str, status: int = 200, problem: str = ""
) -> Response:
    words, model = Words(language_of(request)), editing.model_of(kind)
    async with database.transaction(read_only=True) as session:
        changes = await editing.history(session, kind, id_)
        words.names = await editing.names(session, words.language)
    rows: list[dict[str, Any]] = []
    for change in changes:
        old = fields.written(model, change.before) if change.before else {}
        new = fields.written(model, change.after) if change.after else {}
        differing = [field for field in fields.of(model) if old.get(field.key, "") != new.get(field.key, "")]
        lines = [
            (words.label(field), words.value(field, old.get(field.key, "")), words.value(field, new.get(field.key, "")))
            for field in differing
        ]
        rows.append({"change": change, "lines": lines})
    return render(
        request, "history.html", status=status, signed=signed, w=words, kind=kind, id=id_, rows=rows, problem=problem,
        address=address,
    )  # fmt: skip


async def _seats(session: AsyncSession, kind: str, id_: str) -> None:
    """New seats of an edition go to those who wait for one."""
    if kind == EDITIONS:
        await signups.seats_changed(session, id_)


def _typed(form: Any, field: Field) -> str:
    if field.shape is Shape.CHOICES:
        return "\n".join(str(one) for one in form.getlist(field.key))
    return str(form.get(field.key, ""))


def _fits(one: Stored, words: Words, q: str) -> bool:
    wanted = q.casefold().split()
    known = " ".join((one.id, words.name(one), *one.texts.values())).casefold()
    return all(word in known for word in wanted)
