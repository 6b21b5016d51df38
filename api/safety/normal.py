"""Normal forms of what a pupil types, for both detectors.

`squeeze` is what the sentence encoder sees, the same as at training (`bot/text.py`; a test holds the two together).
`words` is what the patterns see: plain words, however they were typed.
"""

import re
import unicodedata

SPACES = re.compile(r"\s+")
STRETCHED = re.compile(r"(\w)\1{2,}")
LONGEST = 1000

APOSTROPHES = re.compile(r"['’ʼ`´]")
TOKEN = re.compile(r"[^\W_]+|[.!?;\n]+")
REPEATED = re.compile(r"(.)\1+")
# Four or more single letters with blanks, dots or dashes between them: "z a b i j e", "k.i.l.l".
SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*]{1,3}[^\W\d_]){3,}(?![^\W_])")
IN_WORD = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"})
SIGNS = re.compile(r"(?<=[^\W\d_])[@$!|*](?=[^\W\d_])")
# Digits between letters, as nobody writes a qualification ("MEC.05") or a class ("2b").
MIXED = re.compile(r"(?<![\w.])[^\W\d_]+[013457]+[^\W\d_][^\W_]*")
LIKE_LETTERS = {"@": "a", "$": "s", "!": "i", "|": "i", "*": ""}
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
STOP = "."


def squeeze(text: str) -> str:
    """The text as the encoder sees it: single spaces, "supeeeer" as "supeer", lower case, at most 1,000 characters."""
    text = SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip().lower()
    text = STRETCHED.sub(r"\1\1", text)
    return text if len(text) <= LONGEST else text[-LONGEST:]


def strip_diacritics(text: str) -> str:
    """The text typed without Polish letters: "żółć" becomes "zolc"."""
    text = text.replace("ł", "l").replace("Ł", "L")
    parts = unicodedata.normalize("NFD", text)
    return "".join(character for character in parts if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """The folded words of a text, with "." where a sentence ends."""
    text = strip_diacritics(unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).lower())
    text = APOSTROPHES.sub("", text)
    text = SIGNS.sub(lambda sign: LIKE_LETTERS[sign[0]], text)
    text = SPACED.sub(_join, text)
    return [fold(token) for token in TOKEN.findall(text)]


def undisguised(text: str) -> str | None:
    """The text with letters for the digits and signs inside words, and no gaps between letters; None when it has none.

    "z4b1j3" and "k i l l" are found by the patterns, but the encoder reads them as noise.
    """
    clean = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    plain = SPACED.sub(_join, SIGNS.sub(lambda sign: LIKE_LETTERS[sign[0]], clean))
    plain = MIXED.sub(lambda word: word[0].translate(IN_WORD), plain)
    return plain if plain != clean else None


def fold(word: str) -> str:
    """One word as the patterns compare it: letters for digits, no doubled letters, "ż" for "rz"."""
    if not word[0].isalnum():
        return STOP
    if not word.isdigit():
        word = word.translate(IN_WORD)
    word = REPEATED.sub(r"\1", word).replace("rz", "z")
    return REPEATED.sub(r"\1", word)


def spaced_runs(text: str) -> list[str]:
    """What was typed with a gap after each letter, all in one: the ends of its words are not known."""
    text = strip_diacritics(unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).lower())
    return [fold(re.sub(r"[^\w]|_", "", run[0])) for run in SPACED.finditer(text)]


def _join(run: re.Match[str]) -> str:
    """Letters with one blank between them become a word; a wider gap is the end of one."""
    return " ".join(re.sub(r"[^\w]|_", "", part) for part in re.split(r" {2,}", run[0]))
