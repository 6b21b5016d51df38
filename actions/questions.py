"""Short questions that only make sense after something else: "a ile to kosztuje?", "od ilu lat?", "a w grudniu?".

The classifier cannot tell them apart (the same words ask about a course, an internship, a ticket), so they are found by
words, before the rules are asked: the slot `question` leads them to `action_follow_up` or `action_course_dates`,
whatever intent the message has, and from inside any form (docs/decisions/0009). In the same way "czy dostanę bon?"
leads to the eligibility talk.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from actions.dates import window
from actions.eligibility import FORM, asks_about_oneself
from actions.lexicon import both, pattern, words_of
from actions.naming import institutions_in, names_a_hidden_one
from actions.readers import is_question
from actions.registry import action
from actions.talk import Talk
from api.texts import plain

# What may be asked of a card that was shown, by the card's kind.
ANSWERABLE = {
    "course": {"price", "length", "age", "conditions", "certificate", "date", "seats", "place"},
    "internship": {"stipend", "price", "length", "age", "conditions", "date", "place", "certificate"},
    "programme": {"price", "length", "age", "conditions", "date", "place", "phone", "email"},
    "school": {"work", "phone", "email", "opening", "place"},
    "occupation": {"teaching", "work", "stipend", "age"},
    "science_place": {"price", "date", "place", "phone", "email", "opening"},
    "career_centre": {"price", "date", "conditions", "age", "place", "phone", "email", "opening"},
    "clinic": {"price", "referral", "parent", "visit", "which", "secret", "age", "place", "phone", "opening"},
}
# An intent that is sure of itself and has a subject of its own is not taken for a question about what was shown.
FOREIGN = {
    "course": {"ask_adult_programme", "ask_returnee_programme", "ask_internships", "ask_clinic", "ask_counselling"},
    "internship": {"ask_adult_programme", "ask_returnee_programme", "ask_clinic", "ask_counselling"},
    "programme": {"ask_courses", "ask_internships", "ask_clinic", "ask_counselling"},
    "clinic": {"ask_courses", "ask_internships", "ask_adult_programme", "ask_counselling", "ask_prevention_class"},
}
# Words of another subject; the cards of a clinic or programme have these words themselves.
MAY_BE_ELSEWHERE = {"course", "internship"}
NEVER = {"crisis", "report_violence", "distress", "cancel", "delete_my_data"}
# Not when these are sure: "kto może?" is no call for a person.
NEVER_SURELY = {"ask_human", "greet", "goodbye", "thank"}
SURE = 0.60
SUBJECTS = ("profession", "industry", "qualification", "interest")
MOST_WORDS = 9
MOST_WORDS_OF_A_GUESS = 6
MOST_NAMED = 3
# Forms that ask what the pupil wants; a short question inside them is about that.
FORMS = ("guidance_form", FORM)
# The questionnaire is no offer; a question in the middle of it is about itself.
QUESTIONNAIRE = "questionnaire_form"
OF_THE_QUESTIONNAIRE = frozenset({"price", "length"})


class Question(StrEnum):
    """Values of the slot `question`."""

    FOLLOW_UP = "follow_up"
    DATES = "dates"
    ELIGIBILITY = "eligibility"


@lru_cache(maxsize=1)
def _aspects() -> dict[str, re.Pattern[str]]:
    return {name: pattern(both(phrases)) for name, phrases in words_of("questions")["aspects"].items()}


@lru_cache(maxsize=1)
def _kinds() -> dict[str, re.Pattern[str]]:
    return {name: pattern(both(phrases)) for name, phrases in words_of("questions")["kinds"].items()}


@lru_cache(maxsize=8)
def _group(name: str) -> re.Pattern[str]:
    return pattern(both(words_of("questions")[name]))


def aspects(text: str) -> list[str]:
    """What the message asks about, in the order of the lexicon: `price`, `length`, `age`, …"""
    words = plain(text)
    found = [name for name, phrases in _aspects().items() if phrases.search(words)]
    # "gdzie są wolne miejsca" asks for seats, "od ilu lat" for an age and not for a length.
    hidden = {"place"} if "seats" in found else set()
    hidden |= {"length", "price"} if "age" in found or "stipend" in found else set()
    return [name for name in found if name not in hidden]


def question(talk: Talk) -> Question | None:
    """Whether the message is such a question, and of which kind."""
    if talk.entities("details"):
        return Question.FOLLOW_UP
    if talk.intent == "ask_adult_programme" and asks_about_oneself(talk):
        return Question.ELIGIBILITY
    text = talk.words
    if not text or talk.intent in NEVER or (talk.intent in NEVER_SURELY and talk.confidence >= SURE):
        return None
    words = plain(text)
    asked = [aspect for aspect in aspects(text) if not _is_told(talk, aspect)]
    if talk.tracker.active_loop.get("name") == QUESTIONNAIRE and OF_THE_QUESTIONNAIRE & set(asked):
        return None if _has(words, "own_topic") else Question.FOLLOW_UP
    if _is_about_dates(talk, words, asked):
        return Question.DATES
    if not asked:
        return None
    # Whoever names a course of ours is not out of scope: "a ile kosztuje ten o plc?"
    if talk.intent in ("ask_courses", "out_of_scope") and _names_a_course(talk):
        return Question.FOLLOW_UP
    return Question.FOLLOW_UP if _follows_up(talk, words, set(asked)) or _is_general(talk, words, asked) else None


@action("action_find_question")
def find_question(talk: Talk) -> None:
    """Set the slot `question` for each message, before the rules look at it."""
    found = question(talk)
    if found != talk.tracker.get_slot("question"):
        talk.slot("question", found.value if found else None)


def _is_about_dates(talk: Talk, words: str, asked: list[str]) -> bool:
    """Courses by time ("kursy w grudniu", "co po feriach?") or by free seats in general ("gdzie są wolne miejsca?")."""
    if _has(words, "elsewhere"):
        return False
    if window(talk.words, talk.today) is None:
        return "seats" in asked and _has(words, "searching_seats")
    # "coś po feriach?": the classifier has nothing but a guess.
    is_vague = talk.confidence < SURE and len(words.split()) <= MOST_WORDS_OF_A_GUESS
    return talk.intent == "ask_courses" or is_vague


def _names_a_course(talk: Talk) -> bool:
    return 0 < len(talk.entities("course_type")) <= MOST_NAMED


def _follows_up(talk: Talk, words: str, asked: set[str]) -> bool:
    """Whether the message asks of the cards that were shown last, and names no other subject."""
    is_joining = str(talk.tracker.get_slot("signup_target") or "").startswith(("course:", "edition:"))
    if not (talk.shown or is_joining) or len(words.split()) > MOST_WORDS:
        return False
    kind = "course" if is_joining else asked_kind(talk, asked)
    if not asked & ANSWERABLE.get(kind, set()) or seeks(words):
        return False
    if any(talk.entities(subject) for subject in SUBJECTS) or institutions_in(talk.catalogue, words):
        return False
    if names_a_hidden_one(talk.catalogue, words):
        return False
    if talk.intent in FOREIGN.get(kind, ()) and talk.confidence >= SURE and _has(words, "own_topic"):
        return False
    return kind not in MAY_BE_ELSEWHERE or not _has(words, "elsewhere")


def _is_general(talk: Talk, words: str, asked: list[str]) -> bool:
    """ "Ile kosztują kursy?", or "a ile to kosztuje?" while the bot asks which courses are wanted."""
    general = {"price", "certificate", "conditions", "place", "seats"} & set(asked)
    named = any(talk.entities(kind) for kind in (*SUBJECTS, "course_type"))
    if not general or named or _has(words, "elsewhere"):
        return False
    in_form = talk.tracker.active_loop.get("name") in FORMS
    in_form = in_form and (talk.confidence < SURE or not _has(words, "own_topic"))
    return in_form or (talk.intent == "ask_courses" and (not talk.shown or seeks(words)))


def _is_told(talk: Talk, aspect: str) -> bool:
    """Whether the message tells this of the pupil and asks nothing: "mam 18 lat", "I don't have a driving licence"."""
    if is_question(talk.words):
        return False
    licences = talk.entities("licence", "have") + talk.entities("licence", "lack")
    return bool({"age": talk.entities("age"), "certificate": licences}.get(aspect))


def asked_kind(talk: Talk, asked: Iterable[str]) -> str:
    """The kind of the cards shown that the message asks about: one that it names, else the first that may answer it."""
    kinds = list(dict.fromkeys(kind for kind, _ in talk.shown))
    named = [kind for kind in kinds if kind in _kinds() and _kinds()[kind].search(plain(talk.words))]
    answering = [kind for kind in kinds if ANSWERABLE.get(kind, set()).intersection(asked)]
    return [*named, *answering, *kinds][0]


def seeks(text: str) -> bool:
    """Whether the message speaks of courses or internships in general: "ile kosztują kursy?", not "te kursy"."""
    words = plain(text)
    return _has(words, "searching") and not _has(words, "pointing")


def _has(words: str, group: str) -> bool:
    return _group(group).search(words) is not None
