"""Take the demonstration editions of courses out of the database.

python -m scripts.remove_examples
"""

import asyncio

from api.catalogue import loader
from api.database import Database
from api.settings import settings


async def remove() -> int:
    """How many editions were removed."""
    database = Database(settings().database)
    try:
        return await loader.remove_demo(database)
    finally:
        await database.close()


if __name__ == "__main__":
    print(f"{asyncio.run(remove())} example editions removed")
