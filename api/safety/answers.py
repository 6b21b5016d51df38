"""The fixed answers to cries for help: contacts first, then people; no questions, no advice.

The same for the detectors and for Rasa's intents (`actions/safety.py`).
"""

from typing import Any

from api.catalogue.cards import helpline_card
from api.catalogue.kinds import Helpline
from api.catalogue.view import Catalogue
from api.texts import Language, all_texts, button, text

# The helplines on the cards, in the order of the facts: 112 first when somebody may be in danger.
LINES = {
    "crisis": ("112", "116111", "800121212"),
    "report_violence": ("112", "116111", "800121212", "800120002"),
    "distress": ("116111",),
}
KEYS = {"crisis": "crisis", "report_violence": "violence", "distress": "distress"}
RANK = ("distress", "report_violence", "crisis")
BUTTONS = ("human", "clinic")


def messages(
    danger: str, language: Language, catalogue: Catalogue | None, *, about_another: bool = False, again: bool = False
) -> list[dict[str, Any]]:
    """The messages to write, in the shape of the contract. Without a catalogue the numbers stand in the text.

    `again`: the same was answered before in this talk, so it is said shorter.
    """
    key = f"safety.{KEYS[danger]}"
    first = f"{key}_again" if again else f"{key}_other" if about_another else key
    cards = _cards(danger, language, catalogue)
    words = [text(first, language)]
    if not cards:
        words.append(text(f"{key}_numbers", language))
    after = f"{first}_after"
    said = [_message("\n".join(words), language, cards)]
    if after in all_texts():
        said.append(_message(text(after, language), language, []))
    said[-1]["buttons"] = [button(name, language) for name in BUTTONS]
    return said


def is_graver(danger: str, before: str | None) -> bool:
    """Whether the danger is graver than what was answered before."""
    return before is None or RANK.index(danger) > RANK.index(before)


def _message(words: str, language: Language, cards: list[dict[str, Any]]) -> dict[str, Any]:
    return {"text": words, "language": language, "buttons": [], "cards": cards, "safety": True}


def _cards(danger: str, language: Language, catalogue: Catalogue | None) -> list[dict[str, Any]]:
    """Cards of the helplines that may be shown, in order."""
    if catalogue is None:
        return []
    found = (catalogue.find(Helpline, id_) for id_ in LINES[danger])
    return [helpline_card(catalogue, line, language) for line in found if line]
