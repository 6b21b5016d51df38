"""Print a one-time link to the first admin's account.

python -m scripts.create_admin anna@example.org "Anna Nowak"

Works for later admins and for somebody who lost password or phone, too: the link renews the account with this address.
"""

import argparse
import asyncio

from api import migrate
from api.accounts import service
from api.accounts.roles import Role
from api.database import Database
from api.settings import settings


async def link(url: str, address: str, email: str, name: str, roles: list[str]) -> str:
    """Invite, and return the address to open."""
    database = Database(url)
    try:
        async with database.transaction() as session:
            token = await service.invite(session, None, email, name, roles)
    finally:
        await database.close()
    return f"{address}/console/invitation/{token}"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Print a one-time link to an account of the console.")
    parser.add_argument("email")
    parser.add_argument("name")
    parser.add_argument("--role", action="append", choices=list(Role), help="instead of admin; may be repeated")
    options = parser.parse_args()
    chosen = settings()
    chosen.drogowskaz_var.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(chosen.database)
    roles = options.role or [Role.ADMIN]
    print(asyncio.run(link(chosen.database, chosen.public, options.email, options.name, roles)))


if __name__ == "__main__":
    main()
