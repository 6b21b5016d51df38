"""What is asked of a person who signs up, makes an appointment or requests a class, and what must hold for it.

A contact is one e-mail address or one phone number. Below 16 years a parent must agree before a contact is kept; from
16 to 17 a parent's consent is still needed for taking part, and staff see that.
"""

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from api.errors import Invalid

REGION = "PL"
ADDRESS = re.compile(r"[^\s<>(),;:]+@[^\s<>(),;:]+")
# Without letters and digits that look alike when read aloud or written by hand.
CODE_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ2346789"
CODE_LENGTH = 6
LONGEST_NAME = 40
FULL_AGE, AGE_OF_CONSENT = 18, 16


class AgeGroup(StrEnum):
    """How old the person is, as far as it matters for consent."""

    UNDER_16 = "under_16"
    FROM_16_TO_17 = "16_17"
    ADULT = "adult"


class Parent(StrEnum):
    """A parent's part in it, as staff need to know."""

    NOT_NEEDED = "not_needed"
    CONSENT_NEEDED = "consent_needed"
    AGREED_SAYS_PUPIL = "agreed_says_pupil"


@dataclass(frozen=True)
class Person:
    """Who asks for something. `contact` is in normal form; `checked` makes one from what was typed."""

    first_name: str | None
    contact: str | None
    age_group: AgeGroup | None
    parent: Parent


def checked(
    *, first_name: str | None, contact: str | None, age_group: AgeGroup | None, parent_agreed: bool, language: str
) -> Person:
    """A person whose data may be kept. Raises Invalid for a wrong name or contact, or a contact without consent."""
    if language not in ("pl", "en"):
        raise Invalid("There is no such language.", field="language")
    if first_name is not None and not 0 < len(first_name.strip()) <= LONGEST_NAME:
        raise Invalid("A first name is needed.", field="first_name")
    if contact is None:
        return Person(first_name, None, age_group, Parent.NOT_NEEDED)
    normal = find_contact(contact)
    if normal is None:
        raise Invalid("This is neither an e-mail address nor a phone number.", field="contact")
    if age_group is None:
        raise Invalid("A contact needs the age group.", field="age_group")
    if age_group is AgeGroup.UNDER_16 and not parent_agreed:
        raise Invalid("Below 16 years a parent must agree first.", field="parent_agreed")
    return Person(first_name, normal, age_group, _parents_part(age_group))


def group_of(years: int) -> AgeGroup:
    """The group of an age in years."""
    if years >= FULL_AGE:
        return AgeGroup.ADULT
    return AgeGroup.FROM_16_TO_17 if years >= AGE_OF_CONSENT else AgeGroup.UNDER_16


def find_contact(text: str) -> str | None:
    """The first e-mail address or phone number in a text, in normal form (`ola@szkola.pl`, `+48600700800`)."""
    for candidate in ADDRESS.findall(text):
        try:
            return validate_email(candidate.rstrip(".!?"), check_deliverability=False).normalized
        except EmailNotValidError:
            continue
    for match in phonenumbers.PhoneNumberMatcher(text, REGION):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


def shown(contact: str) -> str:
    """A contact as people write it: `600 700 800`."""
    if not contact.startswith("+"):
        return contact
    number = phonenumbers.parse(contact)
    style = phonenumbers.PhoneNumberFormat
    ours = number.country_code == phonenumbers.country_code_for_region(REGION)
    return phonenumbers.format_number(number, style.NATIONAL if ours else style.INTERNATIONAL)


def new_code() -> str:
    """A short code by which pupil and staff name the same thing: `KRT-4P7`."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[:3]}-{letters[3:]}"


def _parents_part(group: AgeGroup) -> Parent:
    return {
        AgeGroup.ADULT: Parent.NOT_NEEDED,
        AgeGroup.FROM_16_TO_17: Parent.CONSENT_NEEDED,
        AgeGroup.UNDER_16: Parent.AGREED_SAYS_PUPIL,
    }[group]
