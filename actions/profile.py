"""What the pupil has told about itself: kept in slots, read as a `Profile` for the matching."""

from typing import Any

from actions.talk import Talk
from api.catalogue.profile import Profile

# Slots that hold lists, with the entity (and its role) that fills them.
LISTS = {
    "profession": ("profession", "like"),
    "qualification": ("qualification", "like"),
    "industry": ("industry", "like"),
    "interest": ("interest", "like"),
    "dislike": ("interest", "dislike"),
}
SINGLE = ("grade", "school_type")
# What suggestions can go by; class and type of school alone point nowhere.
SUBJECTS = ("interest", "profession", "qualification", "industry", "course_type")

type Direction = dict[str, list[str]]


def told_now(talk: Talk) -> dict[str, list[str]]:
    """What the latest message tells, by slot."""
    told = {slot: talk.entities(kind, role) for slot, (kind, role) in LISTS.items()}
    told |= {slot: talk.entities(slot)[-1:] for slot in SINGLE}
    told["course_type"] = talk.entities("course_type", "like")
    return {slot: values for slot, values in told.items() if values}


def remember(talk: Talk, told: dict[str, list[str]]) -> dict[str, Any]:
    """Set the slots to what was known and what is told now, the newest first; a change of mind replaces. The slots."""
    known = {slot: list(talk.tracker.get_slot(slot) or []) for slot in LISTS}
    for slot in LISTS:
        known[slot] = list(dict.fromkeys([*told.get(slot, []), *known[slot]]))
    known["interest"] = [topic for topic in known["interest"] if topic not in told.get("dislike", [])]
    known["dislike"] = [topic for topic in known["dislike"] if topic not in told.get("interest", [])]
    for slot in LISTS:
        if known[slot] != list(talk.tracker.get_slot(slot) or []):
            talk.slot(slot, known[slot])
    single = {slot: told[slot][0] if slot in told else talk.tracker.get_slot(slot) for slot in SINGLE}
    for slot in SINGLE:
        if slot in told:
            talk.slot(slot, single[slot])
    return {**known, **single}


def direction(told: dict[str, list[str]], known: dict[str, Any], *, asked: bool) -> Direction | None:
    """What suggestions should go by: the subject of this request when it has one, else all that is known; or None.

    `asked` says that the latest message asks for courses: then its own subject counts alone, so that "macie coś ze
    spawania?" is about welding although the pupil likes cooking, too.
    """
    subject = {slot: told[slot] for slot in SUBJECTS if slot in told}
    if asked and subject.keys() & {"interest", "industry", "course_type", "qualification"}:
        return subject
    everything = {slot: known[slot] for slot in SUBJECTS if known.get(slot)}
    return {**everything, **subject} or None


def profile(talk: Talk, chosen: Direction) -> Profile:
    """The profile for the matching: the direction, with dislikes, school and class as the slots have them."""
    slot = talk.tracker.get_slot
    return Profile(
        interests=tuple(chosen.get("interest", ())),
        dislikes=tuple(slot("dislike") or ()),
        professions=tuple(chosen.get("profession", ())),
        qualifications=tuple(chosen.get("qualification", ())),
        industries=tuple(chosen.get("industry", ())),
        course_types=tuple(chosen.get("course_type", ())),
        school_type=slot("school_type"),
        grade=int(slot("grade")) if slot("grade") else None,
    )
