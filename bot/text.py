"""Normal forms of what pupils type, shared by all components that compare text."""

import re
import unicodedata

SPACES = re.compile(r"\s+")
STRETCHED = re.compile(r"(\w)\1{2,}")
LONGEST = 1000


def squeeze(text: str) -> str:
    """The text as the encoder sees it: single spaces, "supeeeer" as "supeer", lower case, at most 1,000 characters.

    The end of a very long message is kept, because that is where pupils put their question.
    """
    text = SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip().lower()
    text = STRETCHED.sub(r"\1\1", text)
    return text if len(text) <= LONGEST else text[-LONGEST:]


def strip_diacritics(text: str) -> str:
    """The text typed without Polish letters: "żółć" becomes "zolc". Length and case stay."""
    text = text.replace("ł", "l").replace("Ł", "L")
    parts = unicodedata.normalize("NFD", text)
    return "".join(character for character in parts if not unicodedata.combining(character))
