"""The runs of letters of one message: the same numbers as the vectoriser's that training uses."""

from __future__ import annotations

from typing import List, Tuple

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.classifier import letter_counter
from bot.evaluation.sentences import trained
from bot.letters import LetterReader
from bot.text import squeeze, strip_diacritics

TEXTS = [strip_diacritics(squeeze(sentence.text)) for sentence in trained()[::40]]
ODD = [
    "",
    " ",
    "a",
    "ok",
    "?!",
    "żółć",
    "no no no no",
    "x\u00a0y",
    "😂😂",
    "mec.05/ele",
    "\tkurs\n",
    "aa aa aaa",
    "日本語",
]


@pytest.fixture(scope="module")
def reader_and_counter() -> Tuple[LetterReader, TfidfVectorizer]:
    counter = letter_counter()
    counter.fit(TEXTS[::2])
    return LetterReader(counter.vocabulary_, counter.idf_), counter


@pytest.mark.parametrize("texts", [TEXTS, ODD])
def test_a_message_reads_as_the_vectoriser_reads_it(
    reader_and_counter: Tuple[LetterReader, TfidfVectorizer], texts: List[str]
) -> None:
    reader, counter = reader_and_counter
    wanted = counter.transform(texts).toarray()
    found = np.vstack([reader.row(text).toarray() for text in texts])
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=1e-6)
