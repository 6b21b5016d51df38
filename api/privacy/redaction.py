"""Masks personal data that somebody types in passing, before a text leaves its conversation.

What is masked: e-mail addresses, long numbers (PESEL, bank account, card, phone: any run of nine digits or more),
streets with house numbers, postal codes, and names after words such as "nazywam się". It fails towards masking: a long
number that is none of these is masked, too. It does not know names without such a lead ("Ania mówi, że …"), so a masked
text is less personal, not anonymous.
"""

import re
from collections.abc import Callable

from stdnum import iban, luhn
from stdnum.pl import pesel

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){3,7}(?:[ -]?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
DIGITS = re.compile(r"\+?\d(?:[ \t()./-]{0,2}\d){8,}")
POSTAL_CODE = re.compile(r"\b\d{2}-\d{3}\b(?:\s+[A-ZĄĆĘŁŃÓŚŹŻ][\w-]+)?")
STREET = re.compile(
    r"\b(?:ul|al|os|pl|ulic[ayęą]|alej[aięąe]+|osiedl[eua]|plac[u]?)\b\.?\s+(?:[^\W\d_][\w.-]*\s+){0,3}?[^\W_][\w.-]*\s+\d+\w?"
    r"(?:\s*(?:/|m\.?|lok\.?)\s*\d+)?",
    re.IGNORECASE,
)
STREET_EN = re.compile(
    r"\b\d+\w?\s+(?:[A-ZŁŚŻ][\w-]+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Square)\b", re.IGNORECASE
)
LEADS = (
    r"nazywam\s+si[ęe]",
    r"mam\s+na\s+imi[ęe]",
    r"(?:moje\s+)?(?:imi[ęe]|nazwisko)(?:\s+i\s+nazwisko)?\s*(?:to|:)",
    r"my\s+(?:full\s+)?name(?:\s+is|['’]s)",
    r"(?:i\s+am|i['’]m)\s+called",
)
NAME = re.compile(
    rf"(?P<lead>\b(?:{'|'.join(LEADS)})\s+)(?P<name>[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*)?)", re.IGNORECASE
)
# Words that go on with the sentence after a first name.
NO_SURNAME = {
    *("i", "a", "ale", "oraz", "mam", "jestem", "chodzę", "chodze", "uczę", "ucze", "lubię", "lubie", "chcę", "chce"),
    *("szukam", "z", "ze", "w", "we", "na", "nie", "and", "but", "from", "i'm", "am", "like", "want", "have", "go"),
}


def redact(text: str) -> str:
    """The text with personal data replaced by what it was: "[e-mail]", "[telefon]", "[imię]" and so on."""
    for pattern, mask in RULES:
        text = pattern.sub(mask, text)
    return text


def _number(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    if pesel.is_valid(digits):
        return "[PESEL]"
    if len(digits) == 26:
        return "[konto]"
    if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
        return "[karta]"
    is_phone = len(digits) == 9 or (len(digits) == 11 and digits.startswith("48")) or match[0].startswith("+")
    return "[telefon]" if is_phone else "[numer]"


def _account(match: re.Match[str]) -> str:
    return "[konto]" if iban.is_valid(match[0]) or sum(c.isdigit() for c in match[0]) >= 14 else match[0]


def _name(match: re.Match[str]) -> str:
    first, _, second = match["name"].partition(" ")
    goes_on = second.strip().lower() in NO_SURNAME
    return f"{match['lead']}[imię]{match['name'][len(first) :] if goes_on else ''}"


type Mask = str | Callable[[re.Match[str]], str]

# In this order: what contains digits of another kind comes first.
RULES: tuple[tuple[re.Pattern[str], Mask], ...] = (
    (EMAIL, "[e-mail]"),
    (IBAN, _account),
    (DIGITS, _number),
    (STREET, "[adres]"),
    (STREET_EN, "[adres]"),
    (POSTAL_CODE, "[adres]"),
    (NAME, _name),
)
