"""The safety classifier's letters and words: the service counts them as training does, and training weighs them."""

from __future__ import annotations

import numpy as np
import pytest

from api.safety import letters as service
from bot import safety_letters
from bot.evaluation.sentences import trained
from bot.safety_letters import COLUMNS, columns, counted, rarity, weighed
from bot.text import squeeze

TEXTS = [squeeze(sentence.text) for sentence in trained()[::40]]
ODD = ["", " ", "a", "?!", "żółć", "no no no", "x\u00a0y", "😂😂", "mec.05/ele", "日本語", "aa aa aaa", "ﬁ", "w" * 1000]


@pytest.mark.parametrize("text", ODD)
def test_the_service_counts_odd_texts_as_training_does(text: str) -> None:
    assert service.columns(squeeze(text)) == columns(squeeze(text))


def test_the_service_counts_sentences_as_training_does() -> None:
    assert service.COLUMNS == safety_letters.COLUMNS
    assert [service.columns(text) for text in TEXTS] == [columns(text) for text in TEXTS]


def test_each_row_has_length_one_and_rare_columns_weigh_more() -> None:
    rows = counted([*TEXTS, ""])
    worth = rarity(rows)
    heavy = weighed(rows, worth)
    lengths = np.sqrt(np.asarray(heavy.multiply(heavy).sum(axis=1)).ravel())
    assert heavy.shape == (len(TEXTS) + 1, COLUMNS)
    assert np.allclose(lengths[:-1], 1, atol=1e-5)
    assert lengths[-1] == pytest.approx(1)  # "" is a pair of nothing and nothing
    present = np.asarray((rows > 0).sum(axis=0)).ravel()
    assert worth[present.argmax()] < worth[(present == 1).argmax()]
