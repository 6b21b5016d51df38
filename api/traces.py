"""Traces of turns for OpenTelemetry: where the time of one turn went, from the stored message to its answer.

On where one of OpenTelemetry's own variables names a collector (`OTEL_EXPORTER_OTLP_ENDPOINT`, say); else nothing of it
is loaded and each call here ends at once. A trace holds ids, names of parts and times, never a word of a pupil, and of
an error its kind only.

The number of a trace is made from the conversation and the message, so that whichever process goes on with the turn
finds it without being told. Rasa hands `traceparent` on to the actions (`bot/carried.py`).
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from api.database import now
from api.settings import Settings

if TYPE_CHECKING:
    from api.spans import Spans

NOTHING: Mapping[str, str] = {}
_OFF: AbstractContextManager[Mapping[str, str]] = nullcontext(NOTHING)
_spans: "Spans | None" = None


def start(service: str, chosen: Settings) -> Callable[[], None]:
    """Begin to send spans as this service if a collector is named; the result sends what is left, and ends it."""
    global _spans
    if not chosen.is_traced:
        return lambda: None
    from api.spans import Spans

    _spans = spans = Spans(service)

    def end() -> None:
        global _spans
        _spans = None
        spans.end()

    return end


def part(name: str, conversation_id: str, seq: int) -> AbstractContextManager[Mapping[str, str]]:
    """A part of a message's turn, as long as the block lasts; gives the headers that let another process go on."""
    return _OFF if _spans is None else _spans.part(name, conversation_id, seq)


def called(name: str, headers: Mapping[str, str]) -> AbstractContextManager[object]:
    """What another process asks for, as long as the block lasts; without its `traceparent` there is no span."""
    return _OFF if _spans is None else _spans.called(name, headers)


def past(name: str, conversation_id: str, seq: int, since: datetime, until: datetime | None = None) -> None:
    """A part of the turn that lies behind; without `until` it ends now."""
    if _spans is not None:
        _spans.past(name, conversation_id, seq, since, until or now())


def ended(conversation_id: str, seq: int, since: datetime, outcome: str) -> None:
    """The turn of the message has ended now: the span that all others hang on."""
    if _spans is not None:
        _spans.whole(conversation_id, seq, since, outcome)
