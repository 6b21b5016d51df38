"""Small networks over the letters and the sentence vector of a message, trained with Adam, in numpy and scipy.

A message has a sparse row (runs of letters) and a dense row (the sentence vector, standardised). A network adds up what
speaks for each intent: letters directly, the vector through one hidden layer. Training is the same on every machine:
the seed is fixed and one thread calculates (`bot/__init__.py`).
"""

from __future__ import annotations

from typing import Dict, Iterator, NamedTuple, Tuple

import numpy as np
import scipy.sparse

Weights = Dict[str, np.ndarray]
Letters = scipy.sparse.csr_matrix

BATCH = 128
MEAN, VARIANCE, TINY = 0.9, 0.999, 1e-8
# How much an intent with few sentences gains in weight: 0 not at all, 1 as much as one with many.
BALANCE = 0.5
# The weights with one row for each run of letters; a step touches only the runs of its messages.
LETTERS = "letters"


class Plan(NamedTuple):
    """What a network looks at and how it is trained.

    `hidden`: units over the vector, 0 for a network without it; `rate` and `letter_rate`: step sizes; `drop`: share of
    hidden units that are switched off at a step, `drop_letters` the same for runs of letters; `noise`: spread of what
    is added to the vector.
    """

    epochs: int
    letters: bool = True
    hidden: int = 0
    rate: float = 0.001
    letter_rate: float = 0.02
    drop: float = 0.0
    drop_letters: float = 0.0
    noise: float = 0.0
    seed: int = 0


def train(plan: Plan, letters: Letters, vectors: np.ndarray, labels: np.ndarray) -> Weights:
    """The weights for sentences whose labels are numbers from 0 on; each number must occur."""
    chance = np.random.RandomState(plan.seed)
    counts = np.bincount(labels)
    worth = ((len(labels) / len(counts) / counts) ** BALANCE).astype(np.float32)
    weights = _start(plan, chance, letters.shape[1], vectors.shape[1], len(counts))
    means, squares = ({name: np.zeros_like(value) for name, value in weights.items()} for _ in range(2))
    steps = plan.epochs * -(-len(labels) // BATCH)
    for step, batch in enumerate(_batches(chance, len(labels), plan.epochs), start=1):
        runs, present = _present(letters[batch])
        seen = {name: value[runs] if name == LETTERS else value for name, value in weights.items()}
        slopes = _slopes(plan, chance, seen, present, vectors[batch], labels[batch], worth)
        pace = (1 - step / steps) * (1 - VARIANCE**step) ** 0.5 / (1 - MEAN**step)
        for name, slope in slopes.items():
            rows = runs if name == LETTERS else slice(None)
            rate = plan.letter_rate if name == LETTERS else plan.rate
            mean = MEAN * means[name][rows] + (1 - MEAN) * slope
            square = VARIANCE * squares[name][rows] + (1 - VARIANCE) * slope**2
            means[name][rows], squares[name][rows] = mean, square
            weights[name][rows] -= rate * pace * mean / (np.sqrt(square) + TINY)
    return weights


def scores(weights: Weights, letters: Letters, vectors: np.ndarray) -> np.ndarray:
    """What speaks for each intent (columns) in each message (rows)."""
    return _sums(weights, _hidden(weights, vectors), letters)


def softmax(values: np.ndarray) -> np.ndarray:
    """Probabilities, row by row."""
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _hidden(weights: Weights, vectors: np.ndarray) -> np.ndarray:
    """The hidden layer, one row for each message; no columns when there is none."""
    if "out" not in weights:
        return np.zeros((len(vectors), 0), dtype=np.float32)
    return np.maximum(vectors @ weights["in"] + weights["in_bias"], 0)


def _sums(weights: Weights, hidden: np.ndarray, letters: Letters) -> np.ndarray:
    result = np.tile(weights["bias"], (len(hidden), 1))
    if LETTERS in weights:
        result += letters @ weights[LETTERS]
    if "out" in weights:
        result += hidden @ weights["out"]
    return result


def _start(plan: Plan, chance: np.random.RandomState, runs: int, size: int, intents: int) -> Weights:
    """Zeros, but chance around the hidden layer."""
    weights = {"bias": np.zeros(intents)}
    if plan.letters:
        weights[LETTERS] = np.zeros((runs, intents))
    if plan.hidden:
        weights["in"] = chance.randn(size, plan.hidden) * (2 / size) ** 0.5
        weights["in_bias"] = np.zeros(plan.hidden)
        weights["out"] = chance.randn(plan.hidden, intents) / plan.hidden**0.5
    return {name: value.astype(np.float32) for name, value in weights.items()}


def _batches(chance: np.random.RandomState, count: int, epochs: int) -> Iterator[np.ndarray]:
    for _ in range(epochs):
        order = chance.permutation(count)
        yield from (order[start : start + BATCH] for start in range(0, count, BATCH))


def _present(letters: Letters) -> Tuple[np.ndarray, Letters]:
    """The runs that occur in these messages, and the messages over these runs only."""
    runs, places = np.unique(letters.indices, return_inverse=True)
    return runs, scipy.sparse.csr_matrix((letters.data, places, letters.indptr), shape=(letters.shape[0], len(runs)))


def _slopes(
    plan: Plan,
    chance: np.random.RandomState,
    weights: Weights,
    letters: Letters,
    vectors: np.ndarray,
    labels: np.ndarray,
    worth: np.ndarray,
) -> Weights:
    """The gradient of the weighted cross entropy, under this step's noise and drop-outs."""
    count = len(labels)
    if plan.drop_letters:
        letters.data = letters.data * _keep(chance, letters.data.shape, plan.drop_letters)
    if plan.noise:
        vectors = vectors + plan.noise * chance.randn(*vectors.shape).astype(np.float32)
    kept = _keep(chance, (count, plan.hidden), plan.drop)
    hidden = _hidden(weights, vectors) * kept
    error = softmax(_sums(weights, hidden, letters))
    error[np.arange(count), labels] -= 1
    error *= worth[labels][:, np.newaxis] / count
    slopes = {"bias": error.sum(axis=0)}
    if LETTERS in weights:
        slopes[LETTERS] = letters.T @ error
    if "out" in weights:
        back = (error @ weights["out"].T) * (hidden > 0) * kept
        slopes.update({"out": hidden.T @ error, "in": vectors.T @ back, "in_bias": back.sum(axis=0)})
    return slopes


def _keep(chance: np.random.RandomState, shape: Tuple[int, ...], drop: float) -> np.ndarray:
    """What stays at this step, made larger so that the sum stays."""
    return ((chance.rand(*shape) >= drop) / (1 - drop)).astype(np.float32)
