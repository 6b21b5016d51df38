"""Both kinds of database."""

from tests.stores import postgres_address, store

__all__ = ["postgres_address", "store"]
