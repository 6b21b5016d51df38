"""Deliveries in random order and batches, many of them repeated, while the API is killed again and again."""

import os
from pathlib import Path

import pytest

from tests.messenger.storm import Storm, check

pytestmark = pytest.mark.e2e

# The size that the project promises takes several minutes: MESSENGER_STORM=full, or `python -m bench.messenger`.
FULL = os.environ.get("MESSENGER_STORM") == "full"


def test_each_message_has_exactly_one_turn_in_time_order_however_often_the_api_dies(tmp_path: Path) -> None:
    size = {"events": 10_000, "pupils": 200, "kills": 20} if FULL else {"events": 200, "pupils": 10, "kills": 2}
    check(Storm(tmp_path, **size).run())
