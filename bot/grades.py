"""The year of school that a pupil is in, 1 to 5: "w drugiej technikum", "2 kl. branżówki", "second-year", "3TI".

A number alone says little ("druga sprawa", "2 godziny", "o drugiej"), so each rule asks for a school word nearby, or
for a message that is nothing but the answer to "which class?".
"""

from __future__ import annotations

import re
from typing import Dict, List, NamedTuple, Optional, Sequence, Set

from bot.tokens import Token

ORDINALS = {
    **{f"pierwsz{end}": "1" for end in ("a", "ej", "y", "ego", "ym", "e")},
    **{f"drug{end}": "2" for end in ("a", "iej", "i", "iego", "im", "ie")},
    **{f"trzeci{end}": "3" for end in ("a", "ej", "", "ego", "m", "e")},
    **{f"czwart{end}": "4" for end in ("a", "ej", "y", "ego", "ym", "e")},
    **{f"piat{end}": "5" for end in ("a", "ej", "y", "ego", "ym", "e")},
    **{"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"},
}
ENGLISH_ORDINALS = {"first", "second", "third", "fourth", "fifth"}
FEMININE = re.compile(r"(?:a|ej)$")
DIGITS = {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5"}
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
CARDINALS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
SUFFIXES = {
    "st", "nd", "rd", "th",
    "sza", "szej", "szy", "wsza", "wszej", "ga", "giej", "gi", "cia", "ciej", "ci", "ta", "tej", "ty",
}  # fmt: skip
COMPOUNDS = re.compile(r"^(pierwszo|drugo|trzecio|czwarto|piato)(?:klasi\w+|roczn\w+)$")
COMPOUND_VALUES = {"pierwszo": "1", "drugo": "2", "trzecio": "3", "czwarto": "4", "piato": "5"}
NICKNAMES = {"pierwszak": "1", "pierwszaki": "1", "pierwszakiem": "1", "freshman": "1", "sophomore": "2"}

CLASS_WORDS = {"klasa", "klasy", "klasie", "klase", "klas", "kl", "class", "grade", "grader", "graders", "form"}
YEAR_WORDS = {"rok", "roku", "year", "yr"}
ENGLISH_CLASS_WORDS = {"class", "grade", "year", "yr", "form"}
SCHOOL_WORDS = re.compile(r"^(?:technik(?:um|umie|a|u)|branzow\w*|zawodow(?:k[aie]|ce)|bs|liceum|lo|szkol\w*|school)$")
PRIMARY = re.compile(r"^(?:podstaw\w*|primary|sp|elementary|gimnazj\w*|preschool|przedszkol\w*)$")
AT = {"w", "do", "z", "ze", "in", "we", "for", "dla", "from"}
ATTENDS = re.compile(
    r"^(?:jestem|chodz\w*|ucz\w*|siedz\w*|id[ez]|zda\w*|powtarza\w*|bylem|bylam|zosta\w*|s?koncz\w*|dosta\w*|przesz\w*)$"
)
GOES_ON = {
    "i", "a", "ale", "bo", "wiec", "juz", "teraz", "aktualnie", "obecnie", "chodze", "jestem", "na", "jako",
    "and", "but",
}  # fmt: skip
FILLERS = {
    "jestem", "w", "do", "no", "ja", "teraz", "aktualnie", "obecnie", "to", "chodze", "ide", "mam", "klasa", "klase",
    "klasie", "klasy", "hmm", "tak", "jakos", "chyba", "juz", "dopiero", "od", "wrzesnia", "bede", "czyli",
    "i", "im", "m", "am", "in", "the", "now", "grade", "class", "year", "currently",
    "nie", "jednak", "znaczy", "sorry", "sorki", "czekaj", "pomylka", "oj", "ups", "oops", "wait", "actually", "mean",
    "not",
}  # fmt: skip
INSTEAD = {"tylko", "lecz", "ale", "jednak", "but"}
NOT_OF_SCHOOL = re.compile(
    r"^(?:doswiadcz\w*|prac\w+|temu|stazu|praktyk\w*|dzialaln\w*|zycia|z|from|ago|experience|old|service|ticket|chef|"
    r"barista|restaurant|hotel|citizen|honou?rs|choice|quality|osobow\w*|wojny)$"
)
SECTION_LETTERS = frozenset("abcef")
NOT_SECTIONS = {
    "d", "g", "h", "k", "l", "m", "p", "s", "v", "x",
    "kg", "km", "cm", "mm", "gb", "tb", "mb", "kv", "kw", "zl", "kl", "am", "pm", "ds",
}  # fmt: skip
SCHOOL_SYMBOL = re.compile(r"^(?:t[a-z]{0,2}|bs[a-z]?|b[a-z]|zsz)$")
NUMBER_SIGN = {"nr", "numer", "no", "number", "os", "ul"}


class Grade(NamedTuple):
    """A grade with the words that say it (`end` exclusive)."""

    value: str
    start: int
    end: int


def find(tokens: Sequence[Token], taken: Set[int], schools: Set[int], trades: Set[int]) -> List[Grade]:
    """The grades in a message.

    `taken`: places of words that mean something else already ("pierwsza pomoc"); `schools`, `trades`: places of the
    words that name a type of school or a profession.
    """
    message = _Message(tokens, taken, schools, trades)
    found: Dict[int, Grade] = {}
    for place in range(len(tokens)):
        if place in taken or any(grade.start <= place < grade.end for grade in found.values()):
            continue
        grade = message.at(place)
        if grade and not message.is_primary(grade):
            found[place] = grade
    return list(found.values())


class _Message(NamedTuple):
    tokens: Sequence[Token]
    taken: Set[int]
    schools: Set[int]
    trades: Set[int]

    def at(self, place: int) -> Optional[Grade]:
        """The grade that begins at a word."""
        for rule in RULES:
            grade = rule(self, place)
            if grade and not any(word in self.taken for word in range(grade.start, grade.end)):
                return grade
        return None

    def word(self, place: int) -> str:
        return self.tokens[place].plain if 0 <= place < len(self.tokens) else ""

    def gap(self, place: int) -> str:
        """The text before a word, "." at the end of the message."""
        return self.tokens[place].gap if 0 <= place < len(self.tokens) else "."

    def ends(self, place: int) -> bool:
        """Whether nothing follows, or only after a mark."""
        return place >= len(self.tokens) or bool(set(self.gap(place)) & set(".,;:!?()\n–/"))

    def number(self, place: int, cardinals: bool = False) -> Optional[str]:
        """The value of an ordinal, a digit or a Roman number; with `cardinals` also of "three"."""
        if not 0 <= place < len(self.tokens):
            return None
        token = self.tokens[place]
        if token.plain in ROMAN and (len(token.plain) > 1 or (token.typed.isupper() and self._by_class(place))):
            return ROMAN[token.plain]
        value = ORDINALS.get(token.plain) or DIGITS.get(token.plain)
        return value or (CARDINALS.get(token.plain) if cardinals else None)

    def _by_class(self, place: int) -> bool:
        return place + 1 in self.schools or any(self.word(near).startswith("kl") for near in (place - 1, place + 1))

    def is_primary(self, grade: Grade) -> bool:
        return any(PRIMARY.match(self.word(place)) for place in range(grade.end, grade.end + 3))

    def is_school(self, place: int) -> bool:
        return place in self.schools or bool(SCHOOL_WORDS.match(self.word(place)))

    def after_number(self, place: int) -> int:
        """The place after a number and its ending: "2-ga", "3rd"."""
        glued = self.gap(place + 1) in ("", "-", ".") and self.word(place + 1) in SUFFIXES
        return place + 2 if glued else place + 1


def _compound(message: _Message, place: int) -> Optional[Grade]:
    """ "trzecioklasista", "pierwszak", "freshman"."""
    word = message.word(place)
    hit = COMPOUNDS.match(word)
    value = COMPOUND_VALUES[hit[1]] if hit else NICKNAMES.get(word)
    return Grade(value, place, place + 1) if value else None


def _number_then_class(message: _Message, place: int) -> Optional[Grade]:
    """ "druga klasa", "2 kl.", "III klasa", "third grade", "2nd year", "4 rok"."""
    value, after = message.number(place), message.after_number(place)
    word = message.word(after)
    if not value or word not in CLASS_WORDS | YEAR_WORDS:
        return None
    if NOT_OF_SCHOOL.match(message.word(after + 1)) and not message.is_school(after + 2):
        return None
    if message.word(place) == "pierwsza" and _is_praise(message, place, after + 1):
        return None
    plain_digit = message.word(place) in DIGITS and after == place + 1
    if plain_digit and word in ("year", "yr") and not _is_calque(message, place, after):
        return None
    if plain_digit and word in ("klas", "graders"):
        return None
    if word in ("rok", "roku") and not _is_year_of_school(message, place, after):
        return None
    return Grade(value, place, after + 1)


def _is_year_of_school(message: _Message, place: int, after: int) -> bool:
    """ "drugi rok technikum", "na 2 roku", but not "trzeci rok poprawiam"."""
    stands_apart = place == 0 or message.ends(after + 1) or message.word(place - 1) in AT | {"na"}
    return stands_apart or any(_school_near(message, near) for near in (place - 2, after + 1, after + 2))


def _is_praise(message: _Message, place: int, end: int) -> bool:
    """ "obsługa pierwsza klasa": right after another word, and no school in sight."""
    before = message.word(place - 1)
    glued = place > 0 and not message.ends(place) and before not in FILLERS and not message.is_school(place - 1)
    return glued and not (place - 1 in message.trades or _school_near(message, end))


def _is_calque(message: _Message, place: int, after: int) -> bool:
    """ "in 2 year of technikum" is the second year; "a 3 year course" and "3-year school" are not."""
    if "-" in message.gap(after):
        return False
    follows = message.word(after + 1)
    return message.word(place - 1) in AT or follows in ("of", "student", "pupil") or message.ends(after + 1)


def _class_then_number(message: _Message, place: int) -> Optional[Grade]:
    """ "klasa 3b", "kl. II", "year four", "Y3"."""
    word, after = message.word(place), place + 1
    glued = word == "y" and message.gap(after) == "" and message.word(after) in DIGITS
    if word not in CLASS_WORDS | YEAR_WORDS and not glued:
        return None
    english = word in ENGLISH_CLASS_WORDS
    if set(message.gap(after)) & set(",;!?\n(" if word.startswith("kl") else ",;!?\n(."):
        return None
    value = message.number(after, cardinals=english)
    if not value or word == "graders" or (english and message.word(after) in ORDINALS):
        return None
    if word in ("rok", "roku", "yr") and not (message.ends(after + 1) or _school_near(message, after + 1)):
        return None
    if message.word(after + 1) in CLASS_WORDS | YEAR_WORDS and not message.ends(after + 1):
        return None
    section = message.gap(after + 1) == "" and message.word(after + 1).isalpha() and len(message.word(after + 1)) <= 3
    return Grade(value, place, after + 2 if section else after + 1)


def _school_near(message: _Message, place: int) -> bool:
    return any(message.is_school(one) or one in message.trades for one in range(place, place + 2))


def _section(message: _Message, place: int) -> Optional[Grade]:
    """The sign of a class: "2b", "3TI", "1bs"."""
    if message.word(place) not in DIGITS or place + 1 >= len(message.tokens) or message.gap(place + 1) != "":
        return None
    if place and not message.gap(place):
        return None
    letters = message.tokens[place + 1]
    if not letters.plain.isalpha() or letters.plain in NOT_SECTIONS or letters.plain in SUFFIXES - {"ta"}:
        return None
    near = message.word(place - 1) in AT or len(message.tokens) <= 3
    near = near or _school_near(message, place + 2) or _school_near(message, place - 2)
    if SCHOOL_SYMBOL.match(letters.plain) and (near or letters.typed.isupper()):
        return Grade(DIGITS[message.word(place)], place, place + 2)
    if letters.plain in SECTION_LETTERS and near:
        return Grade(DIGITS[message.word(place)], place, place + 2)
    return None


def _number_and_school(message: _Message, place: int) -> Optional[Grade]:
    """ "3 technikum", "druga branżówki", "technikum, 4", "elektryk 2", "2 cukiernik"."""
    value, after = message.number(place), message.after_number(place)
    if not value or message.word(place - 1) in NUMBER_SIGN or message.word(after) == "stopnia":
        return None
    ordinal = message.word(place) in ORDINALS
    alone = not ordinal and (place == 0 or message.gap(place) != "") and message.gap(after) != ""
    if after in message.schools and (alone or _is_class_ordinal(message, place)) and "," not in message.gap(after):
        return Grade(value, place, after)
    if not message.ends(after):
        return Grade(value, place, after) if alone and place == 0 and after in message.trades else None
    before = place - 1 in message.schools or place - 1 in message.trades
    if before and (alone or FEMININE.search(message.word(place))) and set(message.gap(place)) <= set(" ,.-"):
        return Grade(value, place, after)
    return None


def _is_class_ordinal(message: _Message, place: int) -> bool:
    """ "trzecia technikum" and "w trzecim technikum", but not "pierwsze technikum w Krakowie"."""
    word = message.word(place)
    if FEMININE.search(word):
        return True
    return word.endswith("m") and message.word(place - 1) in AT | {"na"}


def _at_ordinal(message: _Message, place: int) -> Optional[Grade]:
    """ "jestem w czwartej", "do trzeciej chodzę", "siedzę drugi raz w drugiej"."""
    word = message.word(place)
    if word not in ORDINALS or not FEMININE.search(word) or message.word(place - 1) not in AT:
        return None
    goes_on = message.ends(place + 1) or message.word(place + 1) in GOES_ON or _school_near(message, place + 1)
    school = message.schools or message.trades
    attends = any(ATTENDS.match(message.word(one)) for one in (*range(place - 5, place - 1), place + 1))
    return Grade(ORDINALS[word], place, place + 1) if goes_on and (attends or school or place <= 1) else None


def _nothing_else(message: _Message, place: int) -> Optional[Grade]:
    """The whole message is a number: the answer to "which class?"."""
    value, after = message.number(place), message.after_number(place)
    if not value or (message.word(place) in ORDINALS and not _answers(message.word(place))):
        return None
    before, behind = ([token.plain for token in part] for part in (message.tokens[:place], message.tokens[after:]))
    # "nie trzecia, tylko druga": what comes first is what it is not.
    told = {*FILLERS, *INSTEAD, *ORDINALS, *DIGITS} if INSTEAD & set(before) else FILLERS
    return Grade(value, place, after) if {*before} <= told and {*behind} <= FILLERS else None


def _answers(word: str) -> bool:
    """ "druga" and "second" can be an answer, "drugie" cannot."""
    return bool(FEMININE.search(word)) or word in ENGLISH_ORDINALS


RULES = (
    _compound,
    _class_then_number,
    _number_then_class,
    _section,
    _number_and_school,
    _at_ordinal,
    _nothing_else,
)
