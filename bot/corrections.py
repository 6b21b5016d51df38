"""A correction of what the pupil has told about itself: "nie, jednak 2 klasa", "wait, second year".

Such a message begins like a refusal or a stop, and is neither: it names what is right.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Optional

from bot.text import strip_diacritics

FACTS = {"grade", "school_type", "age", "profession", "qualification", "licence"}
LIKES = {"interest", "industry"}
REFUSALS = {"deny", "affirm", "cancel", "complain", "out_of_scope", "ask_schools", "ask_qualification", "thank"}
WORDS = (
    "nie", "jednak", "znaczy", "to znaczy", "sorki", "sory", "wroc", "chwila", "czekaj", r"pomyl\w+", "poprawka", "zle",
    "stop", "nope", "no", "not", "sorry", "wait", "hold on", "actually", "i mean", "correction", "my mistake",
    "mistake", "wrong", "to nie", "that s not", "it s not",
)  # fmt: skip
BEFORE = ("ej", "e", "no", "oj", "ups", "a", "aa", r"hm+", "oh", "oops", "ah", "um", "but")
OPENING = re.compile(rf"^(?:(?:{'|'.join(BEFORE)}) )*(?:{'|'.join(WORDS)})\b")
PREFERENCE = re.compile(r"\b(?:wole|prefer|rather) (?!rozm|pogad|talk|speak)")
UNSURE_BELOW = 0.40
QUESTION = re.compile(r"\?|\b(?:czy|ile|gdzie|jak|where|how|what)\b")

SUBJECTS = {"interest", "industry", "profession", "course_type"}
SURE = 0.6
# What a message that says what the pupil likes is taken for by mistake.
ASTRAY = ("undecided", "out_of_scope")
LIKING = re.compile(r"\b(?<!nie )(?:lubie|uwielbiam|kocham|i (?:really )?(?:like|love|enjoy))\b")


def named_alone(parsed: Dict[str, Any], form: Optional[str]) -> Optional[Dict[str, Any]]:
    """The intent of a message that is nothing but a subject ("kolej"): the answer to what the pupil likes.

    Without that question it counts only where the classifier is not sure of anything else; to another form's question
    it is that form's answer.
    """
    guesses = parsed.get("intent_ranking") or []
    left = list(parsed["text"])
    for entity in parsed["entities"]:
        if entity["entity"] in SUBJECTS and "end" in entity:
            left[entity["start"] : entity["end"]] = " " * (entity["end"] - entity["start"])
    named = left != list(parsed["text"]) and not any(letter.isalnum() or letter == "?" for letter in left)
    if not guesses or not named or form not in (None, "guidance_form"):
        return None
    if form is None and guesses[0]["confidence"] >= SURE:
        return None
    return {"name": "inform_interest", "confidence": guesses[0]["confidence"]}


def liked(parsed: Dict[str, Any], form: Optional[str]) -> Optional[Dict[str, Any]]:
    """The intent of a message that says what the pupil likes, where the rest of it may be no idea or another subject:
    "lubię piec ciasta, co dla mnie macie?".
    """
    guesses = parsed.get("intent_ranking") or []
    if (
        not guesses
        or guesses[0]["name"] not in ASTRAY
        or guesses[0]["confidence"] >= SURE
        or form not in (None, "guidance_form")
    ):
        return None
    likes = any(entity["entity"] == "interest" and entity.get("role") == "like" for entity in parsed["entities"])
    if not likes or not LIKING.search(strip_diacritics(parsed["text"].lower())):
        return None
    return {"name": "inform_interest", "confidence": guesses[0]["confidence"]}


def corrected(parsed: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The intent of a message that corrects what was told; None when the message is no such correction."""
    guesses = parsed.get("intent_ranking") or []
    line = strip_diacritics(" ".join(re.sub(r"[.,;:!'’–-]", " ", parsed["text"].lower()).split()))
    told = {
        entity["entity"]
        for entity in parsed["entities"]
        if entity.get("role") != "dislike" or entity["entity"] == "interest"
    }
    if not guesses or not told & (FACTS | LIKES) or not OPENING.search(line) or QUESTION.search(line):
        return None
    # "wolę pracę z ludźmi" may sound like a wish for a person to talk to.
    prefers = told & LIKES and guesses[0]["name"] == "ask_human" and PREFERENCE.search(line)
    if guesses[0]["name"] not in REFUSALS and guesses[0]["confidence"] >= UNSURE_BELOW and not prefers:
        return None
    name = "inform_qualification" if told & FACTS else "inform_interest"
    return {"name": name, "confidence": guesses[0]["confidence"]}
