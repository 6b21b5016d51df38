"""Meta's wish that we forget somebody, with a code under which the person can see what came of it.

Meta names the person by an id that belongs to the app. A talk knows its pupil by an id that belongs to the page, and
only Graph can tell one from the other. Until it has, the wish stays open and is tried again. Nobody is told that
something was deleted that was not.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from api.channels.messenger import repository
from api.channels.messenger.graph import Graph, GraphAway, GraphRefused, NoAppId
from api.channels.messenger.models import Deletion, Wish
from api.conversations.rasa import RasaClient
from api.database import Database, now
from api.privacy import erasure

log = structlog.get_logger()

# After so long there is no hope that the person can still be found.
TRIED_FOR = timedelta(days=30)


async def ask(database: Database, rasa: RasaClient, graph: Graph, user_id: str) -> str:
    """Note the wish for good, carry it out if that can be done now; its code."""
    code = secrets.token_hex(12)
    async with database.transaction() as session:
        session.add(Deletion(code=code, user_id=user_id))
    await settle(database, rasa, graph, code)
    if await state_of(database, code) == Wish.OPEN:
        log.critical("messenger_deletion_open", code=code)
    return code


async def settle(
    database: Database, rasa: RasaClient, graph: Graph, code: str, clock: Callable[[], datetime] = now
) -> None:
    """Erase all talks of the person; the wish stays open while nobody can say which they are."""
    async with database.transaction(read_only=True) as session:
        wish = await session.get(Deletion, code)
        if wish is None or wish.user_id is None:
            return
        # Meta does not send the id by which a page knows somebody, but whoever asks by hand may have it.
        talks = await repository.conversations_of(session, wish.user_id)
    try:
        talks = talks or await _talks(database, await graph.threads_of(wish.user_id))
    except (GraphAway, GraphRefused, NoAppId) as reason:
        log.warning("messenger_deletion_not_matched", code=code, reason=str(reason))
        if clock() - wish.asked_at > TRIED_FOR:
            await _end(database, code)
        return
    async with database.transaction() as session:
        # Noted before it is done, so that a crash in between does not make "not found" of it.
        (await session.get_one(Deletion, code)).erased += len(talks)
    for conversation_id in talks:
        await erasure.erase(database, rasa, conversation_id)
    await _end(database, code)


async def settle_open(database: Database, rasa: RasaClient, graph: Graph, clock: Callable[[], datetime] = now) -> None:
    """Try again what is still open."""
    async with database.transaction(read_only=True) as session:
        codes = await repository.open_deletions(session)
    for code in codes:
        await settle(database, rasa, graph, code, clock)


async def _talks(database: Database, threads: list[tuple[str, str]]) -> list[str]:
    async with database.transaction(read_only=True) as session:
        found = [await repository.conversations_of(session, psid, page_id) for page_id, psid in threads]
    return [talk for of_one in found for talk in of_one]


async def _end(database: Database, code: str) -> None:
    """Nothing more can be done; whom it was about is forgotten."""
    async with database.transaction() as session:
        wish = await session.get_one(Deletion, code)
        wish.state, wish.user_id = Wish.ERASED if wish.erased else Wish.NOT_FOUND, None
        found = wish.erased
    if not found:
        log.critical("messenger_deletion_not_found", code=code)


async def state_of(database: Database, code: str) -> Wish | None:
    """What came of the wish; None where there was none."""
    async with database.transaction(read_only=True) as session:
        wish = await session.get(Deletion, code)
    return None if wish is None else Wish(wish.state)
