"""Several wishes in one message: "są jakieś staże i gdzie jest poradnia?" asks for two things, and both are answered.

A message is cut into clauses, each clause is understood on its own, and the clauses that surely ask for something are
compared. Only when they ask for different things is the message played in parts; else it is played whole, because a
whole sentence is understood better than its pieces.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

# What can be a wish of its own, by the subject that it belongs to. Clauses of one subject are one wish: "lubię gotować,
# macie jakieś kursy?" is about courses as a whole.
SUBJECTS = {
    "ask_courses": "courses",
    "sign_up": "sign_up",
    "ask_internships": "internships",
    "ask_science_places": "science",
    "ask_occupation": "occupation",
    "ask_demand": "demand",
    "ask_qualification": "qualification",
    "ask_schools": "schools",
    "ask_counselling": "counselling",
    "ask_clinic": "clinic",
    "ask_prevention_class": "prevention_class",
    "ask_adult_programme": "adult_programme",
    "ask_returnee_programme": "returnee_programme",
    "ask_contact": "contact",
    "ask_privacy": "privacy",
    "delete_my_data": "delete",
    "change_language": "language",
}
# Too easily mistaken in half a sentence ("do you run it", "need support"): wishes only as sentences of their own.
ONLY_AS_SENTENCE = {"ask_help": "help", "ask_human": "human", "bot_challenge": "bot"}
# What leads into a form's questions comes last, so that the talk ends with the question.
LAST = ("courses", "sign_up")
MOST_CLAUSES = 6
MOST_WISHES = 3
SURE_FROM = 0.60
# Few words are easily misunderstood without the rest.
FEW_WORDS = 2
FEW_SURE_FROM = 0.85
# Half a sentence counts when the whole message lets its wish show, too, or when it is as sure as this.
SEEN_FROM = 0.01
UNSEEN_SURE_FROM = 0.88
# A wish that the whole message shows clearly needs less.
CLEARLY_SEEN_FROM = 0.10
SEEN_SURE_FROM = 0.45
SENTENCES = re.compile(r"[.?!;](?:\s+|$)|\n+")
AND = {"pl": r"a|i|oraz|ale|also|plus", "en": r"and|also|but|plus|oraz"}
JOINTS = {
    language: re.compile(rf",\s*(?:(?:{words})\s+)?|\s+(?:{words})\s+", re.IGNORECASE)
    for language, words in AND.items()
}
# A part that is likely another wish, yet not surely: it is offered as a button.
OFFERED_FROM = 0.50
OFFERED_SEEN_FROM = 0.05
OFFERED_UNSEEN_FROM = 0.75


class Clause(NamedTuple):
    """A part of a message; `is_sentence` when it stands alone between full stops."""

    text: str
    is_sentence: bool


def clauses(text: str, language: str) -> List[Clause]:
    """The parts of a message in their order; one part when there is nothing to cut or too much."""
    found = []
    for sentence in SENTENCES.split(text):
        parts = [part.strip() for part in JOINTS[language].split(sentence) if part and part.strip()]
        found += [Clause(part, is_sentence=len(parts) == 1) for part in parts]
    return found if 1 < len(found) <= MOST_CLAUSES else [Clause(text, is_sentence=True)]


def wishes(whole: Dict[str, Any], parts: Sequence[Tuple[Clause, Dict[str, Any]]]) -> List[Dict[str, Any]]:
    """The parsed parts that ask for different things, at most three, in the order in which to answer them.

    Empty when the message is one wish.

    `whole` and the parts are messages as Rasa parses them. Parts about the same subject are one wish: the first one
    stands for it, with the entities of all. A part that names nothing ("jaka szkoła tego uczy?") means what was named
    before it.
    """
    seen = {guess["name"]: guess["confidence"] for guess in whole["intent_ranking"]}
    found: Dict[str, Dict[str, Any]] = {}
    named: List[Dict[str, Any]] = []
    for clause, part in parts:
        subject = _subject(clause, part, seen)
        if subject in found:
            found[subject]["entities"] += part["entities"]
        elif subject:
            found[subject] = {**part, "entities": list(part["entities"] or named)}
        named += part["entities"]
    chosen = sorted(list(found)[:MOST_WISHES], key=lambda subject: subject in LAST)
    return [found[subject] for subject in chosen] if len(chosen) > 1 else []


def doubtful(whole: Dict[str, Any], parts: Sequence[Tuple[Clause, Dict[str, Any]]]) -> Optional[Dict[str, Any]]:
    """The part that likely asks for something else than the whole message does, though not surely; None without one."""
    answered = SUBJECTS.get(whole["intent"]["name"])
    seen = {guess["name"]: guess["confidence"] for guess in whole["intent_ranking"]}
    for clause, part in parts if answered else ():
        name, confidence = part["intent"]["name"], part["intent"]["confidence"]
        enough = OFFERED_FROM if seen.get(name, 0.0) >= OFFERED_SEEN_FROM else OFFERED_UNSEEN_FROM
        if confidence >= enough and SUBJECTS.get(name, answered) != answered and len(clause.text.split()) > FEW_WORDS:
            return part
    return None


def leads_on(intent: str) -> bool:
    """Whether the answer to the intent may end with a form's question."""
    return SUBJECTS.get(intent) in LAST


def _subject(clause: Clause, part: Dict[str, Any], seen: Dict[str, float]) -> Optional[str]:
    """The subject that a part surely asks for; `seen` is how likely each intent is for the whole message."""
    name, confidence = part["intent"]["name"], part["intent"]["confidence"]
    in_whole = seen.get(name, 0.0)
    enough = SEEN_SURE_FROM if in_whole >= CLEARLY_SEEN_FROM else SURE_FROM
    if confidence < (FEW_SURE_FROM if len(clause.text.split()) <= FEW_WORDS else enough):
        return None
    if clause.is_sentence:
        return SUBJECTS.get(name) or ONLY_AS_SENTENCE.get(name)
    return SUBJECTS.get(name) if in_whole >= SEEN_FROM or confidence >= UNSEEN_SURE_FROM else None
