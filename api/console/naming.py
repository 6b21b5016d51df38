"""What ids of the domain and the catalogue are called on the console's pages."""

from collections.abc import Mapping
from typing import Any

from api.catalogue.kinds import CourseType, Industry, Profession, Qualification, SchoolType
from api.catalogue.records import Record
from api.catalogue.view import Catalogue
from api.texts import Language, all_texts, text

# Entities that a counsellor can choose, with where their values stand in the catalogue.
RECORDS: dict[str, type[Record]] = {
    "industry": Industry,
    "profession": Profession,
    "qualification": Qualification,
    "course_type": CourseType,
    "school_type": SchoolType,
}
GRADES = ("1", "2", "3", "4", "5")
UNSURE = "nlu_fallback"


def intent(name: str, language: Language) -> str:
    """The plain name of an intent; the intent itself when it has none."""
    if name == UNSURE:
        return text("review.not_understood", language)
    return text(f"guesses.{name}", language) if f"guesses.{name}" in all_texts() else name


def channel(name: str, language: Language) -> str:
    """What a channel is called; its id when it has no name."""
    return text(f"console.channel_{name}", language) if f"console.channel_{name}" in all_texts() else name


def record(catalogue: Catalogue, kind: str, id_: str, language: Language) -> str:
    """The name of a record; its id when a pupil may not see it or it is gone."""
    found = catalogue.find(RECORDS[kind], id_)
    return str(getattr(found, f"name_{language}", None) or id_)


def entities(catalogue: Catalogue, language: Language) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen as an entity: by kind the keys (see `key`) with their names."""
    found = {
        kind: [(f"{kind}:{one.id}", record(catalogue, kind, one.id, language)) for one in catalogue.all(model)]
        for kind, model in RECORDS.items()
    }
    return {**found, "grade": [(f"grade:{grade}", grade) for grade in GRADES]}


def key(entity: Mapping[str, Any]) -> str:
    """An entity as a form carries it: `industry:mechanical`, `interest/like:motors`."""
    role = f"/{entity['role']}" if entity.get("role") else ""
    return f"{entity['entity']}{role}:{entity['value']}"


def entity(given: str) -> dict[str, str]:
    """What a key stands for."""
    kind, _, value = given.partition(":")
    name, _, role = kind.partition("/")
    return {"entity": name, "value": value, **({"role": role} if role else {})}
