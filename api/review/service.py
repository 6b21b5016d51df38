"""Review: counsellors say of a line whether the bot understood it and what it should have understood.

What leaves the conversation is redacted here, once when a line is shown and once more when it is stored; before a
sentence can become a training sentence, somebody confirms that it holds no personal data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import doubts
from api.conversations.doubts import UNSURE, Doubt
from api.database import now
from api.errors import Invalid, NotFound
from api.privacy.redaction import redact
from api.review import repository
from api.review.grouping import grouped
from api.review.models import ReviewItem, Verdict
from api.texts import all_texts

# The intents of the contract; each has a plain name for the button of an unsure bot.
INTENTS = tuple(key.removeprefix("guesses.") for key in all_texts() if key.startswith("guesses."))
SHOWN = 300
LONGEST = 1000
# What is told of a reviewed line to somebody who asks what we know of them.
KEPT = ("seq", "text", "intent", "suggestion", "reviewed_at")
LONGEST_SUGGESTION = 2000


@dataclass(frozen=True)
class Decision:
    """What a counsellor says about a line. `confirmed`: the sentence, as given here, holds no personal data."""

    verdict: str
    sentence: str
    intent: str = ""
    entities: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    suggestion: str = ""
    confirmed: bool = False


async def stream(session: AsyncSession) -> list[list[Doubt]]:
    """The lines to look at, redacted, those that say nearly the same together."""
    found = await doubts.find(session, repository.settled(), SHOWN)
    return grouped([redacted(doubt) for doubt in found], lambda doubt: doubt.text)


async def line(session: AsyncSession, conversation_id: str, seq: int) -> Doubt:
    """One line, redacted. Raises NotFound."""
    found = await doubts.line(session, conversation_id, seq)
    if found is None:
        raise NotFound("There is no such line.")
    return redacted(found)


async def similar(session: AsyncSession, chosen: Doubt) -> list[Doubt]:
    """The lines of the stream that say nearly the same."""
    others = [one for group in await stream(session) for one in group if _key(one) != _key(chosen)]
    together = next(group for group in grouped([chosen, *others], lambda doubt: doubt.text) if chosen in group)
    return [one for one in together if one is not chosen]


def redacted(doubt: Doubt) -> Doubt:
    """The line as it may be shown outside its conversation."""
    return replace(doubt, text=_sentence(doubt.text))


async def save(session: AsyncSession, staff_id: int, conversation_id: str, seq: int, decision: Decision) -> ReviewItem:
    """Store what is said about a line, over what was said before. Raises NotFound or Invalid.

    A line that the bot understood rightly carries the intent that it heard.
    """
    about = await line(session, conversation_id, seq)
    if decision.verdict not in set(Verdict):
        raise Invalid("Say whether the bot was right.", field="verdict")
    intent = _heard(about) if decision.verdict == Verdict.RIGHT else decision.intent
    if intent not in INTENTS:
        raise Invalid("Choose what was meant.", field="intent")
    sentence = _sentence(decision.sentence)
    if not sentence:
        raise Invalid("The sentence is empty.", field="sentence")
    if len(decision.suggestion) > LONGEST_SUGGESTION:
        raise Invalid("The answer is too long.", field="suggestion")
    item = await repository.of_line(session, conversation_id, seq)
    if item is None:
        item = ReviewItem(conversation_id=conversation_id, seq=seq, language=about.language, heard=about.heard)
        session.add(item)
    item.text, item.verdict, item.intent = sentence, decision.verdict, intent
    item.entities = [dict(entity) for entity in decision.entities]
    item.suggestion = redact(decision.suggestion.strip())
    item.staff_id, item.reviewed_at, item.exported_at = staff_id, now(), None
    item.confirmed_by, item.confirmed_at = (staff_id, now()) if decision.confirmed else (None, None)
    await session.flush()
    return item


async def confirm(session: AsyncSession, staff_id: int, item_id: int, sentence: str) -> ReviewItem:
    """Say that the sentence, perhaps shortened now, holds no personal data. Raises NotFound or Invalid."""
    item = await _item(session, item_id)
    if not _sentence(sentence):
        raise Invalid("The sentence is empty.", field="sentence")
    item.text, item.confirmed_by, item.confirmed_at = _sentence(sentence), staff_id, now()
    return item


async def drop(session: AsyncSession, item_id: int) -> ReviewItem:
    """Take a review back; the line comes back to the stream if the bot was unsure. Raises NotFound."""
    item = await _item(session, item_id)
    await session.delete(item)
    return item


async def kept(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """What is kept of the review of a conversation's lines, for whoever asks what we know of them."""
    items = await repository.of_talk(session, conversation_id)
    return [{column: getattr(item, column) for column in KEPT} for item in items.values()]


async def _item(session: AsyncSession, item_id: int) -> ReviewItem:
    item = await session.get(ReviewItem, item_id)
    if item is None:
        raise NotFound("There is no such review.")
    return item


def _heard(about: Doubt) -> str:
    """That the bot did not understand is right for what is out of its scope."""
    return "out_of_scope" if about.heard == UNSURE else about.heard or ""


def _key(doubt: Doubt) -> tuple[str, int]:
    return doubt.conversation_id, doubt.seq


def _sentence(text: str) -> str:
    """One line, redacted, not too long."""
    return " ".join(redact(text).split())[:LONGEST]
