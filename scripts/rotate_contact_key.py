"""Encrypt all names and contacts anew, with a new key, while the service runs.

    python -m scripts.rotate_contact_key

With the key file `var/contact.key` a new key is made, everything is sealed with it, and the old one is thrown away.
With `CONTACT_KEYS` put the new key in front of the old one, restart the service, run this, then take the old one out.
"""

import asyncio

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import Base, Database
from api.sealed import Sealed, keyring
from api.settings import settings
from api.tables import ALL_TABLES

assert ALL_TABLES  # noqa: S101 - imported so that the metadata knows every table


async def seal_again(session: AsyncSession) -> int:
    """Write every sealed value anew with the newest key; gives how many there were."""
    count = 0
    for table in Base.metadata.sorted_tables:
        sealed = [column for column in table.columns if isinstance(column.type, Sealed)]
        if not sealed:
            continue
        (key,) = table.primary_key.columns
        change = (
            update(table).where(key == bindparam("row")).values({c.name: bindparam(f"new_{c.name}") for c in sealed})
        )
        filled = or_(*(column.is_not(None) for column in sealed))
        found = (await session.execute(select(key, *sealed).where(filled).with_for_update())).all()
        changed = [
            {"row": row[0], **{f"new_{c.name}": v for c, v in zip(sealed, row[1:], strict=True)}} for row in found
        ]
        if changed:
            await session.execute(change, changed, execution_options={"synchronize_session": False})
        count += sum(value is not None for row in found for value in row[1:])
    return count


async def rotate() -> int:
    """Change the key; gives how many values were sealed anew."""
    keys = keyring()
    if keys.file is not None:
        keys.add_key()
    database = Database(settings().database)
    try:
        # The whole change is one transaction: whoever writes meanwhile waits, and then finds the new key.
        async with database.transaction() as session:
            count = await seal_again(session)
        await database.scrub()
    finally:
        await database.close()
    if keys.file is not None:
        keys.drop_old_keys()
    return count


if __name__ == "__main__":
    print(f"{asyncio.run(rotate())} values sealed with the newest key")
