"""Every sentence that the bot and the service say, in both languages, from `data/texts/`.

A text is found by its key, for instance `courses.found` in `data/texts/courses.yml`:

    found:
      pl: {one: "Mam {count} kurs:", few: "Mam {count} kursy:", many: "Mam {count} kursów:"}
      en: {one: "I have {count} course:", other: "I have {count} courses:"}

A text is a sentence, a table of plural forms (chosen by the variable `count` after the rules of the CLDR), or a list of
variants of equal meaning, so that the bot need not repeat itself. `buttons.yml` holds the buttons with their payloads.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date

from api.settings import ROOT
from api.yaml_files import content_of

Language = Literal["pl", "en"]
LANGUAGES: tuple[Language, ...] = ("pl", "en")
FOLDER = ROOT / "data" / "texts"
NO_LETTER = re.compile(r"[^a-z0-9]+")

type Form = str | Mapping[str, str] | list[str | Mapping[str, str]]


@lru_cache(maxsize=1)
def all_texts() -> dict[str, dict[Language, Form]]:
    """All texts by key; reads the files once."""
    texts: dict[str, dict[Language, Form]] = {}
    for file in sorted(FOLDER.glob("*.yml")):
        for key, entry in content_of(file).items():
            texts[f"{file.stem}.{key}"] = entry
    return texts


def text(key: str, language: Language, /, *, variant: int = 0, **values: Any) -> str:
    """The text of this key with the values put in. Raises KeyError for a key or value that is missing."""
    form = all_texts()[key][language]
    if isinstance(form, list):
        form = form[variant % len(form)]
    if isinstance(form, Mapping):
        form = form[plural_form(values["count"], language, form)]
    return form.format_map(values)


def variants(key: str, language: Language) -> int:
    """How many wordings the text has."""
    form = all_texts()[key][language]
    return len(form) if isinstance(form, list) else 1


def plural_form(count: int, language: Language, forms: Mapping[str, str]) -> str:
    """The CLDR plural category of the count ("one", "few", "many"), or "other" where the text has no such form."""
    category = str(Locale(language).plural_form(count))
    return category if category in forms else "other"


def button(name: str, language: Language, /, **values: Any) -> dict[str, str]:
    """The button of `buttons.yml` as the channels show it; a payload's placeholders are written `<name>`."""
    entry: Any = all_texts()[f"buttons.{name}"]
    payload = str(entry["payload"])
    for variable, value in values.items():
        payload = payload.replace(f"<{variable}>", str(value))
    return {"title": str(entry[language]).format_map(values), "payload": payload}


def day(value: date, language: Language) -> str:
    """A date in words: "5 grudnia 2026", "5 December 2026"."""
    return format_date(value, format="d MMMM y", locale=language)


def join(items: list[str], language: Language) -> str:
    """A list in words: "a, b i c", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {'i' if language == 'pl' else 'and'} {items[-1]}"


def plain(words: str) -> str:
    """Lower case, no diacritics, single spaces between and around the words: "Ile to trwa?" is " ile to trwa "."""
    folded = unicodedata.normalize("NFKD", words.lower().replace("ł", "l"))
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    return f" {NO_LETTER.sub(' ', letters).strip()} "
