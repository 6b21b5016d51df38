"""The statistics: counted once, from what happened, and still there when the words are gone."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from api import person
from api.catalogue.service import today
from api.conversations import handoff, repository
from api.conversations.handoff import Actor
from api.conversations.models import Conversation, Event, Owner
from api.conversations.notifier import Notifier
from api.conversations.service import Heart
from api.database import Database, now
from api.insights import collector, figures
from api.insights.models import CountedTalk, TalkStatistics
from api.insights.repository import Chosen
from api.signups import service as signups
from api.signups.models import Kind
from api.signups.service import Applicant, Target
from tests.console.talks import begin, turn

ANNA = Actor("staff", 1, "Anna")
type Cells = dict[str, tuple[int | float | None, ...]]


@pytest.fixture
def heart(store: Database) -> Heart:
    """The heart on an empty database of either kind."""
    return Heart(store, Notifier())


async def figure(heart: Heart, name: str, **chosen: str) -> Cells:
    """A figure of the last days, after everything has been counted."""
    await collector.catch_up(heart.database)
    whole = Chosen(today() - timedelta(days=1), today() + timedelta(days=1), **chosen)
    async with heart.database.transaction(read_only=True) as session:
        return dict((await figures.FIGURES[name](session, whole)).rows)


async def sign_up(heart: Heart, talk: str, school: str = "ZSM", contact: str = "ola@example.org") -> None:
    """A place on the interest list of a course."""
    applicant = Applicant("Ola", school, "2b", contact, person.AgeGroup("16_17"), True, "pl")
    async with heart.database.transaction() as session:
        await signups.apply(session, talk, Target(Kind.COURSE, "cnc", "CNC"), applicant)


async def test_reach_counts_talks_that_got_somewhere(heart: Heart) -> None:
    course, clinic, human, nothing = [await begin(heart) for _ in range(4)]
    for talk in (course, human, nothing):
        await turn(heart, talk, "hej", "greet")
    await turn(heart, clinic, "poradnia", "ask_clinic", card="clinic")
    await sign_up(heart, course)
    await turn(heart, course, "dzięki", "thank")
    async with heart.database.transaction() as session:
        for owner in (Owner.WAITING, Owner.COUNSELLOR, Owner.CLOSED):
            await handoff.change_owner(session, human, to=owner, by=ANNA, reason="asked")
        await handoff.change_owner(session, nothing, to=Owner.WAITING, by=handoff.PUPIL, reason="asked")
    await begin(heart)  # opened, and nothing said
    reach = await figure(heart, "reach")
    assert reach == {
        "any": (0.75, 3),
        "course": (0.25, 1),
        "appointment": (0.0, 0),
        "clinic": (0.25, 1),
        "person": (0.25, 1),
    }
    assert (await figure(heart, "courses"))["cnc"] == (0, 1)
    assert (await figure(heart, "languages")) == {"pl": (4, 3)}


async def test_counting_again_or_at_once_changes_nothing(heart: Heart) -> None:
    talk = await begin(heart)
    await turn(heart, talk, "kurs", "ask_courses")
    assert await collector.catch_up(heart.database) == 1
    assert await collector.catch_up(heart.database) == 0
    await turn(heart, talk, "hm", "nlu_fallback")
    await asyncio.gather(*(collector.catch_up(heart.database) for _ in range(4)))
    assert await figure(heart, "unsure") == {"pl": (0.5, 1, 2)}
    async with heart.database.transaction() as session:
        await session.execute(update(Conversation).values(feedback_score=4))
    assert (await figure(heart, "satisfaction"))["4"] == (1, 1.0)
    async with heart.database.transaction(read_only=True) as session:
        assert await session.scalar(select(func.count()).select_from(TalkStatistics)) == 1


async def test_a_talk_that_goes_on_while_it_is_counted_is_counted_whole(heart: Heart) -> None:
    talks = [await begin(heart) for _ in range(3)]

    async def write(talk: str) -> None:
        for number in range(8):
            await turn(heart, talk, f"kurs {number}", "nlu_fallback" if number % 2 else "ask_courses")

    async def count() -> None:
        for _ in range(10):
            await collector.catch_up(heart.database)

    await asyncio.gather(*map(write, talks), count(), count())
    assert await figure(heart, "unsure") == {"pl": (0.5, 12, 24)}


async def test_numbers_stay_when_the_words_go(heart: Heart) -> None:
    erased, emptied = [await begin(heart) for _ in range(2)]
    for talk in (erased, emptied):
        await turn(heart, talk, "gdzie poradnia", "ask_clinic", card="clinic")
    before = {name: await figure(heart, name) for name in ("reach", "topics", "unsure", "days")}
    async with heart.database.transaction() as session:
        await repository.erase(session, erased)
        await session.execute(update(Event).where(Event.conversation_id == emptied).values(body={}))
    assert {name: await figure(heart, name) for name in before} == before
    async with heart.database.transaction(read_only=True) as session:
        links = list(await session.scalars(select(CountedTalk.conversation_id)))
        ids = list(await session.scalars(select(TalkStatistics.id)))
    assert links == [emptied]
    assert not {erased, emptied} & set(ids), "a row does not know its conversation"


async def test_topics_industries_and_courses_by_talks(heart: Heart) -> None:
    first, second = await begin(heart), await begin(heart)
    await turn(heart, first, "mechanika", "ask_courses", entities=(("industry", "mechanical"),))
    await turn(heart, first, "mechanika!", "ask_courses", entities=(("industry", "mechanical"), ("grade", "2")))
    await turn(heart, second, "staż", "ask_internships", entities=(("industry", "photography"),))
    await turn(heart, second, "kurs", "ask_courses", entities=(("profession", "no-such"),))
    assert await figure(heart, "topics") == {"ask_courses": (2, 1.0), "ask_internships": (1, 0.5)}
    assert await figure(heart, "industries") == {"mechanical": (1,), "photography": (1,)}


async def test_hand_overs_and_the_time_until_one_was_taken(heart: Heart) -> None:
    taken, left, waits = [await begin(heart) for _ in range(3)]
    for talk in (taken, left, waits):
        await turn(heart, talk, "człowiek", "ask_human")
    async with heart.database.transaction() as session:
        for talk in (taken, left, waits):
            await handoff.change_owner(session, talk, to=Owner.WAITING, by=handoff.PUPIL, reason="asked")
    async with heart.database.transaction() as session:
        four_minutes_ago = now() - timedelta(minutes=4)
        await session.execute(update(handoff.OwnerChange).values(at=four_minutes_ago))
        await handoff.change_owner(session, taken, to=Owner.COUNSELLOR, by=ANNA, reason="took")
        await handoff.change_owner(session, left, to=Owner.BOT, by=handoff.PUPIL, reason="went_back")
    assert await figure(heart, "handovers") == {"asked": (3, 1, 1, 4.0)}


@pytest.mark.parametrize("reason", ["unsure", "complaint", "safety"])
async def test_a_person_is_reached_when_a_counsellor_takes_the_talk_not_when_the_bot_hands_it_over(
    heart: Heart, reason: str
) -> None:
    talk = await begin(heart)
    await turn(heart, talk, "…", "nlu_fallback")
    async with heart.database.transaction() as session:
        await handoff.change_owner(session, talk, to=Owner.WAITING, by=handoff.BOT, reason=reason)
    assert (await figure(heart, "reach"))["person"] == (0.0, 0)
    async with heart.database.transaction() as session:
        await handoff.change_owner(session, talk, to=Owner.COUNSELLOR, by=ANNA, reason="took")
    assert (await figure(heart, "reach"))["person"] == (1.0, 1)


async def test_break_offs_are_silent_talks_that_reached_nothing(heart: Heart) -> None:
    silent, polite, reached, going_on = [await begin(heart) for _ in range(4)]
    await turn(heart, silent, "kurs", "ask_courses")
    await turn(heart, polite, "pa", "goodbye")
    await turn(heart, reached, "poradnia", "ask_clinic", card="clinic")
    await collector.catch_up(heart.database)
    async with heart.database.transaction() as session:
        await session.execute(update(TalkStatistics).values(last_at=now() - timedelta(hours=1)))
    await turn(heart, going_on, "hm", "ask_help")
    assert await figure(heart, "breaks") == {"ask_courses": (1,)}


async def test_language_channel_and_days_choose_the_talks(heart: Heart) -> None:
    polish, english = await begin(heart), await begin(heart, "en", "messenger")
    await turn(heart, polish, "hej", "greet")
    await turn(heart, english, "hi", "greet", language="en")
    assert (await figure(heart, "reach", language="en"))["any"] == (0.0, 0)
    assert await figure(heart, "channels", language="en") == {"messenger": (1, 0)}
    assert await figure(heart, "topics", channel="web") == {"greet": (1, 1.0)}
    days = await figure(heart, "days")
    assert list(days.values()) == [(0, 0), (2, 0), (0, 0)]
    long_ago = Chosen(date(2020, 1, 1), date(2020, 1, 2))
    async with heart.database.transaction(read_only=True) as session:
        assert (await figures.reach(session, long_ago)).rows[0] == ("any", (None, 0))


async def test_schools_are_shown_from_five_different_pupils(heart: Heart) -> None:
    for number in range(5):
        talk = await begin(heart)
        await sign_up(heart, talk, "Technikum nr 1" if number else "technikum NR 1.", f"p{number}@example.org")
    for _ in range(9):
        await sign_up(heart, await begin(heart), "Mała szkoła", "one@example.org")
    assert await figure(heart, "schools") == {"": (6,)}, "one pupil must not be told by subtraction"
    for number in range(4):
        await sign_up(heart, await begin(heart), "Mała szkoła", f"m{number}@example.org")
    assert await figure(heart, "schools") == {"Technikum nr 1": (5,), "Mała szkoła": (5,)}
