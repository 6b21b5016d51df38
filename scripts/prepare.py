"""Bring the database's tables up to date and fill an empty catalogue: before the first and before each newer version.

    python -m scripts.prepare

Migrations only add, so the former version serves on meanwhile. When several start this at once, one of them does it.
"""

import asyncio

from api.settings import settings
from scripts.run import prepare_database


def main() -> None:
    """Command line."""
    asyncio.run(prepare_database(settings()))


if __name__ == "__main__":
    main()
