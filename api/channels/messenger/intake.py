"""Taking a delivery in: the bytes, the signature, the updates into their table. No more, so that Meta need not wait."""

import json
from collections.abc import AsyncIterator
from typing import Any

import structlog

from api import metrics
from api.channels.messenger import repository, signatures, updates
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.errors import TooLarge, Unreadable
from api.channels.messenger.processor import UPDATES
from api.channels.messenger.updates import Kind
from api.conversations.service import Heart
from api.database import now

log = structlog.get_logger()

LARGEST = 1024 * 1024


async def read(chunks: AsyncIterator[bytes], announced: str | None) -> bytes:
    """The body. Raises TooLarge, as soon as that is known."""
    if announced is not None and announced.isdigit() and int(announced) > LARGEST:
        raise TooLarge
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > LARGEST:
            raise TooLarge
    return bytes(raw)


async def take_in(heart: Heart, configuration: Configuration, raw: bytes, signature: str | None) -> int:
    """Store what the delivery brings; how much of it is new. Raises Forged or Unreadable, and then stores nothing."""
    signatures.check(configuration.app_secret, raw, signature)
    arrived = updates.take_apart(_delivery(raw), now())
    async with heart.database.transaction(urgent=True) as session:
        stored = await repository.store(session, arrived)
    heart.notifier.notify(UPDATES)
    for kind in stored:
        metrics.UPDATES.labels(kind).inc()
    if unknown := stored.count(Kind.UNKNOWN):
        log.warning("messenger_unknown_updates", number=unknown)
    return len(stored)


def _delivery(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is no JSON.") from error
    if not isinstance(said, dict) or said.get("object") != "page" or not isinstance(said.get("entry"), list):
        raise Unreadable("The body is no delivery of a page.")
    return said
