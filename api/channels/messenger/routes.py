"""What Meta calls: the webhook, and the wish to delete somebody's data."""

import hmac
import re
from typing import Annotated, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from api.channels.messenger import deletion, intake, signatures
from api.channels.messenger.channel import Channel
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.errors import Forged, Unreadable
from api.conversations.rasa import RasaClient
from api.conversations.service import Heart
from api.errors import NotFound
from api.texts import LANGUAGES, text

router = APIRouter(prefix="/channels/messenger", tags=["messenger"])

USER_ID = re.compile(r"\d{1,32}", re.ASCII)


def _configuration(request: Request) -> Configuration:
    """The channel's settings. Raises NotFound while the channel is off."""
    channel = cast(Channel | None, request.app.state.messenger)
    if channel is None:
        raise NotFound("The Messenger channel is off.")
    return channel.configuration


def _heart(request: Request) -> Heart:
    return cast(Heart, request.app.state.heart)


ConfigurationDep = Annotated[Configuration, Depends(_configuration)]
HeartDep = Annotated[Heart, Depends(_heart)]


@router.get("/webhook")
async def verify(
    configuration: ConfigurationDep,
    mode: Annotated[str, Query(alias="hub.mode")] = "",
    token: Annotated[str, Query(alias="hub.verify_token")] = "",
    challenge: Annotated[str, Query(alias="hub.challenge")] = "",
) -> PlainTextResponse:
    """Show Meta that the webhook is ours: the bare challenge for the right token."""
    if mode != "subscribe" or not hmac.compare_digest(token.encode(), configuration.verify_token.encode()):
        raise Forged("The verify token is missing or wrong.")
    return PlainTextResponse(challenge)


@router.post("/webhook")
async def receive(
    request: Request,
    configuration: ConfigurationDep,
    heart: HeartDep,
    signature: Annotated[str | None, Header(alias="x-hub-signature-256")] = None,
    content_length: Annotated[str | None, Header()] = None,
) -> PlainTextResponse:
    """Take a delivery in: verified, stored, acknowledged; the work comes later."""
    raw = await intake.read(request.stream(), content_length)
    await intake.take_in(heart, configuration, raw, signature)
    return PlainTextResponse("EVENT_RECEIVED")


@router.post("/deletion")
async def delete(request: Request, configuration: ConfigurationDep, heart: HeartDep) -> JSONResponse:
    """Forget somebody, as Meta asks with a `signed_request`; where to see what came of it."""
    raw = await intake.read(request.stream(), request.headers.get("content-length"))
    given = parse_qs(raw.decode("ascii", "replace")).get("signed_request", [""])[0]
    said = signatures.signed_request(configuration.app_secret, given)
    user_id = str(said.get("user_id") or "")
    if not USER_ID.fullmatch(user_id):
        raise Unreadable("The request names nobody.")
    channel, rasa = cast(Channel, request.app.state.messenger), cast(RasaClient, request.app.state.rasa)
    code = await deletion.ask(heart.database, rasa, channel.graph, user_id)
    path = request.app.url_path_for("deletion_status", code=code)
    return JSONResponse({"url": f"{request.app.state.settings.public}{path}", "confirmation_code": code})


@router.get("/deletion/{code}")
async def deletion_status(code: str, configuration: ConfigurationDep, heart: HeartDep) -> PlainTextResponse:
    """Tell the person what came of it."""
    state = await deletion.state_of(heart.database, code)
    if state is None:
        raise NotFound("There is no such deletion.")
    return PlainTextResponse("\n\n".join(text(f"messenger.deletion_{state}", language) for language in LANGUAGES))
