"""The channel in this process, against the double of Graph in another one."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from api.channels.messenger import intake, signatures
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.courier import Courier
from api.channels.messenger.graph import Graph
from api.channels.messenger.handlers import Means
from api.channels.messenger.models import Line, Thread, Update
from api.channels.messenger.processor import Processor
from api.channels.messenger.watchdog import Watchdog
from api.conversations import reader, service
from api.conversations.models import Conversation
from api.conversations.rasa import Answer, RasaClient
from api.conversations.service import Heart
from api.database import now
from tests.messenger.fake_graph import encode
from tests.messenger.processes import APP_ID, PAGE, SECRET, TOKEN, VERIFY, FakeGraph, delivery


@pytest.fixture(scope="session")
def graph_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGraph]:
    """The double of Graph, running."""
    process = FakeGraph(tmp_path_factory.mktemp("graph") / "output.log")
    try:
        process.start()
        yield process
    finally:
        process.stop()


@pytest.fixture
def meta(graph_process: FakeGraph) -> FakeGraph:
    """The double of Graph, knowing nothing yet; it delivers nothing by itself."""
    graph_process.reset()
    return graph_process


@pytest.fixture
def configured(meta: FakeGraph) -> Configuration:
    """The channel's settings, with the double as Graph."""
    return Configuration(
        pages={PAGE: TOKEN},
        app_secret=SECRET,
        app_id=APP_ID,
        verify_token=VERIFY,
        graph=f"{meta.url}/v26.0",
        long_gap=timedelta(hours=24),
        persona_picture="https://example.org/counsellor.png",
    )


@dataclass
class Rig:
    """The channel's parts without their tasks: a test moves them step by step, and the clock with them."""

    heart: Heart
    graph: Graph
    courier: Courier
    processor: Processor
    watchdog: Watchdog
    configuration: Configuration
    ahead: list[timedelta] = field(default_factory=lambda: [timedelta()])

    def clock(self) -> datetime:
        """The courier's clock."""
        return now() + self.ahead[0]

    def wait(self, **span: float) -> None:
        """Let so much time pass for the courier."""
        self.ahead[0] += timedelta(**span)

    async def arrive(self, *updates: dict[str, Any], place: str = "messaging", page: str = PAGE) -> int:
        """Have a delivery with these updates arrive; how many are new."""
        raw = encode(delivery(*updates, place=place, page=page))
        return await intake.take_in(self.heart, self.configuration, raw, signatures.sign(SECRET, raw))

    async def process(self) -> None:
        """Take all that has arrived to the heart, without waiting for neighbours."""
        async with self.heart.database.transaction() as session:
            await session.execute(update(Update).values(due_at=now(), late=False))
        while await self.processor.round():
            pass

    async def send(self, rounds: int = 3) -> None:
        """Let the courier go round."""
        for _ in range(rounds):
            await self.courier.round()
            await self.courier.idle()

    async def thread(self, psid: str, page: str = PAGE) -> Thread:
        """The pupil's thread."""
        async with self.heart.database.transaction(read_only=True) as session:
            found = await session.get(Thread, (page, psid))
        assert found is not None
        return found

    async def owner(self, psid: str) -> tuple[str, str | None]:
        """Who has the pupil's talk, and the name that the console shows."""
        conversation_id = (await self.thread(psid)).conversation_id
        async with self.heart.database.transaction(read_only=True) as session:
            talk = await session.get_one(Conversation, conversation_id)
        return talk.owner, talk.counsellor_name

    async def talk(self, psid: str) -> list[dict[str, Any]]:
        """All events of the pupil's conversation."""
        return await reader.read(self.heart, (await self.thread(psid)).conversation_id, 0, 0)

    async def said(self, psid: str) -> list[str]:
        """What the heart heard from the pupil."""
        return [event["text"] for event in await self.talk(psid) if event.get("sender") == "pupil"]

    async def answer(self, psid: str, *texts: str, **more: Any) -> None:
        """Have the bot answer the pupil's latest message."""
        seq = [event["seq"] for event in await self.talk(psid) if event.get("sender") == "pupil"][-1]
        messages = [{"text": words, "buttons": [], **more} for words in texts]
        conversation_id = (await self.thread(psid)).conversation_id
        await service.write_answer(self.heart, conversation_id, seq, Answer(messages=messages, language="pl", nlu={}))

    async def lines(self) -> list[Line]:
        """The outbox."""
        async with self.heart.database.transaction(read_only=True) as session:
            return list(await session.scalars(select(Line).order_by(Line.id)))


@pytest.fixture
async def rig(heart: Heart, configured: Configuration) -> AsyncIterator[Rig]:
    """The channel's parts on an empty database."""
    ahead = [timedelta()]
    graph = Graph(configured, seconds=2)
    rasa = RasaClient("http://127.0.0.1:9", "token")

    def clock() -> datetime:
        return now() + ahead[0]

    courier = Courier(heart, graph, configured, clock)
    processor = Processor(Means(heart, rasa, courier, configured.long_gap))
    watchdog = Watchdog(heart.database, rasa, graph, configured, clock)
    yield Rig(heart, graph, courier, processor, watchdog, configured, ahead)
    await courier.stop()
    await graph.close()
    await rasa.close()
