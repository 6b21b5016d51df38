"""Asking for a person: the heart hands the conversation over when a message says so."""

from actions.registry import action
from actions.talk import Talk


@action("action_human")
def human(talk: Talk) -> None:
    """The pupil asks for a person. Who answers and when is said by the heart, which knows hours and queue."""
    talk.say("handoff.asking", handoff=reason(talk))


def reason(talk: Talk) -> str:
    """Why the pupil asks, as far as the turn before tells."""
    before = [event["name"] for event in talk.tracker.events if event.get("event") == "action"]
    before = [name for name in before if name not in ("action_listen", "action_extract_slots", "action_human")]
    return REASONS.get(before[-1], "asked") if before else "asked"


REASONS = {
    "action_fallback": "unsure",
    "action_distress": "safety",
}
