"""What the pupil is told when its talk changes hands: honest about who answers and when."""

from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import desk, hours, lines, repository
from api.conversations.models import Conversation, Owner
from api.database import now
from api.texts import Language, button, text

MENU = ("interests", "courses", "internships", "counselling", "human")
# Why the bot owns a talk again whose pupil has pressed one of its buttons: the answer to the button follows.
PRESSED = "pressed"


async def tell_owner(session: AsyncSession, talk: Conversation, before: Owner, *, by_pupil: bool) -> None:
    """Say who answers from now on."""
    if talk.owner == Owner.WAITING:
        await tell_waiting(session, talk)
    elif talk.owner == Owner.COUNSELLOR:
        await say(session, talk, "joined", name=talk.counsellor_name)
    elif talk.owner == Owner.CLOSED:
        await say(session, talk, "closed", buttons=MENU)
    elif talk.owner_reason == PRESSED:
        await say(session, talk, "went_back")
    elif before != Owner.CLOSED:
        await tell_back(session, talk, "went_back" if by_pupil else "given_back")


async def tell_back(session: AsyncSession, talk: Conversation, key: str) -> None:
    """The bot is back: it repeats the question that a form still waits to hear answered, or offers its topics."""
    question = await repository.open_question(session, talk.id)
    if question is None:
        await say(session, talk, key, buttons=MENU)
        return
    language = language_of(talk)
    await _write(session, talk, f"{text(f'handoff.{key}', language)} {text('handoff.question', language)}", ())
    await lines.say(session, talk.id, question.body, sender="bot")


async def tell_waiting(session: AsyncSession, talk: Conversation) -> None:
    """Who answers and when, how many wait before, and what to do meanwhile; an appointment when nobody is here.

    After a cry for help it is shorter: the helplines have just been given.
    """
    language, week = language_of(talk), await hours.read(session)
    closes = week.closes_at(now())
    if not week.known:
        when = text("handoff.hours_unknown", language)
    elif closes is None:
        when = text("handoff.hours_closed", language, hours=week.in_words(language))
    else:
        when = text("handoff.hours_open", language, until=closes)
    before = await desk.waiting_before(session, talk)
    grave = talk.owner_reason == "safety"
    first = [text("handoff.waiting_safety" if grave else "handoff.waiting", language), when]
    first += [text("handoff.before", language, count=before)] if before else []
    words = "\n".join((" ".join(first), text("handoff.meanwhile_safety" if grave else "handoff.meanwhile", language)))
    away = week.known and closes is None and not grave
    await _write(session, talk, words, ("leave_contact", "back_to_bot", *(("counselling",) if away else ())))


async def say(
    session: AsyncSession, talk: Conversation, key: str, *, buttons: tuple[str, ...] = (), **values: Any
) -> None:
    """A notice from `data/texts/handoff.yml`."""
    await _write(session, talk, text(f"handoff.{key}", language_of(talk), **values), buttons)


async def tell(
    session: AsyncSession, conversation_id: str, words: str, language: Language, buttons: tuple[str, ...] = ()
) -> None:
    """A notice of the staff's making, for instance that an appointment is called off."""
    shown = [button(name, language) for name in buttons]
    body = {"text": words, "language": language, "buttons": shown, "cards": []}
    await lines.say(session, conversation_id, body, sender="system")


def language_of(talk: Conversation) -> Language:
    """The language in which the talk goes on."""
    return cast(Language, talk.language or "pl")


async def _write(session: AsyncSession, talk: Conversation, words: str, buttons: tuple[str, ...]) -> None:
    await tell(session, talk.id, words, language_of(talk), buttons)
