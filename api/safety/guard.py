"""Joins the detectors with their answers, for the heart: call it with a pupil's words."""

import asyncio
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.catalogue.service import snapshot
from api.catalogue.view import Catalogue
from api.database import DATABASE_AWAY, Database
from api.safety import answers
from api.safety.classifier import GRAVE
from api.safety.detector import Alarm, Detector
from api.safety.language import language_of
from api.texts import LANGUAGES, Language

log = structlog.get_logger()

# How long an answer waits for the cards of the helplines; after that the numbers stand in its text.
CATALOGUE_SECONDS = 0.1
# How long a start waits for them.
PREPARING_SECONDS = 2.0
# Words that tell no language, so that both lists are read.
READ_BEFORE = "?"


@dataclass(frozen=True)
class Noticed:
    """A message that needs an answer at once, with all that the answer needs."""

    alarm: Alarm
    said: str
    catalogue: Catalogue | None

    @property
    def danger(self) -> str:
        """The class of the alarm."""
        return self.alarm.danger

    @property
    def names_topic(self) -> bool:
        """Whether the words only name a subject."""
        return self.alarm.names_topic

    def answer(self, language: Language | None, before: str | None) -> list[dict[str, Any]]:
        """The messages, in the language of the pupil's words when that is clear; shorter when nothing is graver now."""
        return answers.messages(
            self.danger,
            language_of(self.said, language),
            self.catalogue,
            about_another=self.alarm.about_another,
            again=not answers.is_graver(self.danger, before),
        )


class Look(NamedTuple):
    """What a look at a message found. `calm`: surely nothing is wrong."""

    notice: Noticed | None = None
    calm: bool = False


class Guard:
    """Looks at every typed message."""

    def __init__(self, detector: Detector, database: Database) -> None:
        self._detector = detector
        self._database = database
        self._catalogue: Catalogue | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __call__(self, said: str) -> Look:
        """What is noticed in the words."""
        found = await self._detector.look(said)
        if found.alarm is None:
            return Look(calm=found.calm)
        return Look(Noticed(found.alarm, said, await self._latest_catalogue()))

    async def prepare(self) -> None:
        """Read beforehand what the first answer needs, a third of a second: lists of words, texts, the catalogue."""
        for language in LANGUAGES:
            Noticed(Alarm(GRAVE[0]), READ_BEFORE, None).answer(language, None)
        await self._latest_catalogue(PREPARING_SECONDS)

    async def _latest_catalogue(self, seconds: float = CATALOGUE_SECONDS) -> Catalogue | None:
        """The catalogue, or the one read last when the database is slow; None when there was none yet."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        # Not cancelled when it takes longer: to break off a question to a slow database takes long, too.
        await asyncio.wait({self._reading}, timeout=seconds)
        if not self._reading.done():
            log.warning("safety_without_fresh_catalogue", reason="TimeoutError")
        return self._catalogue

    async def _read(self) -> None:
        try:
            async with self._database.transaction(read_only=True) as session:
                self._catalogue = await snapshot(session)
        except (SQLAlchemyError, OSError, *DATABASE_AWAY) as problem:
            log.warning("safety_without_fresh_catalogue", reason=type(problem).__name__)
