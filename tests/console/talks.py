"""Talks as the tests of search, review and insights need them: what was said and what the bot made of it."""

import uuid
from typing import Any

from api.conversations import service
from api.conversations.rasa import Answer
from api.conversations.service import Heart
from api.texts import Language


async def begin(heart: Heart, language: Language = "pl", channel: str = "web") -> str:
    """A new talk."""
    conversation, _ = await service.open_conversation(heart, channel, language)
    return conversation.id


async def turn(
    heart: Heart,
    talk: str,
    words: str,
    intent: str | None = "ask_courses",
    confidence: float | None = 0.9,
    *,
    entities: tuple[tuple[str, str], ...] = (),
    card: str = "",
    language: Language = "pl",
) -> int:
    """A message of the pupil and the bot's answer to it, perhaps with a card of a kind; the message's number."""
    seq = await service.accept(heart, talk, str(uuid.uuid4()), typed=words, payload=None)
    cards: list[dict[str, Any]] = [{"kind": card, "id": "x", "title": "Karta"}] if card else []
    message = {"text": "Odpowiedź bota", "buttons": [], "cards": cards}
    nlu = {
        "intent": intent,
        "confidence": confidence,
        "entities": [{"entity": kind, "value": value} for kind, value in entities],
    }
    assert await service.write_answer(heart, talk, seq, Answer([message], language, nlu))
    return seq


async def said(heart: Heart, words: str, intent: str = "ask_courses", confidence: float = 0.9) -> tuple[str, int]:
    """A talk of one turn: its id and the message's number."""
    talk = await begin(heart)
    return talk, await turn(heart, talk, words, intent, confidence)
