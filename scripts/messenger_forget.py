"""Forget people whom Meta lists by the ids that the app knows them by, as it does in its mails about deleted accounts.

python -m scripts.messenger_forget ID…     each id with what came of it
"""

import argparse
import asyncio
import sys

from api.channels.messenger import deletion
from api.channels.messenger.configuration import Configuration, configuration
from api.channels.messenger.graph import Graph
from api.conversations.rasa import RasaClient
from api.database import Database
from api.settings import HalfSet, settings
from api.tables import ALL_TABLES

assert ALL_TABLES  # noqa: S101 - imported so that tables find the ones they refer to


async def forget(database: Database, rasa: RasaClient, chosen: Configuration, ids: list[str]) -> dict[str, str]:
    """Note each wish and carry it out if that can be done now; what came of it by id."""
    graph = Graph(chosen)
    try:
        codes = {id: await deletion.ask(database, rasa, graph, id) for id in ids}
        return {id: str(await deletion.state_of(database, code)) for id, code in codes.items()}
    finally:
        await graph.close()


async def run(chosen: Configuration, ids: list[str]) -> dict[str, str]:
    """The same on the database and the Rasa of the settings."""
    database, rasa = Database(settings().database), RasaClient(settings().rasa, settings().rasa_token())
    try:
        return await forget(database, rasa, chosen, ids)
    finally:
        await rasa.close()
        await database.close()


def main() -> int:
    """0 when nothing is left open."""
    parser = argparse.ArgumentParser(description="Forget people of the Messenger channel.")
    parser.add_argument("ids", nargs="+", metavar="ID")
    ids = parser.parse_args().ids
    if not all(id.isascii() and id.isdigit() for id in ids):
        parser.error("an id has only digits")
    try:
        chosen = configuration(settings())
        if chosen is None:
            raise HalfSet("Messenger is not set up: see docs/messenger.md.")
    except HalfSet as problem:
        print(problem, file=sys.stderr)
        return 1
    found = asyncio.run(run(chosen, ids))
    for id, state in found.items():
        print(f"{id}: {state}")
    return int("open" in found.values())


if __name__ == "__main__":
    sys.exit(main())
