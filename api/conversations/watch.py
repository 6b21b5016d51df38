"""What the heart asks before a pupil's words go their way: do they need an answer at once?

The heart knows no detector: `api/main.py` hands it one.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import desk, handoff, repository
from api.conversations.desk import NewsKind
from api.conversations.lines import end_turn, say
from api.conversations.models import Conversation, Outcome, Owner
from api.texts import Language

# From the mildest to the gravest, the names of the contract's safety intents.
DANGERS = ("distress", "report_violence", "crisis")
# With these the talk goes to a person; in distress one is offered.
GRAVE = frozenset({"report_violence", "crisis"})

# What a question that asks for a topic says of itself (`asks`).
TOPIC = "topic"


class Notice(Protocol):
    """A message that needs an answer at once."""

    @property
    def danger(self) -> str:
        """One of `DANGERS`."""

    @property
    def names_topic(self) -> bool:
        """Whether the words only name a subject, as one asks for a class about it: no cry where that was asked for."""

    def answer(self, language: Language | None, before: str | None) -> list[dict[str, Any]]:
        """The messages to write. `language` is the talk's so far, `before` the gravest danger answered in it so far."""


class Look(Protocol):
    """What the watch says of a message."""

    @property
    def notice(self) -> Notice | None:
        """None when the words go their usual way."""

    @property
    def calm(self) -> bool:
        """Whether surely nothing is wrong, so that the bot must not take the words for a cry for help either."""


type Watch = Callable[[str], Awaitable[Look]]


async def asks_topic(session: AsyncSession, talk: Conversation) -> bool:
    """Whether the bot waits to hear what a class should be about."""
    question = await repository.open_question(session, talk.id) if talk.owner == Owner.BOT else None
    return question is not None and question.body["asks"] == TOPIC


async def answer_at_once(session: AsyncSession, talk: Conversation, seq: int, notice: Notice) -> None:
    """Answer message `seq` and end its turn, whoever owns the talk; put the talk before a person, where it is grave
    even into a person's hands.
    """
    before = talk.owner
    for body in notice.answer(talk.language if talk.language in ("pl", "en") else None, talk.safety_class):  # type: ignore[arg-type]
        await say(session, talk.id, body, sender="system", reply_to=seq)
        talk.language = body["language"]
    if talk.owner == Owner.COUNSELLOR:
        await desk.tell(session, talk.id, NewsKind.MESSAGE)
    await flag(session, talk, notice.danger)
    await end_turn(session, talk.id, seq, Outcome.ANSWERED if talk.owner == before else Outcome.HANDED_OVER)


async def flag(session: AsyncSession, talk: Conversation, danger: str | None) -> None:
    """Note the gravest danger of the talk and put it on top of the counsellors' queue; what is grave waits for a person
    from now on.
    """
    known = [name for name in (talk.safety_class, danger) if name in DANGERS]
    talk.safety_class = max(known, key=DANGERS.index, default=None)
    await session.flush()
    await handoff.flag_safety(session, talk.id, hand_over=danger in GRAVE)
