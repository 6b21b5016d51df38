"""A turn leaves one trace over all processes, with no word of the pupil in it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.settings import ROOT
from tests.e2e.collector import Collector, collecting
from tests.e2e.parts import Parts
from tests.e2e.pupil import Pupil

pytestmark = [pytest.mark.e2e, pytest.mark.one_machine]

SAID = ("macie jakieś kursy ze spawania?", "i feel like nobody wants me here and i want to die", "gżegżółka xyzzy")


def until_ended(collector: Collector, turns: int) -> None:
    """Spans come in batches; wait for the last ones."""
    while sum(span.name == "turn" for _, span in collector.spans) < turns:
        time.sleep(0.1)


def test_a_turn_is_one_trace_over_all_processes_without_words(tmp_path: Path) -> None:
    with collecting() as collector:
        (tmp_path / "models").symlink_to(ROOT / "var" / "models")
        parts = Parts(tmp_path)
        parts._environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        parts.start()
        try:
            parts.wait_until_ready()
            pupil = Pupil(parts.url, "pl")
            for words in SAID:
                pupil.say(words)
            until_ended(collector, len(SAID))
        finally:
            parts.stop()
    first = min(
        (span for _, span in collector.spans if span.name == "turn"), key=lambda span: span.start_time_unix_nano
    )
    trace = [(service, span) for service, span in collector.spans if span.trace_id == first.trace_id]
    named = {span.name: span for _, span in trace}
    assert {"turn", "safety", "storing", "waiting", "rasa", "writing"} <= set(named)
    for name in ("safety", "storing", "waiting", "rasa", "writing"):
        assert named[name].parent_span_id == first.span_id, name
    assert first.parent_span_id == b""
    actions = [span for service, span in trace if service == "drogowskaz-actions"]
    assert actions
    assert all(span.name.startswith("action ") and span.parent_span_id == named["rasa"].span_id for span in actions)
    assert {service for service, _ in collector.spans} == {"drogowskaz-api", "drogowskaz-actions"}
    known = {"conversation", "seq", "outcome", "error.type"}
    for _, span in collector.spans:
        assert {one.key for one in span.attributes} <= known
        assert not span.events
        assert not span.status.message
    sent = b"".join(collector.bodies)
    for words in SAID:
        assert not [word for word in words.split() if len(word) > 4 and word.encode() in sent]


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    look = "import sys, api.main; print([name for name in ('api.spans', 'opentelemetry.sdk') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
