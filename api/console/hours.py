"""When counsellors answer in the chat, as pupils are told."""

import re

from fastapi import APIRouter, Request, Response

from api.accounts import audit
from api.accounts.service import Signed
from api.console.deps import DatabaseDep
from api.console.deps import Hours as MaySetHours
from api.console.pages import ConsoleRoute, render, see
from api.conversations import hours
from api.conversations.hours import WEEK, Hours
from api.errors import Invalid

router = APIRouter(prefix="/console/hours", route_class=ConsoleRoute, include_in_schema=False)

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@router.get("")
async def page(request: Request, signed: MaySetHours, database: DatabaseDep) -> Response:
    """The week."""
    async with database.transaction(read_only=True) as session:
        week = await hours.read(session)
    return _show(request, signed, week)


@router.post("")
async def save(request: Request, signed: MaySetHours, database: DatabaseDep) -> Response:
    """Set the week; a day without times is a day off."""
    form = await request.form()
    given = {day: (str(form.get(f"opens_{day}", "")), str(form.get(f"closes_{day}", ""))) for day in WEEK}
    days = {day: times for day, times in given.items() if any(times)}
    try:
        for day, times in days.items():
            if not all(CLOCK.fullmatch(time) for time in times):
                raise Invalid("A day needs both times.", field=f"closes_{day}")
        async with database.transaction() as session:
            await hours.replace(session, days)
            audit.write(session, signed.staff, "set_hours", days={str(day): "–".join(t) for day, t in days.items()})
    except Invalid as problem:
        return _show(request, signed, Hours(days), problem.field)
    return see("/console/hours")


def _show(request: Request, signed: Signed, week: Hours, problem: str | None = None) -> Response:
    return render(
        request, "hours.html", status=422 if problem else 200, signed=signed, week=week, days=WEEK, problem=problem
    )
