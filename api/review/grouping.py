"""Puts lines together that say nearly the same, so that a counsellor looks at them once.

Two lines belong together when they are the same without case, diacritics and punctuation, or when they share most of
their trigrams (runs of three characters, as PostgreSQL's pg_trgm counts them): no language model is needed, and typing
mistakes do not part them. A group is everything that hangs together through such pairs.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

# Share of common trigrams; 0.5 puts "macie kurs cnc" beside "macie kursy cnc?" and leaves "kurs spawania" apart.
ALIKE = 0.5


def normalised(text: str) -> str:
    """The text without case, diacritics, punctuation and doubled spaces; as written when nothing is left."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    letters = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(letters.split()) or text.strip()


@lru_cache(maxsize=4096)
def trigrams(text: str) -> frozenset[str]:
    """The runs of three characters of each word of a normalised text, with blanks around the words."""
    return frozenset(f"  {word} "[i : i + 3] for word in re.findall(r"\S+", text) for i in range(len(word) + 1))


def alikeness(one: str, other: str) -> float:
    """Which share of the trigrams of two normalised texts they have in common, 0 to 1."""
    first, second = trigrams(one), trigrams(other)
    return 1.0 if one == other else len(first & second) / len(first | second) if first or second else 0.0


def grouped[T](items: Sequence[T], text_of: Callable[[T], str]) -> list[list[T]]:
    """The items in groups, the largest first; inside a group and among equals they keep their order."""
    names = [normalised(text_of(item)) for item in items]
    different = list(dict.fromkeys(names))
    leader = {name: name for name in different}

    def top(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for number, name in enumerate(different):
        for other in different[:number]:
            if top(name) != top(other) and alikeness(name, other) >= ALIKE:
                leader[top(name)] = top(other)
    groups: dict[str, list[T]] = {}
    for item, name in zip(items, names, strict=True):
        groups.setdefault(top(name), []).append(item)
    return sorted(groups.values(), key=len, reverse=True)
