"""The bot's messages as Messenger can show them: `fit`, one pure function, and Meta's limits that it keeps.

Nothing that a message says is lost: what does not fit into a title goes into the text, what does not fit into one send
goes into the next. Quick replies stand under the last send only, because Messenger hides them as soon as another
line follows; where they are too many, they become pages of buttons that stay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any, cast

from api.channels.messenger.fit_cards import Choices, fit_cards, postbacks, shorten
from api.channels.messenger.limits import ELEMENTS, QUICK_REPLIES, TEMPLATE_BUTTONS, TEXT
from api.channels.messenger.split import split
from api.texts import Language, text

type Message = dict[str, Any]


@dataclass(frozen=True)
class Send:
    """One call of the Send API: its `message`, still without `metadata`."""

    message: dict[str, Any]


def fit(messages: Iterable[Message]) -> list[Send]:
    """The sends that say all that the messages (contract, "Events") say, in their order."""
    return [Send(message) for each in messages for message in _fit_one(each)]


def _fit_one(message: Message) -> list[dict[str, Any]]:
    language = cast(Language, message.get("language") or "pl")
    choices = shorten(message.get("buttons") or ())
    cards = message.get("cards") or []
    said = str(message.get("text") or "").strip()
    legend = "\n".join(choices.legend)
    sends: list[dict[str, Any]] = []
    if cards:
        sends += _texts(said)
        sends += fit_cards(cards, language)
        sends += _texts(legend)
    else:
        sends += _texts("\n".join(filter(None, (said, legend))))
    if not choices.short:
        return sends
    if len(choices.short) > QUICK_REPLIES:
        return [*sends, *_pages(choices, language)]
    if not sends:
        sends = _texts(text("messenger.choose", language))
    replies = [{"content_type": "text", "title": title, "payload": payload} for title, payload in choices.short]
    return [*sends[:-1], {**sends[-1], "quick_replies": replies}]


def _texts(said: str) -> list[dict[str, Any]]:
    return [{"text": part} for part in split(said, TEXT)]


def _pages(choices: Choices, language: Language) -> Iterator[dict[str, Any]]:
    """Many choices as a row of cards with three buttons each."""
    total, number = len(choices.short), 0
    for group in batched(batched(choices.short, TEMPLATE_BUTTONS), ELEMENTS):
        elements = []
        for page in group:
            heading = text("messenger.page", language, first=number + 1, last=number + len(page), total=total)
            elements.append({"title": heading, "buttons": postbacks(page)})
            number += len(page)
        yield {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": elements}}}
