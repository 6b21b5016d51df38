"""Reads a datum from a message: `READERS[slot](talk, asked)` gives its value, or None when the message has none.

`asked` says that the form has just asked for it. Then a few words of one's own will do, unless they are a question or
the classifier is sure of something else; otherwise only an unmistakable wording counts.

Measured with the classifier on answers as pupils type them: single first names reach at most 0.84 for anything else
("Jaś", for a yes), while "tak", "nie", "ok" and "stop" lie above 0.95 and "koniec" at 0.65; names of schools reach
0.72 for questions about schools, and at most 0.51 for anything that has nothing to do with schools.
"""

import re
from collections.abc import Callable

from actions.naming import names_a_place
from actions.talk import Talk
from api.person import AgeGroup, find_contact, group_of
from api.safety.patterns import patterns

ONE_WORD_LEAVES_FROM = 0.90
LEAVES_FROM = 0.50
SCHOOL_LEAVES_FROM = 0.75
# What leaves a form is heard earlier than small talk: "koniec" is nobody's name.
LEAVES_EARLY_FROM = 0.50
LEAVING = frozenset({"cancel", "ask_help", "ask_human", "undecided", "deny"})

LETTERS = r"[^\W\d_](?:[^\W\d_]|['’-])*"
NAME_WORDS = rf"({LETTERS})(?:\s+{LETTERS}){{0,2}}"
# Before a correction: "nie, …", "źle, …", "sorry, …".
IT_IS = r"(?:(?:to|it's|it is|i mean)\s+)?"
OOPS = (
    r"(?:(?:nie|not|źle|zle|błąd|pomyłka|sorry|sory|przepraszam|oj|ups|no|wrong|oops|actually)\b"
    rf"[\s,.!–-]*{IT_IS})*"
    r"(?:jednak\s+)?"
)
SAYS_NAME = (
    r"(?:mam na imi[eę]|na imi[eę] mi|nazywam si[eę]|imi[eę]\s*(?:to|:)|my name is|my name's|the name is|call me)"
)
FULL_NAME = re.compile(rf"\W*{OOPS}{SAYS_NAME}\s*:?\s*{NAME_WORDS}\W*", re.IGNORECASE)
AFTER_OOPS = re.compile(rf"\W*{OOPS}{IT_IS}", re.IGNORECASE)
ASKED_NAME = re.compile(
    rf"\W*(?:{OOPS})(?:(?:jestem|to|i'm|i am|it's|hej|cześć|hi)\b\s*,?\s*)?{NAME_WORDS}\W*", re.IGNORECASE
)
SCHOOL_INTRO = re.compile(
    r"^\W*(?:(?:ja\s+)?(?:chodzę|chodze|uczę się|ucze sie)\s+(?:do|w|we)\s+|(?:i go to|i attend|i study at)\s+"
    r"|jestem z\s+|(?:moja\s+|my\s+)?(?:szkoła|szkola|school)\s*(?:to|is|:)\s*)",
    re.IGNORECASE,
)
SAYS_SCHOOL = re.compile(
    rf"^\W*{OOPS}(?:moja\s+|my\s+)?(?:szkoła|szkola|school)\s*(?:to|is|:)\s*(?:jednak\s+)?(.{{2,}})$", re.IGNORECASE
)
CLASS = re.compile(
    r"^\W*(?:(?:do|w|we|in|the)\s+)?(?:klas\w*|kl\.?|class|year|grade)?\s*([1-5]\s?[^\W\d_]{0,3}(?:\s*(?:,|i|and|oraz)\s*[1-5]\s?[^\W\d_]{0,3})*)\W*$",
    re.IGNORECASE,
)
SAYS_CLASS = re.compile(r"klas|\bkl\b|class|\byear\b|\bgrade\b", re.IGNORECASE)
CORRECTED_CLASS = re.compile(r"(?:do\s+|w\s+)?([1-5]\s?[^\W\d_]{1,2})\W*", re.IGNORECASE)
CLASS_SAID = re.compile(
    r"(?:\bklas\w*|\bkl\.|\bclass|\bgrade|\byear)\s*:?\s*([1-5][^\W\d_]{0,3})\b|\b([1-5][^\W\d_]{0,3})\s+klas",
    re.IGNORECASE,
)
AGE = re.compile(r"(?<![\d+])([1-9]\d)(?!\d)(?!\s*\d{2,})")
SAYS_AGE = re.compile(r"\blat\b|\blata\b|\bmam\b|skończ|years|i'm|i am|\bold\b", re.IGNORECASE)
ADULT = re.compile(r"pełnoletni|pelnoletni|doros[łl]|nauczyciel|pedagog|wychowawc|\badult\b|\bteacher\b", re.IGNORECASE)
UNDER = re.compile(r"(?:poni[żz]ej|mniej ni[żz]|under|below|less than)\D{0,8}16", re.IGNORECASE)
QUESTION = re.compile(
    r"\?\s*$|^\W*(?:a\s+|ale\s+)?(?:czy|gdzie|kiedy|ile|jak|jaka|jaki|jakie|która|który|co|kto|po co|dlaczego|czemu"
    r"|what|where|when|who|why|how|which|is it|are you|do you|can i|can you)\b",
    re.IGNORECASE,
)
FIRST_PERSON = re.compile(
    r"\b(?:mnie|mi|mną|mój|moja|moje|mojego|mojej|jestem|boję|me|my|i'm|myself)\b|(?-i:\bI\b)",
    re.IGNORECASE,
)
LONGEST = {"school_name": 120, "form_class": 20, "topic": 200}
# What the classifier may take an answer for, because it speaks of the same things.
ABOUT_SCHOOL = frozenset(
    {"ask_schools", "ask_contact", "ask_qualification", "ask_occupation", "inform_qualification", "inform_interest"}
)
ABOUT_SELF = frozenset({"inform_qualification", "inform_interest", "out_of_scope"})
ABOUT_TOPIC = frozenset({"ask_prevention_class", "report_violence", "inform_interest", "out_of_scope", "ask_courses"})


def is_question(text: str) -> bool:
    """Whether the words ask something."""
    return bool(QUESTION.search(text))


def is_own_words(talk: Talk, akin: frozenset[str], leaves_from: float) -> bool:
    """Whether a message may be the answer in one's own words.

    It may unless it is a button or a question, or the classifier gives an intent that is not `akin` at least
    `leaves_from`.
    """
    if not talk.ranking or is_question(talk.typed):
        return False
    best = talk.ranking[0]
    limit = min(leaves_from, LEAVES_EARLY_FROM) if best["name"] in LEAVING else leaves_from
    return best["name"] in akin or best["confidence"] < limit


def reads_as_name(text: str) -> bool:
    """Whether the text says a name and nothing else, in so many words: "mam na imię Ola", with a surname at most."""
    match = FULL_NAME.fullmatch(text)
    return match is not None and all(word[:1].isupper() for word in re.findall(LETTERS, text[match.end(1) :]))


def first_name(talk: Talk, asked: bool) -> str | None:
    """The first name, without a surname: that is not needed."""
    match = FULL_NAME.fullmatch(talk.typed)
    if match is None and asked:
        words = len(talk.typed.split())
        leaves_from = ONE_WORD_LEAVES_FROM if words == 1 else LEAVES_FROM
        if words <= 4 and is_own_words(talk, ABOUT_SELF, leaves_from):
            match = ASKED_NAME.fullmatch(talk.typed)
    if match is None or not 2 <= len(match[1]) <= 30:
        return None
    return "-".join(part.capitalize() for part in match[1].split("-"))


def school_name(talk: Talk, asked: bool) -> str | None:
    """The school, as the pupil calls it."""
    match = SAYS_SCHOOL.match(talk.typed)
    if match:
        return _trimmed(match[1], "school_name")
    anew = corrected(talk)
    if anew and names_a_place(anew) and not is_question(talk.typed):
        return _trimmed(SCHOOL_INTRO.sub("", anew), "school_name")
    if not asked or not is_own_words(talk, ABOUT_SCHOOL, SCHOOL_LEAVES_FROM) or find_contact(talk.typed):
        return None
    name = _trimmed(SCHOOL_INTRO.sub("", anew or talk.typed), "school_name")
    return name if name is not None and len(re.findall(r"[^\W\d_]", name)) >= 2 else None


def form_class(talk: Talk, asked: bool) -> str | None:
    """The class, with its letter where one is given."""
    match = CLASS.match(talk.typed)
    grades = talk.entities("grade")
    if asked and talk.ranking and match and not is_question(talk.typed):
        return " ".join(match[1].split())
    anew = CORRECTED_CLASS.fullmatch(corrected(talk) or "")
    if anew:
        return " ".join(anew[1].split())
    said = CLASS_SAID.search(talk.typed)
    if said and talk.ranking and not is_question(talk.typed):
        return str(said[1] or said[2])
    if grades and talk.ranking and (asked or SAYS_CLASS.search(talk.typed)) and not is_question(talk.typed):
        return grades[-1]
    return None


def topic(talk: Talk, asked: bool) -> str | None:
    """What a class should be about. Words about somebody's own trouble are no topic."""
    if not asked or find_contact(talk.typed):
        return None
    if patterns().names_topic(talk.typed) and not is_question(talk.typed):
        return _trimmed(talk.typed, "topic")
    if FIRST_PERSON.search(talk.typed) or talk.intent in ("crisis", "distress"):
        return None
    return _trimmed(talk.typed, "topic") if is_own_words(talk, ABOUT_TOPIC, LEAVES_FROM) else None


def age_group(talk: Talk, asked: bool) -> str | None:
    """The age, as far as it matters for consent."""
    if not talk.ranking or is_question(talk.typed) or find_contact(talk.typed):
        return None
    if asked and UNDER.search(talk.typed):
        return AgeGroup.UNDER_16.value
    number = AGE.search(talk.typed)
    if number and (asked or SAYS_AGE.search(talk.typed)):
        return group_of(int(number[1])).value
    return AgeGroup.ADULT.value if asked and ADULT.search(talk.typed) else None


def contact(talk: Talk, asked: bool) -> str | None:
    """An e-mail address or a phone number in normal form, wherever it stands."""
    return find_contact(talk.typed) if talk.ranking else None


def corrected(talk: Talk) -> str | None:
    """What follows "nie, jednak …" or "sorry, …" in a typed message; None when it does not begin so."""
    before = AFTER_OOPS.match(talk.typed) if talk.ranking else None
    rest = talk.typed[before.end() :] if before else ""
    return rest if before and before[0].strip(" ,.!") and rest else None


def _trimmed(text: str, slot: str) -> str | None:
    words = " ".join(text.split()).strip(" .,;:!")
    return words if 2 <= len(words) <= LONGEST[slot] else None


READERS: dict[str, Callable[[Talk, bool], str | None]] = {
    "first_name": first_name,
    "school_name": school_name,
    "form_class": form_class,
    "topic": topic,
    "age_group": age_group,
    "contact": contact,
}
