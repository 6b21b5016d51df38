"""What a pupil has told about itself so far, gathered from what the bot understood of each message."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.catalogue.kinds import CourseType, Industry, Interest, Profession, SchoolType
from api.catalogue.records import Record
from api.catalogue.service import snapshot
from api.catalogue.view import Catalogue
from api.conversations.understanding import Understanding
from api.texts import LANGUAGES, Language

# In this order; "dislike" is an interest in that role.
KINDS = ("interest", "dislike", "profession", "qualification", "industry", "course_type", "school_type", "grade")
RECORDS: dict[str, type[Record]] = {
    "interest": Interest,
    "dislike": Interest,
    "profession": Profession,
    "industry": Industry,
    "course_type": CourseType,
    "school_type": SchoolType,
}


@dataclass(frozen=True)
class Fact:
    """One kind of thing with all that the pupil named, by language."""

    kind: str
    names: dict[Language, list[str]]


async def collected(session: AsyncSession, understood: Iterable[Understanding]) -> list[Fact]:
    """The profile; of class and school the latest, of all else everything."""
    values: dict[str, list[str]] = {}
    for message in understood:
        for entity in message.entities:
            values.setdefault(_kind(entity), []).append(str(entity["value"]))
    catalogue = await snapshot(session)
    facts = []
    for kind in KINDS:
        told = list(dict.fromkeys(values.get(kind, [])))
        told = told[-1:] if kind in ("school_type", "grade") else told
        if told:
            names = {language: [_name(catalogue, kind, value, language) for value in told] for language in LANGUAGES}
            facts.append(Fact(kind, names))
    return facts


def _kind(entity: dict[str, Any]) -> str:
    return "dislike" if entity.get("role") == "dislike" else str(entity["entity"])


def _name(catalogue: Catalogue, kind: str, value: str, language: Language) -> str:
    """The record's name; the value itself where there is no record to show."""
    record = catalogue.find(RECORDS[kind], value) if kind in RECORDS else None
    return str(getattr(record, f"name_{language}", None) or value)
