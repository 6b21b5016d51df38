"""What the classifier sees of a message's letters and words, as at training (`bot/safety_letters.py`; a test holds the
two together)."""

from collections.abc import Iterator, Sequence
from zlib import crc32

from api.safety.normal import strip_diacritics

COLUMNS = 1 << 18
SHORTEST, LONGEST = 2, 5
# Polish words change at their end: pairs of words are also counted by what they begin with.
BEGINNING, MARKS = 4, '.,!?;:"()'


def columns(text: str) -> list[int]:
    """The numbers of the runs of letters, the words and the pairs of words in a squeezed text."""
    return sorted({crc32(run.encode()) % COLUMNS for run in _runs(strip_diacritics(text).split())})


def _runs(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        framed = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            yield from (framed[start : start + size] for start in range(max(1, len(framed) - size + 1)))
        yield f"1 {word}"
    beginnings = [word.strip(MARKS)[:BEGINNING] or word for word in words]
    for kind, row in ((2, words), (3, beginnings)):
        yield from (f"{kind} {first} {second}" for first, second in zip(["^", *row], [*row, "$"], strict=True))
