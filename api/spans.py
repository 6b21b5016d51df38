"""How the spans of `api/traces.py` are made and sent. Loads OpenTelemetry, so only where a collector is named."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AnyValue

# The ids that the next span gets instead of random ones.
_given: ContextVar[SpanContext | None] = ContextVar("given", default=None)


class _Ids(RandomIdGenerator):
    """Random ids, but for the span of a whole turn, whose ids are known before."""

    def generate_span_id(self) -> int:
        given = _given.get()
        return given.span_id if given else super().generate_span_id()

    def generate_trace_id(self) -> int:
        given = _given.get()
        return given.trace_id if given else super().generate_trace_id()


class Spans:
    """Makes spans and sends them in batches, from a thread of its own."""

    def __init__(self, service: str) -> None:
        resource = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME") or service})
        self._provider = TracerProvider(resource=resource, id_generator=_Ids())
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("drogowskaz")
        self._headers = TraceContextTextMapPropagator()

    def end(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    @contextmanager
    def part(self, name: str, conversation_id: str, seq: int) -> Iterator[Mapping[str, str]]:
        """See `traces.part`."""
        within = trace.set_span_in_context(NonRecordingSpan(self._turn(conversation_id, seq)), Context())
        attributes: dict[str, AnyValue] = {"conversation": conversation_id, "seq": seq}
        with self._open(name, within, SpanKind.CLIENT if name == "rasa" else SpanKind.INTERNAL, attributes) as span:
            headers: dict[str, str] = {}
            self._headers.inject(headers, trace.set_span_in_context(span, Context()))
            yield headers

    @contextmanager
    def called(self, name: str, headers: Mapping[str, str]) -> Iterator[None]:
        """See `traces.called`."""
        within = self._headers.extract(dict(headers), Context())
        if not trace.get_current_span(within).get_span_context().is_valid:
            yield
            return
        with self._open(name, within, SpanKind.SERVER, {}):
            yield

    def past(self, name: str, conversation_id: str, seq: int, since: datetime, until: datetime) -> None:
        """See `traces.past`."""
        within = trace.set_span_in_context(NonRecordingSpan(self._turn(conversation_id, seq)), Context())
        attributes: dict[str, AnyValue] = {"conversation": conversation_id, "seq": seq}
        span = self._tracer.start_span(name, within, attributes=attributes, start_time=_nanoseconds(since))
        span.end(_nanoseconds(until))

    def whole(self, conversation_id: str, seq: int, since: datetime, outcome: str) -> None:
        """See `traces.ended`."""
        attributes: dict[str, AnyValue] = {"conversation": conversation_id, "seq": seq, "outcome": outcome}
        token = _given.set(self._turn(conversation_id, seq))
        try:
            span = self._tracer.start_span("turn", Context(), attributes=attributes, start_time=_nanoseconds(since))
        finally:
            _given.reset(token)
        span.end()

    @contextmanager
    def _open(self, name: str, within: Context, kind: SpanKind, attributes: Mapping[str, AnyValue]) -> Iterator[Span]:
        # What an error says may hold a pupil's words: its kind is told, nothing else.
        span = self._tracer.start_span(name, within, kind, attributes)
        try:
            yield span
        except BaseException as error:
            span.set_status(StatusCode.ERROR)
            span.set_attribute("error.type", type(error).__name__)
            raise
        finally:
            span.end()

    def _turn(self, conversation_id: str, seq: int) -> SpanContext:
        """The ids of a turn; whether it is sampled (`OTEL_TRACES_SAMPLER`) depends on them, too."""
        made = hashlib.sha256(f"{conversation_id} {seq}".encode()).digest()
        trace_id, span_id = int.from_bytes(made[:16]), int.from_bytes(made[16:24])
        decision = self._provider.sampler.should_sample(Context(), trace_id, "turn").decision
        flags = TraceFlags.SAMPLED if decision == Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT
        return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
