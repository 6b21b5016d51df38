"""The encoder's memory: nothing is encoded twice, not by two trainings at once and not after an interrupted one."""

import threading
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import List, Optional, Sequence

import numpy as np
import pytest

from bot import encoder


class Counting:
    """An encoder that notes what it was given; it fails once, before the text after `fails_after` ones."""

    def __init__(self, fails_after: Optional[int] = None) -> None:
        self.seen: List[str] = []
        self.fails_after = fails_after
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:
            if self.fails_after is not None and len(self.seen) >= self.fails_after:
                raise OSError("the lights went out")
            self.seen += texts
        return np.array([[len(text), hash(text) % 97] for text in texts], dtype=np.float32)


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    made = Counting()
    monkeypatch.setattr(encoder, "CACHE", tmp_path)
    monkeypatch.setitem(encoder.ENCODERS, "counting", lambda: made)
    return made


def remembering() -> encoder.CachedEncoder:
    return encoder.CachedEncoder("counting", progress=lambda line: None)


def test_two_trainings_at_once_encode_each_sentence_once(counting: Counting) -> None:
    first, second = [f"zdanie {n}" for n in range(600)], [f"zdanie {n}" for n in range(300, 900)]
    with ThreadPool(2) as pool:
        rows = pool.map(lambda texts: remembering().encode(texts), [first, second])
    assert sorted(counting.seen) == sorted({*first, *second})
    assert np.array_equal(rows[0][300:], rows[1][:300])
    assert np.array_equal(rows[0], Counting().encode(first))


def test_an_interrupted_training_keeps_what_it_has_encoded(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "BATCH", 10)
    monkeypatch.setattr(encoder, "SAVE_EVERY", 2)
    texts = [f"{n:04}" for n in range(200)]
    counting.fails_after = 100
    with pytest.raises(OSError, match="lights"):
        remembering().encode(texts)
    counting.fails_after = None
    remembering().encode(texts)
    assert set(counting.seen) == set(texts)
    assert len(counting.seen) <= len(texts) + 20
