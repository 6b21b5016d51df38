"""The file with everything that is kept of a talk, for whoever has its link (`links.py`)."""

from typing import cast

from fastapi import APIRouter, Request, Response

from api.conversations.rasa import RasaClient
from api.database import Database
from api.privacy import access, links

router = APIRouter(tags=["privacy"])


@router.get("/my-data/{token}.json", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def my_data(token: str, request: Request) -> Response:
    """Everything that is kept of the talk that the bot made this link for, within an hour."""
    state = request.app.state
    found = await access.document(
        cast(Database, state.database), cast(RasaClient, state.rasa), links.conversation_of(token)
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="drogowskaz.json"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(access.as_json(found), media_type="application/json", headers=headers)
