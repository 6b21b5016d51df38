"""What all cards are made of: the shape of the contract, facts with their labels, the source."""

from collections.abc import Iterable
from typing import Any

from api.catalogue.kinds import Industry
from api.catalogue.records import Record
from api.catalogue.view import Catalogue
from api.catalogue.visibility import is_to_be_confirmed
from api.texts import Language, text

type Card = dict[str, Any]
type Fact = dict[str, str]


def write(key: str, language: Language, **values: Any) -> str:
    """A text of `data/texts/cards.yml`."""
    return text(f"cards.{key}", language, **values)


def make(
    kind: str,
    record: Record,
    language: Language,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    why: str | None = None,
    url: str | None = None,
    facts: Iterable[Fact | None] = (),
    buttons: Iterable[dict[str, str]] = (),
) -> Card:
    """A card in the shape of the contract; the title is the record's name, facts that are None are left out."""
    return {
        "kind": kind,
        "id": record.id,
        "title": title or record.name(language),
        "subtitle": subtitle or None,
        "why": why or None,
        "url": url,
        "facts": [fact for fact in facts if fact is not None],
        "source": source(record, language),
        "buttons": list(buttons),
    }


def source(record: Record, language: Language) -> dict[str, str | None]:
    """Where the record was read; the catalogue itself where nothing is known of it."""
    known = record.source
    return {"title": known.title or write("own_source", language), "url": known.url, "as_of": known.as_of}


def fact(label: str, value: str | None, language: Language) -> Fact | None:
    """A fact of its own making; None without a value."""
    return {"label": write(f"label_{label}", language), "value": value} if value else None


def fact_of(
    record: Record, field: str, language: Language, value: Any = None, *, label: str | None = None
) -> Fact | None:
    """The fact that a field tells, "to be confirmed" where it is; None where it is unknown or hidden.

    `value` stands for the field's own where that must be put into words first; a list is set in one line.
    """
    shown = in_words(value if value is not None else record.text(field, language))
    return fact(label or field, hedged(record, field, shown, language), language)


def hedged(record: Record, field: str, value: str, language: Language) -> str:
    """The words for a field, with "to be confirmed at the school or office" where that must be said."""
    if value and is_to_be_confirmed(record, field):
        return write("to_be_confirmed", language, value=value)
    return value


def in_words(value: Any) -> str:
    """A value in one line."""
    if value is None:
        return ""
    return "; ".join(str(item) for item in value) if isinstance(value, tuple | list) else str(value)


def names[R: Record](catalogue: Catalogue, model: type[R], ids: Iterable[str], language: Language) -> list[str]:
    """The names of those records that may be shown."""
    found = (catalogue.find(model, id_) for id_ in ids)
    return [record.name(language) for record in found if record is not None]


def industries(catalogue: Catalogue, record: Record, language: Language) -> str:
    """The industries of a record in one line."""
    ids: tuple[str, ...] = getattr(record, "industries", ())
    if len(ids) > 1 and len(ids) == len(catalogue.all(Industry)):
        return write("all_industries", language)
    return ", ".join(names(catalogue, Industry, ids, language))
