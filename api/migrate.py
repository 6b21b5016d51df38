"""Bring the database's tables up to date.

python -m api.migrate               apply what is missing
python -m api.migrate --new TEXT    write a revision for what the models have and the tables have not
"""

import argparse
from pathlib import Path

from alembic import command
from alembic.config import Config

from api.settings import settings


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def upgrade(url: str) -> None:
    """Apply all revisions that the database at this SQLAlchemy address lacks."""
    command.upgrade(_config(url), "head")


def new_revision(url: str, message: str, number: str) -> None:
    """Write the revision `number` with the difference between the models and the database."""
    command.revision(_config(url), message=message, autogenerate=True, rev_id=number)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Bring the database's tables up to date.")
    parser.add_argument("--new", metavar="TEXT", help="write a new revision with this title")
    options = parser.parse_args()
    settings().drogowskaz_var.mkdir(parents=True, exist_ok=True)
    upgrade(settings().database)
    if options.new:
        folder = Path(__file__).parent / "migrations" / "versions"
        new_revision(settings().database, options.new, f"{len(list(folder.glob('*.py'))) + 1:04d}")


if __name__ == "__main__":
    main()
