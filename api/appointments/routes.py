"""The calendar file of an appointment, for whoever has its link."""

from typing import cast

from fastapi import APIRouter, Request, Response

from api.appointments import service
from api.appointments.calendar import calendar_file
from api.database import Database

router = APIRouter(prefix="/appointments", tags=["appointments"])


@router.get("/{token}.ics", response_class=Response, responses={200: {"content": {"text/calendar": {}}}})
async def calendar(token: str, request: Request) -> Response:
    """The appointment as a calendar file; called off ones are marked as such."""
    async with cast(Database, request.app.state.database).transaction(read_only=True) as session:
        appointment = await service.with_token(session, token)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="drogowskaz.ics"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(calendar_file(appointment), media_type="text/calendar; charset=utf-8", headers=headers)
