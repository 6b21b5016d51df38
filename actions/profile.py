"""What the pupil has told about itself: kept in slots, read as a `Profile` for the matching."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from actions.talk import Talk
from api.catalogue.profile import Profile
from api.catalogue.view import RAILWAY
from api.settings import ROOT
from api.yaml_files import content_of

# Slots that hold lists, with the entity that fills them.
LISTS = {
    "profession": "profession",
    "qualification": "qualification",
    "industry": "industry",
    "interest": "interest",
    "dislike": "interest",
    "licence": "licence",
    "experience": "experience",
}
SINGLE = ("grade", "school_type", "age")
# What is said back to the pupil, in this order.
FACTS = ("school_type", "grade", "profession", "qualification", "licence", "experience", "age")
# What suggestions can go by; class, age and type of school alone point nowhere.
SUBJECTS = ("interest", "profession", "qualification", "industry", "course_type", "experience", "riasec")
OF_A_REQUEST = {"interest", "industry", "course_type", "qualification"}

# A lone "2" or "druga" is a class only where the class is known or asked for.
BESIDE = "no|to|ja|hmm|chyba|w|do|in|nie|jednak|tylko|not|but|the|tak"
BARE = re.compile(rf"^\W*(?:(?:{BESIDE})\W+)*\w+(?:\W?(?:ga|ta|nd|rd|th|st))?\W*$", re.I)
CLASS_WORD = re.compile(r"kl|rok|year|grade|class|form|\d\s?[a-z]{1,3}\b", re.I)
OPENS = "nie|jednak|znaczy|to znaczy|sorki|sorry|wait|actually|i mean|pomy[łl]\\w+|poprawka|not"
CORRECTS = re.compile(rf"^\W*(?:(?:no|oj|ej|ups|oh|oops)\W+)*(?:{OPENS})\b", re.I)
NO = re.compile(r"\W*no\s*[,.!–-]", re.I)

type Told = dict[str, list[str]]
type Direction = dict[str, Any]


@lru_cache(maxsize=2)
def own_records(name: str) -> dict[str, dict[str, Any]]:
    """The records of data/profile by id: `licences` or `experience`."""
    records = content_of(ROOT / "data" / "profile" / f"{name}.yaml")[name]
    return {record["id"]: record for record in records}


def told_now(talk: Talk) -> Told:
    """What the latest message tells, by slot. A course is no wish where only its licence is named, as
    one that the pupil has or has not."""
    told = {slot: named(talk, kind) for slot, kind in LISTS.items() if slot not in ("dislike", "licence")}
    told["dislike"] = talk.entities("interest", "dislike")
    told["licence"] = talk.entities("licence", "have")
    told |= {slot: named(talk, slot)[-1:] for slot in SINGLE}
    if _is_bare(talk) and not (talk.tracker.get_slot("grade") or told["school_type"]):
        told["grade"] = []
    has = courses_of([*told["licence"], *talk.entities("licence", "lack")])
    told["course_type"] = [course for course in named(talk, "course_type") if course not in has]
    return {slot: values for slot, values in told.items() if values}


def remember(talk: Talk, told: Told) -> dict[str, Any]:
    """Set the slots to what was known and what is told now, the newest first; a change of mind replaces. The slots.

    An interest that is only asked about ("czy jest praca w spawaniu?") is no liking and is not kept.
    """
    text = str(talk.tracker.latest_message.get("text") or "")
    kept = {**told, "interest": [topic for topic in told.get("interest", []) if topic in _liked(talk)]}
    known = {slot: list(talk.tracker.get_slot(slot) or []) for slot in LISTS}
    for slot, kind in LISTS.items():
        former = [] if slot == "profession" and slot in kept and corrects(talk, text) else known[slot]
        gone = {*talk.entities(kind, "lack"), *(talk.entities(kind, "dislike") if slot != "dislike" else ())}
        known[slot] = [one for one in dict.fromkeys([*kept.get(slot, []), *former]) if one not in gone]
    known["dislike"] = [topic for topic in known["dislike"] if topic not in kept["interest"]]
    for slot in LISTS:
        if known[slot] != list(talk.tracker.get_slot(slot) or []):
            _set(talk, slot, known[slot])
    for slot in SINGLE:
        if slot in told and told[slot][0] != talk.tracker.get_slot(slot):
            _set(talk, slot, told[slot][0])
    return {**known, **{slot: talk.tracker.get_slot(slot) for slot in (*SINGLE, "riasec")}}


def direction(told: Told, known: dict[str, Any], *, asked: bool) -> Direction | None:
    """What suggestions should go by: the subject of this request when it has one, else all that is known; or None.

    `asked` says that the latest message asks for courses: then its own subject counts alone, so that "macie coś ze
    spawania?" is about welding although the pupil likes cooking, too.
    """
    subject: Direction = {slot: told[slot] for slot in SUBJECTS if slot in told}
    unliked = [topic for topic in told.get("interest", []) if topic not in known.get("interest", [])]
    if asked and unliked:
        subject["asked"] = unliked
    if asked and subject.keys() & OF_A_REQUEST:
        return subject
    everything = {slot: known[slot] for slot in SUBJECTS if known.get(slot)}
    return {**everything, **subject} or None


def profile(talk: Talk, chosen: Direction) -> Profile:
    """The profile for the matching: the direction, with all else that the slots know of the pupil."""
    slot = talk.tracker.get_slot
    asked = chosen.get("asked", ())
    places = (own_records("experience").get(id_) for id_ in chosen.get("experience", ()))
    return Profile(
        interests=tuple(topic for topic in chosen.get("interest", ()) if topic not in asked),
        asked=tuple(asked),
        dislikes=tuple(slot("dislike") or ()),
        professions=tuple(chosen.get("profession", ())),
        qualifications=tuple(chosen.get("qualification", ())),
        industries=tuple(chosen.get("industry", ())),
        course_types=tuple(chosen.get("course_type", ())),
        experience=tuple(dict.fromkeys(industry for place in places if place for industry in place["industries"])),
        done=courses_of(slot("licence") or ()),
        riasec=tuple((chosen.get("riasec") or {}).items()),
        school_type=slot("school_type"),
        grade=int(slot("grade")) if slot("grade") else None,
        age=int(slot("age")) if slot("age") else None,
    )


def courses_of(licences: Iterable[str]) -> tuple[str, ...]:
    """The courses that need not be suggested to somebody with these licences."""
    records = (own_records("licences").get(id_) for id_ in licences)
    return tuple(dict.fromkeys(course for record in records if record for course in record["courses"]))


def named(talk: Talk, kind: str) -> list[str]:
    """What is named and not rejected; railway words stand for an industry of their own, not for the one around it."""
    found = [
        RAILWAY if kind == "industry" and entity.get("topic") == RAILWAY else str(entity["value"])
        for entity in talk.tracker.latest_message.get("entities", [])
        if entity["entity"] == kind and entity.get("role") != "dislike"
    ]
    return list(dict.fromkeys(found))


def _liked(talk: Talk) -> set[str]:
    """The interests that the message says to be liked, and those of a button."""
    return {
        str(entity["value"])
        for entity in talk.tracker.latest_message.get("entities", [])
        if entity["entity"] == "interest" and (entity.get("role") == "like" or entity.get("extractor") == "button")
    }


def corrects(talk: Talk, text: str) -> bool:
    """Whether the message takes back what was told. "No" does in English; in Polish it says "well"."""
    return bool(CORRECTS.search(text) or (talk.language == "en" and NO.match(text)))


def _is_bare(talk: Talk) -> bool:
    """Whether the message is a number and little else."""
    text = str(talk.tracker.latest_message.get("text") or "")
    return bool(BARE.match(text)) and not CLASS_WORD.search(text)


def _set(talk: Talk, name: str, value: object) -> None:
    """Set a slot, for the rest of this action, too."""
    talk.slot(name, value)
    talk.tracker.slots[name] = value
