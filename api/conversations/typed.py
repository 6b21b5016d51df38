"""What somebody typed, made fit to be stored: no zero bytes, no halves of characters, no control characters."""

import unicodedata

KEPT = "\n\t"


def clean(text: str) -> str:
    """The text without control characters (but line ends and tabs) and without lone surrogates.

    Joiners and marks of direction stay: emoji and right-to-left writing need them.
    """
    return "".join(c for c in text if c in KEPT or unicodedata.category(c) not in ("Cc", "Cs")).replace("\r", "")
