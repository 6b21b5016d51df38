"""The figures of the insights. A talk is a conversation in which a pupil wrote at least once; it counts on the day, in
Poland, on which it began. Shares are of all talks that were chosen. Each function says what its figure means.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy.ext.asyncio import AsyncSession

from api.database import now
from api.insights import privacy, repository, schools
from api.insights.models import Subject, TalkStatistics
from api.insights.repository import Chosen

# After so long without a word a pupil has gone.
SILENCE = timedelta(minutes=30)
# A talk that ends like this has not broken off.
POLITE = ("goodbye", "thank", "delete_my_data")
UNSURE = "nlu_fallback"
SCORES = (5, 4, 3, 2, 1)

type Cell = int | float | None


@dataclass(frozen=True)
class Figure:
    """A table: each row has a key (an id, whose name the page knows by `keys`) and numbers, named by `columns`.

    The first column is drawn; a column whose name ends in `share` is a part of one, in `minutes` a time.
    """

    keys: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, tuple[Cell, ...]]]


async def reach(session: AsyncSession, chosen: Chosen) -> Figure:
    """The share of talks in which the pupil got to a course (a sign-up or an interest list), an appointment (booked, or
    a meeting asked for), a clinic's way in (a clinic's card was shown) or a person (a counsellor took the talk); and to
    any of these. What was reached once counts, also when it is taken back later.
    """
    all_ = await repository.talks(session, chosen)
    reached = await repository.reached(session, chosen)
    return Figure("reach", ("share", "talks"), [(name, (_share(n, all_), n)) for name, n in reached.items()])


async def days(session: AsyncSession, chosen: Chosen) -> Figure:
    """Talks by the day on which they began, every day of the time that was chosen, and how many reached something."""
    found = {day: (count, hits) for day, count, hits in await repository.by(session, chosen, TalkStatistics.day)}
    length = (chosen.until - chosen.since).days + 1
    every = [chosen.since + timedelta(days=number) for number in range(length)]
    return Figure("day", ("talks", "reached"), [(day.isoformat(), found.get(day, (0, 0))) for day in every])


async def languages(session: AsyncSession, chosen: Chosen) -> Figure:
    """Talks by the language in which they went on last, and how many reached something."""
    return _by("language", await repository.by(session, chosen, TalkStatistics.language))


async def channels(session: AsyncSession, chosen: Chosen) -> Figure:
    """Talks by the channel that they came from, and how many reached something."""
    return _by("channel", await repository.by(session, chosen, TalkStatistics.channel))


async def topics(session: AsyncSession, chosen: Chosen) -> Figure:
    """In how many talks the bot heard each intent, typed or pressed, at least once."""
    found = await repository.subjects(session, chosen, Subject.INTENT)
    all_ = await repository.talks(session, chosen)
    return Figure("intent", ("talks", "share"), [(name, (n, _share(n, all_))) for name, n in found.items()])


async def unsure(session: AsyncSession, chosen: Chosen) -> Figure:
    """By language: of the pupils' messages that the bot answered, the share to which it said that it does not
    understand. Messages that went to a person, or were answered by the safety detectors, are not among them.
    """
    found = await repository.turns(session, chosen)
    return Figure("language", ("share", "unsure", "turns"), [(k or "", (_share(n, t), n, t)) for k, t, n in found])


async def handovers(session: AsyncSession, chosen: Chosen) -> Figure:
    """By reason: how often talks went into the queue, how many of these a counsellor took, how many still wait, and the
    median time until one was taken, in minutes. A talk that goes into the queue twice counts twice.
    """
    found = await repository.handovers(session, chosen)
    rows = []
    for reason in sorted({reason for reason, _, _ in found}):
        of_it = [(open_, seconds) for name, open_, seconds in found if name == reason]
        waited = [seconds for _, seconds in of_it if seconds is not None]
        minutes = round(median(waited) / 60, 1) if waited else None
        rows.append((reason, (len(of_it), len(waited), sum(open_ for open_, _ in of_it), minutes)))
    rows.sort(key=lambda row: (-(row[1][0]), row[0]))
    return Figure("reason", ("times", "taken", "waiting", "minutes"), rows)


async def satisfaction(session: AsyncSession, chosen: Chosen) -> Figure:
    """How many talks the pupil gave each score, 5 being the best. Most talks get none, so this is of those that did."""
    found = {score: count for score, count, _ in await repository.by(session, chosen, TalkStatistics.score) if score}
    all_ = sum(found.values())
    return Figure(
        "score", ("talks", "share"), [(str(s), (found.get(s, 0), _share(found.get(s, 0), all_))) for s in SCORES]
    )


async def industries(session: AsyncSession, chosen: Chosen) -> Figure:
    """In how many talks the pupil named an industry, itself or by one of its professions or courses."""
    found = await repository.subjects(session, chosen, Subject.INDUSTRY)
    return Figure("industry", ("talks",), [(name, (n,)) for name, n in found.items()])


async def courses(session: AsyncSession, chosen: Chosen) -> Figure:
    """In how many talks the pupil named a course (typed or pressed), and in how many it signed up or joined the
    interest list."""
    asked = await repository.subjects(session, chosen, Subject.COURSE)
    signed = await repository.subjects(session, chosen, Subject.SIGN_UP)
    names = [*asked, *(name for name in signed if name not in asked)]
    return Figure("course", ("talks", "signed"), [(name, (asked.get(name, 0), signed.get(name, 0))) for name in names])


async def breaks(session: AsyncSession, chosen: Chosen) -> Figure:
    """Where talks break off: talks with the bot in which nothing was reached and the pupil has been silent for half an
    hour, by the intent that was answered last. Those that ended with thanks or a goodbye are not among them.
    """
    found = await repository.break_offs(session, chosen, now() - SILENCE, POLITE)
    return Figure("intent", ("talks",), [(name, (n,)) for name, n in found.items()])


async def by_school(session: AsyncSession, chosen: Chosen) -> Figure:
    """Pupils (different contacts) who have left a sign-up or a request, by school, whatever time, language and channel
    are chosen: slices could be subtracted from each other. Nothing about fewer than five pupils is shown.
    """
    found = privacy.by_school(await schools.pupils(session))
    return Figure("school", ("pupils",), [(name, (n,)) for name, n in found.items()])


# In the order of the page.
FIGURES: dict[str, Callable[[AsyncSession, Chosen], Awaitable[Figure]]] = {
    "reach": reach,
    "days": days,
    "topics": topics,
    "unsure": unsure,
    "handovers": handovers,
    "satisfaction": satisfaction,
    "industries": industries,
    "courses": courses,
    "breaks": breaks,
    "languages": languages,
    "channels": channels,
    "schools": by_school,
}


def _by(keys: str, found: Sequence[tuple[str | None, int, int]]) -> Figure:
    rows = sorted(found, key=lambda row: -row[1])
    return Figure(keys, ("talks", "reached"), [(key or "", (count, hits)) for key, count, hits in rows])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
