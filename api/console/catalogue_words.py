"""The editor's words: labels, hints and values of fields, and what is wrong with them, in the language of the page."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.catalogue.editing import EDITIONS, Stored
from api.catalogue.fields import Field, Shape
from api.console.pages import on_day
from api.texts import Language, all_texts, text

ROOM = "catalogue_editor"
LONGEST_SHOWN = 60


@dataclass
class Words:
    """Everything that a page of the editor says; `names` are those of records that others may name."""

    language: Language
    names: dict[str, dict[str, str]] = field(default_factory=dict)

    def t(self, key: str, /, **values: Any) -> str:
        """A text of the editor."""
        return text(f"{ROOM}.{key}", self.language, **values)

    def label(self, of: Field) -> str:
        """The name of a field."""
        name = self.t(f"field_{of.base.replace('.', '_')}")
        return self.t(f"in_{of.language}", name=name) if of.language else name

    def hint(self, of: Field) -> str:
        """What belongs into a field; empty where the label says enough."""
        key = f"hint_{of.base.replace('.', '_')}"
        if f"{ROOM}.{key}" in all_texts():
            return self.t(key)
        return self.t("hint_lines") if of.shape is Shape.LINES else ""

    def option(self, of: Field, value: str) -> str:
        """What one of the values to choose from means."""
        if of.kind:
            return self.names.get(of.kind, {}).get(value, value)
        key = f"choice_{value}"
        if of.key == "unverified_fields":
            key = f"field_{value.removesuffix('_pl').removesuffix('_en')}"
        return self.t(key) if f"{ROOM}.{key}" in all_texts() else value

    def options(self, of: Field, chosen: str) -> list[tuple[str, str]]:
        """The values to choose from with their names. Of several the chosen come first and keep their order."""
        values = list(self.names.get(of.kind, {})) if of.kind else list(of.options)
        first = [one for one in chosen.split("\n") if one and (of.shape is Shape.CHOICES or one not in values)]
        return [(value, self.option(of, value)) for value in dict.fromkeys([*first, *values])]

    def value(self, of: Field, typed: str) -> str:
        """A value in words, for the history."""
        if of.shape in (Shape.CHOICE, Shape.CHOICES):
            return ", ".join(self.option(of, one) for one in typed.split("\n") if one)
        if of.shape is Shape.YES_NO and typed:
            return self.t(f"choice_{typed}")
        return typed

    def mistake(self, what: str, value: str) -> str:
        """A sentence on what is wrong."""
        shown = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
        return self.t(f"mistake_{what}", value=shown)

    def name(self, one: Stored) -> str:
        """What a record is called; an edition by its course and date."""
        if one.kind == EDITIONS:
            course = self.names.get("course_types", {}).get(one.body["course_id"], one.body["course_id"])
            return f"{course}, {on_day(date.fromisoformat(one.body['starts_on']), self.language)}"
        return one.name(self.language)

    def column(self, key: str, columns: dict[str, Field]) -> str:
        """A column of a spreadsheet: its key and, where it has one, its label."""
        return f"{key} ({self.label(columns[key])})" if key in columns else key
