"""Cards as Messenger can show them: short ones side by side, all others as a text with buttons."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched, groupby
from typing import Any

from api.channels.messenger.limits import ELEMENT_TEXT, ELEMENTS, TEMPLATE_BUTTONS, TEMPLATE_TEXT, TEXT, TITLE
from api.channels.messenger.split import cut, length, split
from api.texts import Language, text

type Card = dict[str, Any]
type Button = dict[str, str]

ADDRESS = re.compile(r"https?://[^\s/]+\S*")
LONGEST_ADDRESS = 1000


@dataclass(frozen=True)
class Choices:
    """Buttons as title and payload, the titles short enough; `legend` says in full those that had to be cut."""

    short: list[tuple[str, str]]
    legend: list[str]


def shorten(buttons: Iterable[Button]) -> Choices:
    """Buttons whose titles fit; a long one gets a number and is written out under that number in the legend."""
    short: list[tuple[str, str]] = []
    legend: list[str] = []
    for button in buttons:
        title = button["title"].strip() or "…"
        if length(title) > TITLE:
            number = f"{len(legend) + 1}. "
            legend.append(f"{number}{title}")
            title = f"{number}{cut(title, TITLE - len(number) - 1).rstrip()}…"
        short.append((title, button["payload"]))
    return Choices(short, legend)


def fit_cards(cards: list[Card], language: Language) -> Iterator[dict[str, Any]]:
    """The messages that show these cards in their order."""
    for is_small, group in groupby(cards, lambda card: _element(card, language) is not None):
        together = list(group)
        if is_small and len(together) > 1:
            for row in batched(together, ELEMENTS):
                elements = [_element(card, language) for card in row]
                payload = {"template_type": "generic", "elements": elements}
                yield {"attachment": {"type": "template", "payload": payload}}
        else:
            for card in together:
                yield from _written(card, language)


def _element(card: Card, language: Language) -> dict[str, Any] | None:
    """The card as one of a row; None when it says more than fits there."""
    title, *rest = _lines(card, language)
    choices = shorten(card.get("buttons") or ())
    subtitle = " · ".join(rest)
    buttons = [*_link(card, language), *postbacks(choices.short)]
    fits = (
        length(title) <= ELEMENT_TEXT
        and length(subtitle) <= ELEMENT_TEXT
        and len(buttons) <= TEMPLATE_BUTTONS
        and not choices.legend
        and (subtitle or buttons)
    )
    if not fits:
        return None
    return {"title": title, **({"subtitle": subtitle} if subtitle else {}), **({"buttons": buttons} if buttons else {})}


def _written(card: Card, language: Language) -> Iterator[dict[str, Any]]:
    """The card as a text, with its buttons under the end of it."""
    choices = shorten(card.get("buttons") or ())
    said = "\n".join([*_lines(card, language), *choices.legend])
    buttons = [*_link(card, language), *postbacks(choices.short)]
    if not buttons:
        yield from ({"text": part} for part in split(said, TEXT))
        return
    *before, last = split(said, TEMPLATE_TEXT)
    yield from ({"text": part} for part in split("\n".join(before), TEXT))
    for number, group in enumerate(batched(buttons, TEMPLATE_BUTTONS)):
        words = text("messenger.choose", language) if number else last
        payload = {"template_type": "button", "text": words, "buttons": list(group)}
        yield {"attachment": {"type": "template", "payload": payload}}


def _lines(card: Card, language: Language) -> list[str]:
    """All that the card says, the title first."""
    lines = [card.get("title"), card.get("subtitle")]
    if card.get("why"):
        lines.append(text("messenger.why", language, why=card["why"]))
    lines += [f"{fact['label']}: {fact['value']}" for fact in card.get("facts") or ()]
    if card.get("url") and not _link(card, language):
        lines.append(card["url"])
    if source := card.get("source"):
        known = [source.get("title"), source.get("as_of"), source.get("url")]
        if any(known):
            lines.append(text("messenger.source", language, source=", ".join(filter(None, known))))
    return [line.strip() for line in lines if line and line.strip()] or ["…"]


def _link(card: Card, language: Language) -> list[dict[str, str]]:
    url = card.get("url") or ""
    if len(url) > LONGEST_ADDRESS or not ADDRESS.fullmatch(url):
        return []
    return [{"type": "web_url", "title": text("messenger.open", language), "url": url}]


def postbacks(short: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Buttons of a template."""
    return [{"type": "postback", "title": title, "payload": payload} for title, payload in short]
