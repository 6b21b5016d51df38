"""Age, licences and experience: what pupils tell about themselves beside the catalogue's names.

Each is an entity of its own: `age` with the years; `licence` and `experience` with the id of data/profile/*.yaml. A
licence carries `role: have` where the pupil says that it has it, and `role: lack` where it says that it has not;
without a role it is only mentioned ("jak zrobić SEP?"). Experience counts only next to a word for work done
("pracowałam w …").
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Text, Tuple

import yaml

from bot.text import LONGEST, strip_diacritics

FOLDER = Path(__file__).parent.parent / "data" / "profile"
YOUNGEST, OLDEST = 12, 99
HAVE, LACK = "have", "lack"
# Said beside the name of the machine: "UDT na wózki" is one licence.
UNNAMED = "udt"

TENS_PL = {
    "dwanascie": 12, "trzynascie": 13, "czternascie": 14, "pietnascie": 15, "szesnascie": 16, "siedemnascie": 17,
    "osiemnascie": 18, "dziewietnascie": 19, "dwadziescia": 20,
}  # fmt: skip
TENS_EN = {
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20,
}  # fmt: skip
STEMS_PL = {word[: -len("scie")] if word.endswith("scie") else word: years for word, years in TENS_PL.items()}
NUMBER = rf"(?P<years>\d{{2}}|{'|'.join([*TENS_PL, *TENS_EN])})"
COMPOUND = re.compile(rf"\b(?:jestem )?({'|'.join(STEMS_PL)})(?:sto)?(?:o)?lat(?:ek|ka|kiem)\b")
CLAUSE = re.compile(r"[.!?;\n]|\b(?:ale|but)\b")


class Kind(NamedTuple):
    """One record of data/profile with its pattern ready."""

    id: str
    pattern: re.Pattern[str]


class Cues(NamedTuple):
    """The words of data/profile/cues.yaml, ready to search."""

    have: re.Pattern[str]
    lack: re.Pattern[str]
    want: re.Pattern[str]
    worked: re.Pattern[str]
    seeks: re.Pattern[str]
    not_mine: re.Pattern[str]
    not_age: re.Pattern[str]
    between: re.Pattern[str]


def find(text: str) -> List[Dict[Text, Any]]:
    """The entities `age`, `licence` and `experience` of a message, in this order, each value once."""
    if len(text) > LONGEST:
        text = text[-LONGEST:]
    line = strip_diacritics(text.lower().replace("'", " ").replace("’", " "))
    if len(line) != len(text):
        return []
    licences = list(_licences(line))
    if len(licences) > 1:
        licences = [one for one in licences if one["value"] != UNNAMED]
    found = [*_age(line), *licences, *_experience(line)]
    return list({(one["entity"], one["value"]): one for one in reversed(found)}.values())[::-1]


def _age(line: str) -> Iterator[Dict[Text, Any]]:
    hit = COMPOUND.search(line)
    if hit:
        yield _entity("age", str(STEMS_PL[hit[1]]), hit.span())
        return
    for pattern in _ages():
        for hit in pattern.finditer(line):
            years = _years(hit["years"])
            if YOUNGEST <= years <= OLDEST and _is_own(line, hit):
                yield _entity("age", str(years), hit.span("years"))
                return


def _is_own(line: str, hit: re.Match[str]) -> bool:
    """Whether the years are the pupil's: "brat ma 16 lat" and "od 18 lat" are not."""
    before = " ".join(CLAUSE.split(line[: hit.start("years")])[-1].split(",")[-1].split()[-3:])
    return not _cues().not_mine.search(before) and not _cues().not_age.match(line[hit.end() :].strip())


@lru_cache(maxsize=None)
def _ages() -> Tuple[re.Pattern[str], ...]:
    """How an age is told: "mam już 16 lat", "16 lat", "I'm 17", "17yo", "jestem 17-latką"."""
    between = rf"(?: (?:{_cues().between.pattern}))*"
    said = r"mam|mialem|mialam|skonczylem|skonczylam|koncze|skonczone|stuknelo"
    patterns = (
        rf"\b(?:{said}){between} {NUMBER}(?: ?(?:lat|latek|lata|l)\b)?(?=$|[ ,.;!?)])",
        rf"(?:^|[,.;(]) ?(?:ja )?{NUMBER} ?(?:lat|latek|l\.)(?=$|[ ,.;!?)])",
        rf"\b(?:i m|im|i am|turned|aged?){between} {NUMBER}(?=$|[ ,.;!?)])",
        rf"\b{NUMBER} ?(?:yo|y/o|y\.o\.?|years? old|yrs? old)\b",
        rf"\b(?:jestem|tu|to) {NUMBER}[ -]?lat(?:ek|ka|kiem)\b",
    )
    return tuple(map(re.compile, patterns))


def _years(word: str) -> int:
    return int(word) if word.isdigit() else TENS_PL.get(word) or TENS_EN[word]


def _licences(line: str) -> Iterator[Dict[Text, Any]]:
    for kind in _kinds("licences"):
        hit = kind.pattern.search(line)
        if hit:
            yield _entity("licence", kind.id, hit.span(), _holding(line, hit))


def _holding(line: str, hit: re.Match[str]) -> Optional[str]:
    """Whether the pupil has what is named: judged by the clause around it."""
    before, after = _clause(line, hit)
    near = " ".join(before.split()[-4:])
    if _cues().lack.search(near):
        return LACK
    # "kurs baristy" names the certificate by the course: the words of the name itself may say that it is wished for.
    clause = f"{before} {hit[0]} {after}"
    if _cues().want.search(clause) and not _cues().have.search(clause):
        return None
    if "?" in line[hit.end() :][:40] and not _cues().have.search(clause):
        return None
    return HAVE


def _experience(line: str) -> Iterator[Dict[Text, Any]]:
    for kind in _kinds("experience"):
        for hit in kind.pattern.finditer(line):
            before, after = _clause(line, hit)
            worked = _cues().worked.search(before) or _cues().worked.search(" ".join(after.split()[:4]))
            if worked and not _cues().seeks.search(before) and "?" not in line[hit.end() :][:40]:
                yield _entity("experience", kind.id, hit.span())
                break


def _clause(line: str, hit: re.Match[str]) -> Tuple[str, str]:
    return CLAUSE.split(line[: hit.start()])[-1], CLAUSE.split(line[hit.end() :])[0]


def _entity(kind: str, value: str, span: Tuple[int, int], role: Optional[str] = None) -> Dict[Text, Any]:
    entity: Dict[Text, Any] = {
        "entity": kind,
        "value": value,
        "start": span[0],
        "end": span[1],
        "confidence_entity": 1.0,
    }
    return {**entity, "role": role} if role else entity


@lru_cache(maxsize=None)
def _kinds(name: str) -> List[Kind]:
    return [Kind(record["id"], re.compile(record["pattern"])) for record in _read(name)[name]]


@lru_cache(maxsize=None)
def _cues() -> Cues:
    lists = _read("cues")
    return Cues(*(_compiled(lists[name]) for name in Cues._fields))


def _compiled(phrases: List[str]) -> re.Pattern[str]:
    words = (" ".join(f"(?:{word})" if "|" in word else word for word in phrase.split()) for phrase in phrases)
    return re.compile(rf"\b(?:{'|'.join(words)})\b".replace("*", r"\w*"))


def _read(name: str) -> Dict[str, Any]:
    with (FOLDER / f"{name}.yaml").open(encoding="utf-8") as stream:
        return dict(yaml.safe_load(stream))
