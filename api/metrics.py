"""What the service counts and measures for Prometheus: numbers only, never a word, a name or an id of a pupil.

Served on a port of its own (`METRICS_PORT`), which the proxy does not lead to. Each process counts for itself; gauges
that come from the database are the same in all of them.
"""

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram, start_http_server

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 300)

MESSAGES = Counter("drogowskaz_messages", "Messages of pupils that were stored, by channel.", ["channel"])
TURNS = Counter("drogowskaz_turns", "Turns that ended, by outcome.", ["outcome"])
TURN_SECONDS = Histogram("drogowskaz_turn_seconds", "From a stored message to the end of its turn.", buckets=SECONDS)
PART_SECONDS = Histogram(
    "drogowskaz_part_seconds", "Time of a turn's parts: waiting in line, Rasa, writing.", ["part"], buckets=SECONDS
)
UNDERSTOOD = Counter("drogowskaz_understood", "Typed messages that the bot understood, or was unsure of.", ["sure"])
SAFETY = Counter("drogowskaz_safety", "Answers with help contacts, by the gravest danger.", ["danger"])
AWAY = Counter("drogowskaz_away", "How often a part did not answer a turn.", ["part"])
REQUEST_SECONDS = Histogram(
    "drogowskaz_request_seconds", "Requests, by route and status.", ["method", "route", "status"], buckets=SECONDS
)
WAITING = Gauge("drogowskaz_waiting_messages", "Messages that wait for the bot now.")
OLDEST = Gauge("drogowskaz_oldest_waiting_seconds", "How long the oldest of them has waited.")
PEOPLE = Gauge("drogowskaz_waiting_people", "Pupils who wait for a person now.")
UNSEEN = Gauge("drogowskaz_unseen_safety", "Talks flagged for safety that nobody has dealt with.")
UPDATES = Counter("drogowskaz_messenger_updates", "What Meta delivered, each once, by kind.", ["kind"])
DELIVERIES = Gauge("drogowskaz_deliveries", "Lines for Messenger that are kept, by state.", ["state"])
FORGETTINGS = Gauge("drogowskaz_open_deletions", "Wishes of Meta to forget somebody that could not be carried out yet.")
STOPPED_PAGES = Gauge("drogowskaz_stopped_pages", "Messenger pages through which nothing can be sent now.")
READERS = Gauge("drogowskaz_readers", "Who waits for events in this process.")
REDIS = Gauge("drogowskaz_redis_up", "Whether Redis carries wake-ups to and from this process.")


def serve(port: int, host: str) -> Callable[[], None]:
    """Answer `/metrics` in a thread of its own; the result ends that."""
    server, thread = start_http_server(port, host)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end
