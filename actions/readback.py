"""What the pupil has told about school and work is said back once, so that it can be corrected."""

from typing import Any

from actions.profile import FACTS, SINGLE, Told, corrects, own_records
from actions.talk import Talk
from api.catalogue.kinds import Profession, SchoolType
from api.texts import join, text


def read_back(talk: Talk, told: Told, before: dict[str, Any]) -> bool:
    """Say what is noted now when this message changed what was known `before`. Whether anything was said."""
    new = [slot for slot in FACTS if slot in told and talk.tracker.get_slot(slot) != before.get(slot)]
    gone = [slot for slot in FACTS if len(talk.tracker.get_slot(slot) or ()) < len(before.get(slot) or ())]
    if not new and not gone:
        return False
    message = str(talk.tracker.latest_message.get("text") or "")
    changed = gone or corrects(talk, message) or any(before.get(slot) for slot in new if slot in SINGLE)
    clauses = [clause for slot in FACTS for clause in _clauses(talk, slot)]
    if not clauses:
        talk.say("profile.nothing_left")
        return True
    talk.say("profile.corrected" if changed else "profile.noted", facts=", ".join(clauses))
    return True


def known_facts(talk: Talk) -> dict[str, Any]:
    """The facts as the slots have them, to compare with later."""
    return {slot: talk.tracker.get_slot(slot) for slot in FACTS}


def _clauses(talk: Talk, slot: str) -> list[str]:
    value = talk.tracker.get_slot(slot)
    names = _names(talk, slot, value if isinstance(value, list) else [value] if value else [])
    count = int(value) if slot == "age" and value else len(names)
    return [text(f"profile.{slot}", talk.language, count=count, names=join(names, talk.language))] if names else []


def _names(talk: Talk, slot: str, values: list[str]) -> list[str]:
    """The names of the values; of a record on hold nothing is said."""
    if slot == "profession":
        found = (talk.catalogue.find(Profession, id_) for id_ in values)
        return [record.name(talk.language) for record in found if record]
    if slot == "school_type":
        school = talk.catalogue.find(SchoolType, values[0]) if values else None
        return [school.name(talk.language)] if school else []
    if slot in ("licence", "experience"):
        records = own_records("licences" if slot == "licence" else "experience")
        return [str(records[id_][talk.language]) for id_ in values if id_ in records]
    return [str(value) for value in values]
