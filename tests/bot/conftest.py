"""What the tests of the island share."""

from __future__ import annotations

import pytest

from bot.entities import EntityFinder


@pytest.fixture(scope="session")
def finder() -> EntityFinder:
    """The recogniser with the real catalogue, warmed up."""
    made = EntityFinder()
    made.find("rozgrzewkaa wamr up")
    return made
