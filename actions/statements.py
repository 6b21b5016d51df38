"""The statements of the interest questionnaire, the answers to them, and the result. No Rasa in here.

`Answers` is {statement: step}: 2 likes it, 1 a little, 0 no, None left out. It lives in the slot `answers`.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

from api.settings import ROOT
from api.texts import Language
from api.yaml_files import content_of

FOLDER = ROOT / "data" / "questionnaire"
LETTERS = "RIASEC"
LIKE, SOME, NO = 2, 1, 0
ROUND = len(LETTERS)
MIDDLE = 50

type Answers = dict[str, int | None]
type Result = dict[str, int]


class Statement(NamedTuple):
    """One statement with its RIASEC letter."""

    id: str
    letter: str
    pl: str
    en: str

    def text(self, language: Language) -> str:
        return self.pl if language == "pl" else self.en


@lru_cache(maxsize=1)
def statements() -> tuple[Statement, ...]:
    """All statements in the order in which they are asked."""
    return tuple(Statement(**record) for record in _read("statements")["statements"])


def waiting(answers: Answers) -> Statement | None:
    """The first statement without an answer; None when all have one."""
    return next((statement for statement in statements() if statement.id not in answers), None)


def last_answered(answers: Answers) -> str | None:
    """The statement that was answered last."""
    return next(reversed(answers), None)


def enough(answers: Answers) -> bool:
    """Whether there is an answer for as many statements as one round has."""
    return sum(step is not None for step in answers.values()) >= ROUND


def result(answers: Answers) -> Result:
    """What the answers say of each letter, 0 to 100, the strongest first; letters without an answer are left out."""
    found: Result = {}
    for letter in LETTERS:
        steps = [step for one in statements() if one.letter == letter and (step := answers.get(one.id)) is not None]
        if steps:
            found[letter] = round(100 * sum(steps) / (LIKE * len(steps)))
    return ordered(found)


def ordered(found: Result) -> Result:
    """The result with the strongest letter first; equals in the order of the letters."""
    return dict(sorted(found.items(), key=lambda item: (-item[1], LETTERS.index(item[0]))))


def strong(found: Result) -> list[str]:
    """The letters that stand out, two at most: above the middle, and the strongest."""
    return [letter for letter, share in ordered(found).items() if share > MIDDLE][:2]


def corrected(found: Result, letter: str, direction: str) -> Result:
    """The result after the pupil said that a letter counts more ("+") or less ("-") than it came out."""
    return ordered({**found, letter: 100 if direction == "+" else 0})


def understood(message: str, language: Language) -> int | str | None:
    """What a typed answer means: a step, "skip", "back" or "end"; None when it is none of them."""
    plain = _plain(message)
    meanings = _phrases(language)
    around = _around(language)
    while plain:
        if plain in meanings:
            return meanings[plain]
        shorter = around.sub("", plain, count=1).strip()
        if shorter == plain:
            return None
        plain = shorter
    return None


def wanted_area(message: str, language: Language) -> str | None:
    """The letter of which a pupil wants more, when the message corrects the result; None otherwise."""
    plain = f" {_plain(message)} "
    words = _read("answers")
    if not any(f" {phrase} " in plain for phrase in words["corrections"][language]):
        return None
    for letter, patterns in words["areas"].items():
        if any(re.search(rf" {pattern.replace('*', r'\w*')} ", plain) for pattern in patterns[language]):
            return str(letter)
    return None


@lru_cache(maxsize=2)
def _phrases(language: Language) -> dict[str, int | str]:
    words = _read("answers")
    found: dict[str, int | str] = {_plain(p): step for step in words["steps"] for p in words["steps"][step][language]}
    return found | {phrase: kind for kind in ("skip", "back", "end") for phrase in words[kind][language]}


@lru_cache(maxsize=2)
def _around(language: Language) -> re.Pattern[str]:
    """One word that says nothing by itself, at the start or at the end."""
    phrases = sorted(_read("answers")["around"][language], key=len, reverse=True)
    choice = "|".join(map(re.escape, phrases))
    return re.compile(rf"^(?:{choice})\b|\b(?:{choice})$")


def _plain(message: str) -> str:
    """The message in small letters, without diacritics and marks; emoji stay."""
    letters = unicodedata.normalize("NFKD", message.lower().replace("ł", "l"))
    kept = "".join(c if c.isalnum() or unicodedata.category(c) == "So" else " " for c in letters if not _is_mark(c))
    return " ".join(kept.split())


def _is_mark(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in "\ufe0f\u200d"


@lru_cache(maxsize=2)
def _read(name: str) -> dict[str, Any]:
    return content_of(FOLDER / f"{name}.yaml")
