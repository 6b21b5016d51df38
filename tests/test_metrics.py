"""What is counted, and that neither an id nor a word is among it."""

from pathlib import Path

import httpx
from prometheus_client import REGISTRY, generate_latest

from api import metrics
from api.conversations import service
from api.conversations.rasa import Answer
from api.conversations.service import Heart
from api.main import app
from api.observe import Observer
from api.settings import Settings
from tests import empty
from tests.e2e.system import free_port

NLU = {"intent": "nlu_fallback", "confidence": 1.0, "entities": []}


def value(name: str, **labels: str) -> float:
    """A number as Prometheus would see it now."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_turn_is_counted_with_its_time_and_whether_it_was_understood(heart: Heart) -> None:
    before = [
        value("drogowskaz_turns_total", outcome="answered"),
        value("drogowskaz_understood_total", sure="no"),
        value("drogowskaz_messages_total", channel="web"),
        value("drogowskaz_turn_seconds_count"),
    ]
    conversation, _ = await service.open_conversation(heart, "web", "pl")
    seq = await service.accept(heart, conversation.id, "1", typed="krokodyl", payload=None)
    observer = Observer(heart, messenger_is_on=True)
    await observer.look()
    assert value("drogowskaz_waiting_messages") == 1
    assert value("drogowskaz_oldest_waiting_seconds") > 0
    answer = Answer(messages=[{"text": "Nie rozumiem.", "buttons": []}], language="pl", nlu=NLU)
    assert await service.write_answer(heart, conversation.id, seq, answer)
    assert await service.write_answer(heart, conversation.id, seq, answer), (
        "the same answer again counts no second time"
    )
    await observer.look()
    assert value("drogowskaz_waiting_messages") == 0
    after = [
        value("drogowskaz_turns_total", outcome="answered"),
        value("drogowskaz_understood_total", sure="no"),
        value("drogowskaz_messages_total", channel="web"),
        value("drogowskaz_turn_seconds_count"),
    ]
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 1, 1, 1]
    text = generate_latest().decode()
    assert "krokodyl" not in text
    assert conversation.id not in text


async def test_metrics_are_on_a_port_of_their_own_and_requests_by_pattern(tmp_path: Path) -> None:
    port = free_port()
    chosen = Settings(drogowskaz_var=tmp_path, metrics_port=port)
    empty.make(chosen.database)
    application = app(chosen)
    transport = httpx.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url="http://here") as client,
    ):
        assert (await client.get("/api/v1/conversations/someone/events")).status_code == 401
        assert (await client.get("/metrics")).status_code == 404
        async with httpx.AsyncClient() as prometheus:
            text = (await prometheus.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'route="/api/v1/conversations/{id}/events",status="401"' in text
    assert "someone" not in text
    assert metrics.REQUEST_SECONDS._name in text
