"""Finding talks by their words and by what they are about; a talk on paper; one row for each talk as CSV."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts import audit
from api.console import naming, repository, service
from api.console.deps import DatabaseDep, Talks
from api.console.pages import HEADERS, ZONE, ConsoleRoute, language_of, render
from api.console.spreadsheet import row
from api.conversations import search
from api.conversations.models import Conversation
from api.conversations.search import Summary, Wanted
from api.conversations.watch import DANGERS
from api.database import Database
from api.errors import Invalid
from api.privacy.redaction import redact
from api.review.service import INTENTS
from api.texts import text

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

PAGE = 50
LONGEST_LINE = 300
COLUMNS = (
    *("id", "started_at", "language", "channel", "pupil_lines", "bot_lines", "counsellor_lines", "topics"),
    *("unsure_turns", "hand_overs", "owner", "outcome", "safety", "score", "tags"),
)


@dataclass(frozen=True)
class Hit:
    """A talk that fits; `line` is the first one in which the words stand, redacted."""

    talk: Conversation
    summary: Summary
    tags: list[str]
    line: str


@dataclass(frozen=True)
class Asked:
    """What the form holds."""

    wanted: Wanted
    tag: str


def asked(
    words: Annotated[str, Query(max_length=200)] = "",
    language: Annotated[str, Query()] = "",
    channel: Annotated[str, Query()] = "",
    topic: Annotated[str, Query()] = "",
    tag: Annotated[str, Query()] = "",
    outcome: Annotated[str, Query()] = "",
    safety: Annotated[str, Query()] = "",
    unsure: Annotated[bool, Query()] = False,
    since: Annotated[str, Query()] = "",
    until: Annotated[str, Query()] = "",
) -> Asked:
    """The form's fields, as the browser sends them: an empty field is no filter."""
    return Asked(
        Wanted(words.strip(), language, channel, topic, outcome, safety, unsure, day(since), day(until)), tag.strip()
    )


AskedDep = Annotated[Asked, Depends(asked)]


def day(given: str) -> date | None:
    """The day of a date field. Raises Invalid."""
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as problem:
        raise Invalid("This is no date.", field="date") from problem


@router.get("/search")
async def page(
    request: Request, signed: Talks, database: DatabaseDep, chosen: AskedDep, number: Annotated[int, Query(ge=1)] = 1
) -> Response:
    """The form, and the talks that fit, the latest first."""
    async with database.transaction() as session:
        hits = await _hits(session, chosen, limit=PAGE + 1, offset=(number - 1) * PAGE)
        audit.write(session, signed.staff, "searched", by=_filters(chosen), found=len(hits[:PAGE]))
        channels = await search.channels(session)
        tags = await repository.known_tags(session)
    language = language_of(request)
    return render(
        request,
        "search.html",
        signed=signed,
        hits=hits[:PAGE],
        number=number,
        more=len(hits) > PAGE,
        wanted=chosen.wanted,
        tag=chosen.tag,
        channels=[(name, naming.channel(name, language)) for name in channels],
        tags=[(name, name) for name in tags],
        topics=sorted(((name, naming.intent(name, language)) for name in INTENTS), key=lambda pair: pair[1]),
        dangers=[
            ("any", text("review.safety_any", language)),
            *((name, text(f"console.danger_{name}", language)) for name in DANGERS),
        ],
        outcomes=[(name, text(f"console.outcome_{name}", language)) for name in service.OUTCOMES],
        query=request.url.include_query_params(number=number + 1).query,
        back=request.url.include_query_params(number=number - 1).query,
        export=request.url.remove_query_params("number").query,
        name_of=lambda name: naming.intent(name, language),
    )


@router.get("/search/export.csv")
async def export(signed: Talks, database: DatabaseDep, chosen: AskedDep) -> Response:
    """The talks that fit, one row each, without texts."""
    async with database.transaction() as session:
        audit.write(session, signed.staff, "exported_talks", by=_filters(chosen))
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="talks.csv"'}
    return StreamingResponse(_rows(database, chosen), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/talks/{id}/print")
async def transcript(request: Request, id: str, signed: Talks, database: DatabaseDep) -> Response:
    """The talk for paper: its lines, and nothing to click."""
    async with database.transaction() as session:
        view = await service.view(session, signed.staff, id, why="printed")
        summary = (await search.summaries(session, [id]))[id]
    return render(request, "transcript.html", signed=signed, view=view, talk=view.talk, summary=summary)


async def _rows(database: Database, chosen: Asked) -> AsyncIterator[str]:
    yield row(*COLUMNS)
    offset = 0
    while True:
        async with database.transaction(read_only=True) as session:
            hits = await _hits(session, chosen, limit=PAGE, offset=offset)
        for hit in hits:
            talk, told = hit.talk, hit.summary
            yield row(
                talk.id,
                talk.created_at.astimezone(ZONE).isoformat(timespec="minutes"),
                talk.language,
                talk.channel,
                *(told.messages.get(sender, 0) for sender in ("pupil", "bot", "counsellor")),
                " ".join(told.topics),
                told.unsure,
                told.handovers,
                talk.owner,
                told.outcome,
                talk.safety_class,
                talk.feedback_score,
                ", ".join(hit.tags),
            )
        if len(hits) < PAGE:
            return
        offset += PAGE


async def _hits(session: AsyncSession, chosen: Asked, *, limit: int, offset: int) -> list[Hit]:
    among = repository.tagged(chosen.tag) if chosen.tag else None
    talks = await search.find(session, chosen.wanted, among, limit=limit, offset=offset)
    ids = [talk.id for talk in talks]
    summaries, tags = await search.summaries(session, ids), await repository.tags(session, ids)
    words = chosen.wanted.words
    lines = await search.first_lines(session, words, ids) if words else {}
    return [
        Hit(
            talk,
            summaries[talk.id],
            tags.get(talk.id, []),
            redact(str(lines[talk.id].body["text"]))[:LONGEST_LINE] if talk.id in lines else "",
        )
        for talk in talks
    ]


def _filters(chosen: Asked) -> list[str]:
    """Which filters were used; not the words, which may be a pupil's."""
    used = [field.name for field in fields(Wanted) if getattr(chosen.wanted, field.name)]
    return [*used, *(["tag"] if chosen.tag else [])]
