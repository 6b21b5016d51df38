"""Cutting a text into parts of at most so many characters, at the end of a sentence where there is one."""

import re

SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+|\n+")
SPACE = re.compile(r"\s+")


def length(text: str) -> int:
    """How many characters Meta counts: UTF-16 units, so that an emoji counts as two."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def cut(text: str, limit: int) -> str:
    """The longest beginning of the text that is no longer than the limit."""
    taken = text[:limit]
    while length(taken) > limit:
        taken = taken[: len(taken) - (length(taken) - limit + 1) // 2]
    return taken


def split(text: str, limit: int) -> list[str]:
    """The text in parts, none empty and none longer than the limit. Only the white space between parts is lost."""
    parts, rest = [], text.strip()
    while length(rest) > limit:
        # One character more: the space behind the last sentence may be the one that does not fit.
        head = cut(rest, limit)
        seen = rest[: len(head) + 1]
        ends = [m.end() for m in SENTENCE_END.finditer(seen)] or [m.end() for m in SPACE.finditer(seen)]
        at = next((end for end in reversed(ends) if length(rest[:end].rstrip()) <= limit), len(head))
        parts.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [part for part in [*parts, rest] if part]
