"""Polish words through Morfeusz 2: is it a word, and what are all its forms."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations, product
from typing import Iterator, List, Optional, Set, Tuple

import morfeusz2

Reading = Tuple[str, str]

NOT_WORDS = ("ign", "brev", "frag", "xxx", "dig", "romandig")
OTHER_TABLES = ("depr", "adj", "adja", "adjp", "adv", "num", "prep", "conj", "part", "comp", "interj", "burk")
PLACE_NAME = "nazwa_geograficzna"
RESTORED = {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "żź"}

ENDINGS = {
    "ować": [
        "uję",
        "uje",
        "ujesz",
        "ują",
        "ował",
        "owała",
        "owałem",
        "owałam",
        "owali",
        "owanie",
        "owania",
        "owaniu",
        "owaniem",
        "owany",
        "owane",
    ],
    "ka": ["ki", "ce", "kę", "ką", "ko", "ek", "kom", "kami", "kach"],
    "ga": ["gi", "dze", "gę", "gą", "go", "g", "gom", "gami", "gach"],
    "ia": ["ii", "ię", "ią", "io"],
    "a": ["y", "i", "ie", "ę", "ą", "o", "om", "ami", "ach"],
    "ny": ["ny", "nego", "nemu", "nym", "na", "nej", "ną", "ne", "ni", "nych", "nymi"],
    "ki": ["ki", "kiego", "kiemu", "kim", "ka", "kiej", "ką", "kie", "kich", "kimi", "ków", "kom", "kami", "kach"],
    "stwo": ["stwa", "stwu", "stwem", "stwie"],
    "o": ["a", "u", "em"],
    "k": ["k", "ka", "kowi", "kiem", "ku", "cy", "ków", "kom", "kami", "kach"],
    "y": ["y", "ów", "om", "ami", "ach"],
    "i": ["i", "ów", "om", "ami", "ach"],
}
MASCULINE = ["a", "owi", "em", "iem", "u", "ie", "e", "y", "i", "owie", "ów", "om", "ami", "ach"]
PAST = {"ł": ("em", "eś"), "a": ("m", "ś"), "i": ("śmy", "ście"), "y": ("śmy", "ście")}


@lru_cache(maxsize=None)
def _morfeusz() -> morfeusz2.Morfeusz:
    """The analyser, loaded once; it ignores case, as pupils do."""
    return morfeusz2.Morfeusz(case_handling=morfeusz2.IGNORE_CASE)


def is_polish(word: str) -> bool:
    """Whether Morfeusz knows the word as it is written; names of people and firms do not count."""
    return any(
        lemma[:1].islower() or PLACE_NAME in labels
        for _, _, (_, lemma, tag, labels, _) in _morfeusz().analyse(word)
        if not tag.startswith(NOT_WORDS)
    )


def is_polish_without_diacritics(word: str, most: int = 2) -> bool:
    """Whether the word becomes Polish when at most `most` of its letters get their tails and dots back."""
    return with_diacritics(word, most) is not None


def with_diacritics(word: str, most: int = 2) -> Optional[str]:
    """The first Polish word that appears when at most `most` letters get their tails and dots back, few before many."""
    places = [place for place, letter in enumerate(word) if letter in RESTORED]
    for count in range(1, most + 1):
        for chosen in combinations(places, count):
            for letters in product(*(RESTORED[word[place]] for place in chosen)):
                draft = list(word)
                for number, place in enumerate(chosen):
                    draft[place] = letters[number]
                if is_polish("".join(draft)):
                    return "".join(draft)
    return None


def forms(word: str, only: Optional[str] = None) -> Set[str]:
    """All inflected forms of a word of the lexicon, in lower case; also guessed ones when it is not a base form.

    An infinitive stays a verb: "piec" gives "piekę" and "pieczenie", not "piecem". A plural stays a plural: "góry" does
    not give "na górze". `only` narrows them: "sg" to the singular, "ger" to a verbal noun ("granie", not "gram").
    """
    word = word.lower()
    found = [reading for reading in _readings(word) if reading[0][:1].islower()] or _readings(word)
    verbs = [reading for reading in found if reading[1].startswith("inf")]
    nouns = [reading for reading in found if reading[1].startswith("subst")]
    found = found if verbs else nouns or found
    base = [reading for reading in found if reading[0].lower() == word]
    wanted = verbs or base or found
    plural = not (verbs or base) and any(":pl:nom" in tag for _, tag in found)
    made = {word}
    for lemma, tag in wanted:
        made.update(_generated(lemma, _paradigm(tag), "pl" if plural else only))
    return made if verbs or base or plural else made | set(_guessed(word))


def _readings(word: str) -> List[Reading]:
    """(base form, tag) for each reading of one word; none when Morfeusz does not know it or splits it."""
    found = _morfeusz().analyse(word)
    if any(start for start, _, _ in found):
        return []
    return [(lemma.split(":")[0], tag) for _, _, (_, lemma, tag, _, _) in found if not tag.startswith(NOT_WORDS)]


def _generated(lemma: str, paradigm: str, only: Optional[str]) -> Iterator[str]:
    for form, _, tag, _, _ in _morfeusz().generate(lemma):
        parts = re.split("[:.]", tag)
        if _paradigm(tag) != paradigm or "neg" in parts or ":voc:" in tag or (only and only not in parts):
            continue
        yield form.lower()
        if tag.startswith("praet"):
            yield from (form.lower() + ending for ending in PAST.get(form[-1], ()))


def _paradigm(tag: str) -> str:
    """The table of endings to which a tag belongs; all parts of a verb are one table, "elektryki" for men is none."""
    part = tag.split(":")[0]
    if part == "subst":
        return "noun"
    return part if part in OTHER_TABLES else "verb"


def _guessed(word: str) -> Iterator[str]:
    """Forms of a word that no dictionary has: "mechatroniczka" → "mechatroniczce", "baristyczny" → "baristycznego"."""
    if len(word) < 3 or not word.isalpha():
        return
    for ending, others in ENDINGS.items():
        if word.endswith(ending):
            yield from (word[: len(word) - len(ending)] + other for other in others)
            return
    if word[-1] not in "eóuąęć":
        yield from (word + other for other in MASCULINE)
