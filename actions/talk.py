"""What an action gets to work with: who speaks, in which language, what was understood, and a way to answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from api.catalogue.view import Catalogue
from api.texts import Language, button, text, variants

MENU = ("interests", "courses", "internships", "counselling")


@dataclass
class Talk:
    """One turn as an action sees it. `events` is what the action hands back to Rasa.

    `concealed` holds, sealed, what the heart is to mask in the talk; it travels with the next message. `asks` is what a
    form asks for in this turn: its messages tell the heart.
    """

    dispatcher: CollectingDispatcher
    tracker: Tracker
    catalogue: Catalogue
    today: date
    events: list[EventType] = field(default_factory=list)
    concealed: str | None = None
    asks: str | None = None
    _shown: list[list[str]] = field(default_factory=list)

    @property
    def language(self) -> Language:
        """The language to answer in, decided by `bot/turn.py` before the dialogue went on."""
        return cast(Language, self.tracker.get_slot("language") or "pl")

    @property
    def on_messenger(self) -> bool:
        """Whether the pupil writes on Messenger, where there is no window of ours with buttons of its own."""
        return bool(self.tracker.get_latest_input_channel() == "messenger")

    @property
    def intent(self) -> str:
        """The intent that the dialogue acts on."""
        return str(self.tracker.latest_message.get("intent", {}).get("name"))

    @property
    def typed(self) -> str:
        """What the pupil has typed; for a button its payload."""
        return str(self.tracker.latest_message.get("text") or "").strip()

    @property
    def ranking(self) -> list[dict[str, Any]]:
        """The classifier's guesses for the latest message, the likeliest first; empty for a button."""
        return list(self.tracker.latest_message.get("intent_ranking", []))

    @property
    def words(self) -> str:
        """What the pupil has typed; empty for a button."""
        return str(self.tracker.latest_message.get("text") or "") if self.ranking else ""

    @property
    def confidence(self) -> float:
        """How sure the classifier is of its first guess; 1 for a button."""
        return float(self.ranking[0]["confidence"]) if self.ranking else 1.0

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Kind and id of the cards that the bot showed last: what "a ile to kosztuje?" is about."""
        return [(kind, id_) for kind, id_ in self.tracker.get_slot("shown") or []]

    def turn(self, back: int = 0) -> list[dict[str, Any]]:
        """What has happened since the pupil's latest message, or in an earlier turn, from its message on."""
        turns: list[list[dict[str, Any]]] = [[]]
        for event in self.tracker.events:
            if event.get("event") == "user":
                turns.append([])
            turns[-1].append(event)
        return turns[-1 - back] if back < len(turns) else []

    def entities(self, kind: str, role: str | None = None) -> list[str]:
        """The values of one kind that the latest message names, in its order, each once."""
        found = [
            str(entity["value"])
            for entity in self.tracker.latest_message.get("entities", [])
            if entity["entity"] == kind and (role is None or entity.get("role", "like") == role)
        ]
        return list(dict.fromkeys(found))

    def slot(self, name: str, value: object) -> None:
        """Set a slot after this action."""
        self.events.append(SlotSet(name, value))

    def say(
        self,
        key: str,
        *,
        buttons: Sequence[str | dict[str, str]] = (),
        cards: Sequence[dict[str, Any]] = (),
        safety: bool = False,
        handoff: str | None = None,
        **values: Any,
    ) -> None:
        """Answer with the text of this key. Buttons are given by name (`buttons.yml`) or ready made.

        `handoff` asks the heart to hand the conversation over to a person, for this reason.
        """
        extra: dict[str, Any] = {"cards": list(cards)}
        if cards:
            # An answer of several messages shows all of their cards.
            self._shown += [[card["kind"], card["id"]] for card in cards]
            self.slot("shown", list(self._shown))
        if safety:
            extra["safety"] = True
        if handoff:
            extra["handoff"] = handoff
        if self.concealed:
            extra["conceal"], self.concealed = self.concealed, None
        if self.asks:
            extra["asks"] = self.asks
        self.dispatcher.utter_message(
            text=self._wording(key, values, is_caption=bool(cards)),
            buttons=[button(b, self.language) if isinstance(b, str) else b for b in buttons],
            json_message=extra,
        )

    def _wording(self, key: str, values: dict[str, Any], *, is_caption: bool) -> str:
        """The next wording of the text, and never the one that the bot said last: that one is announced as repeated.

        The caption of cards may come again: what it says is on the cards.
        """
        said = [event for event in self.tracker.events if event.get("event") == "bot"]
        last = said[-1].get("text") if said else None
        wordings = [
            text(key, self.language, variant=len(said) + step, **values) for step in range(variants(key, self.language))
        ]
        fresh = next((wording for wording in wordings if wording != last), None)
        if fresh or is_caption:
            return fresh or wordings[0]
        return text("manners.again", self.language, text=wordings[0])


def marked(events: Iterable[dict[str, Any]], *marks: str) -> bool:
    """Whether one of the bot's messages among the events carries one of these marks for the heart."""
    carried = [(event.get("data") or {}).get("custom") or {} for event in events if event.get("event") == "bot"]
    return any(mark in custom for custom in carried for mark in marks)
