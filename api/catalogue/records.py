"""What all records of the catalogue have in common, whatever their kind."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

from api.texts import LANGUAGES, Language

type Texts = tuple[str, ...]
type Links = Mapping[str, str]


class Display(StrEnum):
    """Whether a pupil may see the record at all."""

    OK = "ok"
    HOLD = "hold"


class Status(StrEnum):
    """How well the record is confirmed."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    UNKNOWN_CONTACT = "unknown_contact"


class Frozen(BaseModel):
    """Base of all parts of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """Where a fact was read."""

    url: str | None = None
    title: str | None = None
    as_of: str | None = None


class Record(Frozen):
    """What all records have."""

    links: ClassVar[Links] = {}

    id: str
    display: Display
    source: Source
    status: Status
    unverified_fields: Texts

    @model_validator(mode="after")
    def _unverified_fields_exist(self) -> "Record":
        fields = type(self).model_fields
        unknown = [key for key in self.unverified_fields if key not in fields and f"{key}_pl" not in fields]
        if unknown:
            raise ValueError(f"{self.id}: unverified_fields names {', '.join(unknown)}, which the record has not")
        return self

    def text(self, field: str, language: Language) -> Any:
        """The field's value in this language; a field of one language is given as it is."""
        return getattr(self, f"{field}_{language}", None) if hasattr(self, f"{field}_pl") else getattr(self, field)

    def name(self, language: Language) -> str:
        """The name, in the other language where this one has none, and at last the id."""
        names = (self.text("name", code) for code in (language, *LANGUAGES) if hasattr(self, "name_pl"))
        return next((str(name) for name in names if name), self.id)


class Named(Record):
    """A record with a name."""

    name_pl: str | None
    name_en: str | None


class Explained(Named):
    """A record with a name and a sentence or two."""

    text_pl: str | None
    text_en: str | None


def linked(record: Record, field: str) -> tuple[str, ...]:
    """All ids in a field of `links`, whatever its shape."""
    value = getattr(record, field)
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(id_ for item in value for id_ in ((item,) if isinstance(item, str) else item))
