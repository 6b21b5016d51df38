"""Give the pages their Messenger profile in both languages, and have Meta deliver their messages to us.

python -m scripts.messenger_profile            both
python -m scripts.messenger_profile --show     print the profile, change nothing
"""

import argparse
import asyncio
import json
import sys

from api.channels.messenger.configuration import Configuration, configuration
from api.channels.messenger.graph import Graph, GraphAway, GraphRefused
from api.channels.messenger.profile import profile
from api.settings import HalfSet, settings


async def publish(chosen: Configuration) -> None:
    """Set the profile of each page and subscribe to its updates. Raises GraphAway or GraphRefused."""
    graph = Graph(chosen)
    try:
        for page_id in chosen.pages:
            await graph.subscribe(page_id)
            await graph.set_profile(page_id, profile())
            print(f"• page {page_id}: profile set, subscribed")
    finally:
        await graph.close()


def main() -> int:
    """0 when all is set, 1 with a sentence on stderr when something hinders it."""
    parser = argparse.ArgumentParser(description="Set the Messenger profile of the pages.")
    parser.add_argument("--show", action="store_true", help="print the profile, change nothing")
    if parser.parse_args().show:
        print(json.dumps(profile(), ensure_ascii=False, indent=2))
        return 0
    try:
        chosen = configuration(settings())
        if chosen is None:
            raise HalfSet("Messenger is not set up: see docs/messenger.md.")
        asyncio.run(publish(chosen))
    except HalfSet as problem:
        print(problem, file=sys.stderr)
        return 1
    except GraphAway as problem:
        print(f"Meta does not answer ({problem}). Try again later.", file=sys.stderr)
        return 1
    except GraphRefused as problem:
        print(f"Meta refuses with error {problem}; docs/messenger.md says what the numbers mean.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
