"""The statistics: figures as pictures with their tables, and each as CSV. No pupil's words are near them."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue.service import snapshot, today
from api.catalogue.view import Catalogue
from api.console import charts, naming
from api.console.deps import DatabaseDep, Statistics
from api.console.pages import HEADERS, ConsoleRoute, language_of, on_day, render
from api.console.search import day
from api.console.spreadsheet import row
from api.errors import Invalid, NotFound
from api.insights import collector, repository
from api.insights.figures import FIGURES, Cell, Figure
from api.insights.repository import Chosen
from api.texts import LANGUAGES, Language, all_texts, text

router = APIRouter(prefix="/console/insights", route_class=ConsoleRoute, include_in_schema=False)

USUAL_DAYS = 30
MOST_DAYS = 800
# What the job has not counted yet; nobody waits for more of it.
AT_ONCE = 50


def chosen(
    since: Annotated[str, Query()] = "",
    until: Annotated[str, Query()] = "",
    language: Annotated[str, Query()] = "",
    channel: Annotated[str, Query(max_length=16)] = "",
) -> Chosen:
    """Which talks are counted; the last thirty days unless told otherwise. Raises Invalid."""
    last = day(until) or today()
    first = day(since) or last - timedelta(days=USUAL_DAYS - 1)
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise Invalid("Choose at most two years, from an earlier day to a later one.", field="until")
    return Chosen(first, last, language if language in LANGUAGES else "", channel)


ChosenDep = Annotated[Chosen, Depends(chosen)]


@router.get("")
async def page(request: Request, signed: Statistics, database: DatabaseDep, chosen: ChosenDep) -> Response:
    """All figures."""
    await collector.catch_up(database, AT_ONCE)
    language = language_of(request)
    async with database.transaction(read_only=True) as session:
        talks = await repository.talks(session, chosen)
        channels = await repository.channels(session)
        shown = [await _shown(session, name, chosen, language) for name in FIGURES]
    return render(
        request,
        "insights.html",
        signed=signed,
        figures=shown,
        talks=talks,
        channels=channels,
        chosen=chosen,
        query=request.url.query,
    )


@router.get("/{name}.csv")
async def export(request: Request, name: str, signed: Statistics, database: DatabaseDep, chosen: ChosenDep) -> Response:
    """One figure for other programs: ids, names and plain numbers."""
    if name not in FIGURES:
        raise NotFound("There is no such figure.")
    await collector.catch_up(database, AT_ONCE)
    async with database.transaction(read_only=True) as session:
        figure = await FIGURES[name](session, chosen)
        catalogue = await snapshot(session)
    language = language_of(request)
    lines = [row(figure.keys, "name", *figure.columns)]
    lines += [row(key, _name(catalogue, figure, key, language), *cells) for key, cells in figure.rows]
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("".join(lines), media_type="text/csv; charset=utf-8", headers=headers)


async def _shown(session: AsyncSession, name: str, chosen: Chosen, language: Language) -> dict[str, object]:
    """A figure as the template wants it: named rows, cells in words, the picture."""
    figure = await FIGURES[name](session, chosen)
    catalogue = await snapshot(session)
    rows = [
        (
            _name(catalogue, figure, key, language),
            [_cell(column, cell, language) for column, cell in zip(figure.columns, cells, strict=True)],
        )
        for key, cells in figure.rows
    ]
    first = [(named, cells[0], words[0]) for (named, words), (_, cells) in zip(rows, figure.rows, strict=True)]
    title = text(f"insights.{name}", language)
    whole = 1.0 if figure.columns[0] == "share" else None
    drawn = charts.columns(title, first) if name == "days" else charts.bars(title, first, whole)
    return {"name": name, "figure": figure, "rows": rows, "picture": drawn if rows else None}


def _name(catalogue: Catalogue, figure: Figure, key: str, language: Language) -> str:
    """What a row is called."""
    if figure.keys == "intent":
        return naming.intent(key, language)
    if figure.keys in ("industry", "course"):
        return naming.record(catalogue, "industry" if figure.keys == "industry" else "course_type", key, language)
    if figure.keys == "day":
        return on_day(date.fromisoformat(key), language)
    if figure.keys == "channel":
        return naming.channel(key, language)
    if figure.keys == "score" or (figure.keys == "school" and key):
        return key
    known = f"insights.{figure.keys}_{key or 'none'}"
    return text(known, language) if known in all_texts() else key


def _cell(column: str, cell: Cell, language: Language) -> str:
    """A number in words."""
    if cell is None:
        return "–"
    if column == "share":
        return text("insights.percent", language, number=round(100 * cell))
    return str(cell).replace(".", ",") if language == "pl" else str(cell)
