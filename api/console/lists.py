"""What the lists of sign-ups, requests and appointments share: their words, pages of rows, files, the way back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from api import person
from api.console.pages import when
from api.texts import Language, text

ROWS = 50


@dataclass(frozen=True)
class Words:
    """The texts of the lists in the language of the page."""

    language: Language

    def t(self, key: str, /, **values: Any) -> str:
        """A text of the lists."""
        return text(f"lists.{key}", self.language, **values)

    def named(self, column: str, values: type[StrEnum]) -> list[tuple[str, str]]:
        """The values of a closed set with their names."""
        return [(value.value, self.t(f"{column}_{value.value}")) for value in values]

    def contact(self, contact: str | None) -> str:
        """A contact as people write it."""
        return person.shown(contact) if contact else "–"

    def cells(self, row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
        """A row for a file: column titles and values in words."""
        return {self.t(f"column_{column}"): self.cell(column, row[column]) for column in columns}

    def cell(self, column: str, value: Any) -> str:
        """One value in words; names, contacts and titles as they are."""
        if value is None:
            return ""
        if column in ("kind", "status", "age_group", "parent", "mode"):
            return self.t(f"{column}_{value}")
        if column == "contact":
            return self.contact(value)
        if column in ("created_at", "starts_at"):
            return when(value, self.language) if column == "starts_at" else value.date().isoformat()
        if isinstance(value, bool):
            return self.t("yes") if value else ""
        return str(value)


@dataclass(frozen=True)
class Page[T]:
    """Some rows of a list: `number` counts from 1."""

    rows: Sequence[T]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // ROWS))


def page_of[T](rows: Sequence[T], number: int) -> Page[T]:
    """The rows of this page."""
    chosen = min(max(1, number), max(1, -(-len(rows) // ROWS)))
    return Page(rows[(chosen - 1) * ROWS : chosen * ROWS], chosen, len(rows))


def one_of[E: StrEnum](values: type[E], given: str) -> E | None:
    """The value that a filter names; None for any, and for what is none."""
    return next((value for value in values if value.value == given), None)


def back(home: str, given: str) -> str:
    """Where a form was: a filter of the same list, or its beginning."""
    return f"{home}?{given}" if given and "\n" not in given else home


def query(**filters: object) -> str:
    """The filters as the end of an address, without empty ones."""
    return urlencode({name: value for name, value in filters.items() if value not in ("", None)})


type Columns = Sequence[str]
type Cells = Callable[[Any], Mapping[str, Any]]


def fields_of(columns: Columns) -> Cells:
    """A row object as a mapping of these columns."""
    return lambda row: {column: getattr(row, column) for column in columns}
