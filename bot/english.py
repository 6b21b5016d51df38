"""Regular endings of English words."""

from __future__ import annotations

from typing import Set

VOWELS = frozenset("aeiou")
HISSING = ("s", "x", "z", "ch", "sh")


def english_plural(word: str) -> Set[str]:
    """A noun and its plural: "baker", "bakers"; "lathe", "lathes"; "hobby", "hobbies"."""
    if len(word) < 3:
        return {word}
    if word.endswith("y") and word[-2] not in VOWELS:
        return {word, f"{word[:-1]}ies"}
    return {word, f"{word}es" if word.endswith(HISSING) else f"{word}s"}


def english_verb(word: str) -> Set[str]:
    """A verb and its forms: "bake", "bakes", "baked", "baking"; also doubled ones, whether they exist or not."""
    stem = word[:-1] if word.endswith("e") else word
    past = f"{word[:-1]}ied" if word.endswith("y") and word[-2:-1] not in VOWELS else f"{stem}ed"
    doubled = word + word[-1:]
    return english_plural(word) | {past, f"{stem}ing", f"{doubled}ing", f"{doubled}ed"}


def english_forms(word: str) -> Set[str]:
    """All regular forms of a word of unknown kind: "train", "trainers", "trained", "quickly"."""
    stem = word[:-1] if word.endswith("e") else word
    return english_verb(word) | {f"{stem}er", f"{stem}ers", f"{stem}est", f"{word}ly", f"{stem}ings"}
