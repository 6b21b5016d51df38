"""Finding talks: by words in their transcript, and by what they are about. Case and diacritics do not matter."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.handoff import OwnerChange
from api.conversations.models import Conversation, Event, EventType, Owner
from api.conversations.understanding import Understanding

WARSAW = ZoneInfo("Europe/Warsaw")
UNSURE = "nlu_fallback"
PEOPLE = ("pupil", "counsellor")
# SQLite lowers ASCII only, and has no way to drop diacritics.
PLAIN = dict(zip("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzacelnoszz", strict=True))


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means everything. `safety` is a danger or "any", `outcome` how it was closed."""

    words: str = ""
    language: str = ""
    channel: str = ""
    topic: str = ""
    outcome: str = ""
    safety: str = ""
    unsure: bool = False
    since: date | None = None
    until: date | None = None


@dataclass
class Summary:
    """A talk in numbers and ids, without texts."""

    messages: dict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    topics: list[str] = field(default_factory=list)
    unsure: int = 0
    handovers: int = 0
    outcome: str = ""


def plain(text: str) -> str:
    """The text as it is compared."""
    return text.lower().translate({ord(letter): bare for letter, bare in PLAIN.items()})


async def find(
    session: AsyncSession, wanted: Wanted, among: Select[str] | None, *, limit: int, offset: int = 0
) -> list[Conversation]:
    """The talks that fit, the latest first. `among` are the ids that come into question, of a caller's own table."""
    query = select(Conversation).where(*_conditions(wanted))
    if among is not None:
        query = query.where(Conversation.id.in_(among))
    order = query.order_by(Conversation.created_at.desc(), Conversation.id)
    return list(await session.scalars(order.limit(limit).offset(offset)))


async def first_lines(session: AsyncSession, words: str, conversation_ids: Iterable[str]) -> dict[str, Event]:
    """Of each talk the first message of a person in which all the words stand."""
    query = select(Event).where(Event.conversation_id.in_(list(conversation_ids)), *_says(words))
    found: dict[str, Event] = {}
    for event in await session.scalars(query.order_by(Event.seq)):
        found.setdefault(event.conversation_id, event)
    return found


async def summaries(session: AsyncSession, conversation_ids: Iterable[str]) -> dict[str, Summary]:
    """Each of these talks in numbers."""
    ids = list(conversation_ids)
    found: defaultdict[str, Summary] = defaultdict(Summary)
    counts = (
        select(Event.conversation_id, Event.sender, func.count())
        .where(Event.conversation_id.in_(ids), Event.type == EventType.MESSAGE)
        .group_by(Event.conversation_id, Event.sender)
    )
    for id_, sender, count in await session.execute(counts):
        found[id_].messages[sender] = count
    heard = select(Understanding.conversation_id, Understanding.intent).where(Understanding.conversation_id.in_(ids))
    for id_, intent in await session.execute(heard.order_by(Understanding.seq)):
        if intent == UNSURE:
            found[id_].unsure += 1
        elif intent and intent not in found[id_].topics:
            found[id_].topics.append(intent)
    changes = select(OwnerChange).where(OwnerChange.conversation_id.in_(ids)).order_by(OwnerChange.version)
    for change in await session.scalars(changes):
        found[change.conversation_id].handovers += change.owner == Owner.WAITING
        if change.owner == Owner.CLOSED:
            found[change.conversation_id].outcome = change.reason
    return found


async def channels(session: AsyncSession) -> list[str]:
    """The channels that talks came from."""
    return sorted(await session.scalars(select(Conversation.channel).distinct()))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    own = Conversation.id
    pupil_said = exists().where(Event.conversation_id == own, Event.sender == "pupil")
    conditions: list[ColumnElement[bool]] = [pupil_said]
    if wanted.words.split():
        conditions.append(exists().where(Event.conversation_id == own, *_says(wanted.words)))
    if wanted.language:
        conditions.append(Conversation.language == wanted.language)
    if wanted.channel:
        conditions.append(Conversation.channel == wanted.channel)
    for intent in [wanted.topic] * bool(wanted.topic) + [UNSURE] * wanted.unsure:
        conditions.append(exists().where(Understanding.conversation_id == own, Understanding.intent == intent))
    if wanted.outcome:
        closed = (OwnerChange.owner == Owner.CLOSED, OwnerChange.reason == wanted.outcome)
        conditions.append(exists().where(OwnerChange.conversation_id == own, *closed))
    if wanted.safety:
        any_ = wanted.safety == "any"
        conditions.append(Conversation.safety_at.is_not(None) if any_ else Conversation.safety_class == wanted.safety)
    if wanted.since:
        conditions.append(Conversation.created_at >= _midnight(wanted.since))
    if wanted.until:
        conditions.append(Conversation.created_at < _midnight(wanted.until + timedelta(days=1)))
    return conditions


def _says(words: str) -> list[ColumnElement[bool]]:
    """All the words in one message of a person; the bot says the same to everybody."""
    said: ColumnElement[str] = func.lower(Event.body["text"].as_string())
    for letter, bare in PLAIN.items():
        said = func.replace(said, letter, bare)
    return [Event.sender.in_(PEOPLE), *(said.contains(word, autoescape=True) for word in plain(words).split())]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), WARSAW)
