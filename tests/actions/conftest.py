"""The catalogue of the repository's facts, with one example edition and one of the staff."""

import pytest

import actions.course_dates
import actions.follow_up
import actions.guidance
import actions.knowledge
import actions.manners
import actions.offers
import actions.safety
from api.catalogue import loader
from api.catalogue.view import Catalogue, build
from tests.catalogue.samples import EXAMPLE, FACTS, REAL

# Importing a topic registers its actions.
__all__ = ["actions"]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """All facts, an example edition of `sushi` on 5 December and a real one of `cnc` from 1 December 2026."""
    return build(1, [(row.kind, row.body) for row in loader.read(FACTS)], [EXAMPLE, REAL])
