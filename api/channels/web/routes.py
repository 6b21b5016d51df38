"""The web channel: what the browser widget calls (contract, "Web channel")."""

import json
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api.channels.web.limits import OPEN_CONVERSATION, SEND_FROM_ADDRESS, SEND_MESSAGE, Limiter
from api.channels.web.schemas import Feedback, OpenConversation, OpenedConversation, SendMessage, SentMessage
from api.channels.web.streams import EventStream
from api.conversations import first_aid, reader, repository, service
from api.conversations.rasa import RasaClient
from api.conversations.service import Heart
from api.conversations.typed import clean
from api.errors import NotFound, Unauthorized
from api.hardening import LARGEST_MESSAGE
from api.privacy import erasure

router = APIRouter(prefix="/api/v1/conversations", tags=["web channel"], max_body_size=LARGEST_MESSAGE)

CHANNEL = "web"


async def _heart(request: Request) -> Heart:
    return cast(Heart, request.app.state.heart)


async def _limiter(request: Request) -> Limiter:
    return cast(Limiter, request.app.state.limiter)


HeartDep = Annotated[Heart, Depends(_heart)]
LimiterDep = Annotated[Limiter, Depends(_limiter)]


async def _token(authorization: Annotated[str | None, Header()] = None) -> str:
    """The caller's token. Raises Unauthorized."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized
    return token.strip()


Token = Annotated[str, Depends(_token)]


async def _own_conversation(id: str, heart: HeartDep, token: Token) -> str:
    """The id of the path, if the caller's token opens that conversation. Raises Unauthorized or NotFound.

    Not the conversation itself: it would be kept as long as a stream is open.
    """
    await reader.owned_by(heart, id, token)
    return id


def _address(request: Request) -> str:
    """Where the call comes from, for counting only."""
    return request.client.host if request.client else ""


Own = Annotated[str, Depends(_own_conversation)]


@router.post("", status_code=201)
async def open_conversation(
    body: OpenConversation, request: Request, heart: HeartDep, limiter: LimiterDep
) -> OpenedConversation:
    """Start a conversation; the bot's greeting follows as its first event."""
    await limiter.check(f"address {_address(request)}", OPEN_CONVERSATION)
    conversation, token = await service.open_conversation(heart, CHANNEL, body.language)
    return OpenedConversation(id=conversation.id, token=token, language=body.language)


@router.post("/{id}/messages", status_code=202)
async def send_message(
    id: str, body: SendMessage, token: Token, request: Request, heart: HeartDep, limiter: LimiterDep
) -> SentMessage:
    """Hand in a message; answered only once it is stored for good.

    A 503 to somebody in need carries what to show at once, as `help`; the message is to be handed in again.
    """
    await limiter.check(f"messages {_address(request)}", SEND_FROM_ADDRESS)
    typed = None if body.text is None else service.readable(body.text)

    async def allowed() -> None:
        await reader.owned_by(heart, id, token)
        await limiter.check(f"conversation {id}", SEND_MESSAGE)

    async def store(looking: first_aid.Looking) -> int:
        client_id = str(body.client_id)
        return await service.accept(heart, id, client_id, typed=typed, payload=body.payload, looking=looking)

    return SentMessage(seq=await first_aid.stored(heart, typed, allowed(), store))


@router.get("/{id}/events")
async def read_events(
    id: str,
    token: Token,
    heart: HeartDep,
    accept: Annotated[str, Header()] = "",
    last_event_id: Annotated[int | None, Header()] = None,
    after: Annotated[int, Query(ge=0)] = 0,
    wait: Annotated[float, Query(ge=0, le=25)] = 0,
) -> Response:
    """The events after `after`: at once or within `wait` seconds, or as a stream of server-sent events."""
    if "text/event-stream" in accept:
        await reader.owned_by(heart, id, token)
        return EventStream(reader.stream(heart, id, after if last_event_id is None else last_event_id))
    events_now = await reader.read(heart, id, after, wait, token)
    if events_now is None:
        raise NotFound("There is no such conversation.")
    body = json.dumps({"events": events_now}, ensure_ascii=False)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post("/{id}/feedback", status_code=204)
async def give_feedback(body: Feedback, own: Own, heart: HeartDep, limiter: LimiterDep) -> None:
    """Say how the talk was; a later score replaces an earlier one."""
    await limiter.check(f"conversation {own}", SEND_MESSAGE)
    async with heart.database.transaction(quick=True) as session:
        conversation = await repository.lock(session, own)
        if conversation is not None:
            conversation.feedback_score, conversation.feedback_comment = body.score, clean(body.comment or "") or None


@router.delete("/{id}", status_code=204)
async def erase_conversation(own: Own, heart: HeartDep, request: Request) -> None:
    """Erase the conversation and all that the pupil wrote; the token is dead afterwards."""
    await erasure.erase(heart.database, cast(RasaClient, request.app.state.rasa), own)
    heart.notifier.notify(own)
