"""The channel as a whole: its settings and its tasks, started and stopped with the application."""

from dataclasses import dataclass

from api.channels.messenger.configuration import Configuration
from api.channels.messenger.courier import Courier
from api.channels.messenger.graph import Graph
from api.channels.messenger.handlers import Means
from api.channels.messenger.processor import Processor
from api.channels.messenger.watchdog import Watchdog
from api.conversations.rasa import RasaClient
from api.conversations.service import Heart


@dataclass(frozen=True)
class Channel:
    """A running channel."""

    configuration: Configuration
    graph: Graph
    courier: Courier
    processor: Processor
    watchdog: Watchdog

    async def stop(self) -> None:
        """Stop the tasks, then give the connections to Graph back."""
        await self.processor.stop()
        await self.watchdog.stop()
        await self.courier.stop()
        await self.graph.close()


def start(heart: Heart, rasa: RasaClient, configuration: Configuration | None) -> Channel | None:
    """Start the channel's tasks; None when it is off."""
    if configuration is None:
        return None
    graph = Graph(configuration)
    courier = Courier(heart, graph, configuration)
    processor = Processor(Means(heart, rasa, courier, configuration.long_gap))
    watchdog = Watchdog(heart.database, rasa, graph, configuration)
    for part in (courier, processor, watchdog):
        part.start()
    return Channel(configuration, graph, courier, processor, watchdog)
