"""Review: the stream of lines to look at, what to say about a single one, and what waits to be confirmed."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts import audit
from api.accounts.models import Staff
from api.accounts.service import Signed
from api.catalogue.service import snapshot
from api.console import naming
from api.console.deps import DatabaseDep, Talks
from api.console.pages import ConsoleRoute, language_of, render, see
from api.conversations.doubts import Doubt
from api.database import Database
from api.errors import Invalid
from api.review import repository, service
from api.review.models import ReviewItem, Verdict
from api.review.service import INTENTS, Decision

router = APIRouter(prefix="/console/review", route_class=ConsoleRoute, include_in_schema=False)

PAGE = 30
Texts = Annotated[list[str], Form()]


@router.get("")
async def page(request: Request, signed: Talks, database: DatabaseDep) -> Response:
    """The lines in groups, the largest first, and below what others have already said."""
    async with database.transaction() as session:
        groups = await service.stream(session)
        unconfirmed = await repository.unconfirmed(session)
        suggestions = await repository.suggestions(session)
        ready = await repository.count_to_export(session)
        audit.write(session, signed.staff, "looked_at_review", lines=sum(map(len, groups)))
    language = language_of(request)
    return render(
        request,
        "review.html",
        signed=signed,
        groups=groups[:PAGE],
        count=len(groups),
        unconfirmed=unconfirmed,
        suggestions=suggestions,
        ready=ready,
        name_of=lambda name: naming.intent(name, language),
    )


@router.get("/{id}/{seq}")
async def line_page(
    request: Request,
    id: str,
    seq: int,
    signed: Talks,
    database: DatabaseDep,
    talk: Annotated[bool, Query()] = False,
) -> Response:
    """The form for one line."""
    return await _show(request, signed, database, id, seq, talk=talk)


@router.post("/{id}/{seq}")
async def save(
    request: Request,
    id: str,
    seq: int,
    signed: Talks,
    database: DatabaseDep,
    verdict: Annotated[str, Form()] = "",
    intent: Annotated[str, Form()] = "",
    sentence: Annotated[str, Form()] = "",
    suggestion: Annotated[str, Form()] = "",
    entity: Texts = [],  # noqa: B006 - FastAPI reads it as the default of a form field
    also: Texts = [],  # noqa: B006
    confirmed: Annotated[bool, Form()] = False,
    talk: Annotated[bool, Form()] = False,
) -> Response:
    """Store what is said about the line, and about those that say nearly the same."""
    try:
        async with database.transaction() as session:
            entities = await _entities(session, await service.line(session, id, seq), entity)
            decision = Decision(verdict, sentence, intent, entities, suggestion, confirmed)
            item = await service.save(session, signed.staff.id, id, seq, decision)
            _note(session, signed.staff, item)
            for other in also:
                _note(session, signed.staff, await _save_also(session, signed.staff, item, other, confirmed))
    except Invalid as problem:
        given = {"verdict": verdict, "intent": intent, "sentence": sentence, "suggestion": suggestion}
        return await _show(request, signed, database, id, seq, talk=talk, problem=problem.field or "also", given=given)
    return see(f"/console/talks/{id}#line-{seq}" if talk else "/console/review")


@router.post("/items/{item_id}/confirm")
async def confirm(
    item_id: int, signed: Talks, database: DatabaseDep, sentence: Annotated[str, Form()] = ""
) -> Response:
    """Say that a sentence holds no personal data."""
    async with database.transaction() as session:
        item = await service.confirm(session, signed.staff.id, item_id, sentence)
        audit.write(session, signed.staff, "confirmed_review", conversation_id=item.conversation_id, seq=item.seq)
    return see("/console/review#confirm")


@router.post("/items/{item_id}/drop")
async def drop(item_id: int, signed: Talks, database: DatabaseDep) -> Response:
    """Take a review back."""
    async with database.transaction() as session:
        item = await service.drop(session, item_id)
        audit.write(session, signed.staff, "dropped_review", conversation_id=item.conversation_id, seq=item.seq)
    return see("/console/review#confirm")


async def _show(
    request: Request,
    signed: Signed,
    database: Database,
    id: str,
    seq: int,
    *,
    talk: bool,
    problem: str = "",
    given: Mapping[str, str] | None = None,
) -> Response:
    language = language_of(request)
    async with database.transaction() as session:
        line = await service.line(session, id, seq)
        similar = await service.similar(session, line)
        item = await repository.of_line(session, id, seq)
        options = naming.entities(await snapshot(session), language)
        audit.write(session, signed.staff, "looked_at_line", conversation_id=id, seq=seq)
    known = {key: name for choices in options.values() for key, name in choices}
    entities = item.entities if item else line.entities
    return render(
        request,
        "review_line.html",
        status=422 if problem else 200,
        signed=signed,
        line=line,
        similar=similar,
        form=given or _form(line, item),
        item=item,
        heard=[(naming.key(one), known.get(naming.key(one), str(one["value"])), one["entity"]) for one in entities],
        options=options,
        intents=sorted((naming.intent(name, language), name) for name in INTENTS),
        name_of=lambda name: naming.intent(name, language),
        talk=talk,
        problem=problem,
    )


def _form(line: Doubt, item: ReviewItem | None) -> dict[str, str]:
    if item is None:
        return {"verdict": "", "intent": "", "sentence": line.text, "suggestion": ""}
    return {
        "verdict": item.verdict,
        "intent": item.intent,
        "sentence": item.text,
        "suggestion": item.suggestion,
    }


async def _entities(session: AsyncSession, line: Doubt, given: list[str]) -> list[dict[str, str]]:
    """The entities of the form: those that the bot heard, or that the catalogue has. Raises Invalid."""
    known = {key for choices in naming.entities(await snapshot(session), "pl").values() for key, _ in choices}
    known |= {naming.key(entity) for entity in line.entities}
    chosen = [key for key in dict.fromkeys(given) if key]
    if not known.issuperset(chosen):
        raise Invalid("This is not in the catalogue.", field="entity")
    return [naming.entity(key) for key in chosen]


async def _save_also(session: AsyncSession, staff: Staff, like: ReviewItem, other: str, confirmed: bool) -> ReviewItem:
    """The same about a line that says nearly the same, in its own words; one suggested answer is enough."""
    id, _, seq = other.partition("/")
    if not seq.isdecimal():
        raise Invalid("There is no such line.", field="also")
    line = await service.line(session, id, int(seq))
    verdict = Verdict.RIGHT if line.heard == like.intent else Verdict.WRONG
    decision = Decision(verdict, line.text, like.intent, line.entities, confirmed=confirmed)
    return await service.save(session, staff.id, id, int(seq), decision)


def _note(session: AsyncSession, staff: Staff, item: ReviewItem) -> None:
    audit.write(
        session,
        staff,
        "reviewed",
        conversation_id=item.conversation_id,
        seq=item.seq,
        verdict=item.verdict,
        intent=item.intent,
        confirmed=item.confirmed_at is not None,
    )
