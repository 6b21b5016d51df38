"""Clear now what is older than the settings allow, and say what it was; the API does the same once a day.

python -m scripts.retention
"""

import asyncio

from api.database import Database
from api.privacy import retention
from api.privacy.retention import Limits, Report
from api.settings import settings
from api.tables import ALL_TABLES

assert ALL_TABLES  # noqa: S101 - imported so that tables find the ones they refer to


async def clear(url: str, kept: Limits) -> Report:
    """Clear the database at this SQLAlchemy address."""
    database = Database(url)
    try:
        return await retention.run(database, kept)
    finally:
        await database.close()


def main() -> None:
    """Command line."""
    kept = retention.limits(settings())
    report = asyncio.run(clear(settings().database, kept))
    print(f"Kept: texts {kept.texts.days} days, safety {kept.safety.days}, names and contacts {kept.contacts.days}.")
    print(
        f"Cleared: {report.messages} messages in {report.talks} talks, {report.notes} notes, "
        f"{report.contacts} names with contacts."
    )


if __name__ == "__main__":
    main()
