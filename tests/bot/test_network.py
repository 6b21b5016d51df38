"""The networks of the classifier: they learn what can be learned, and the same each time."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from bot import network
from bot.network import Plan

PLANS = [
    Plan(epochs=20),
    Plan(epochs=20, letters=False, hidden=16, noise=0.1, drop=0.2, rate=0.01),
    Plan(epochs=20, hidden=16, drop=0.2, drop_letters=0.2, rate=0.01),
]


def messages(count: int = 400) -> tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Messages of three intents that both their letters and their vectors tell."""
    chance = np.random.RandomState(0)
    labels = np.arange(count) % 3
    letters = scipy.sparse.random(count, 30, density=0.1, format="lil", random_state=chance, dtype=np.float32)
    letters[np.arange(count), labels] = 1
    vectors = np.eye(3, 8, dtype=np.float32)[labels] + 0.1 * chance.randn(count, 8).astype(np.float32)
    return letters.tocsr(), vectors, labels


@pytest.mark.parametrize("plan", PLANS)
def test_a_network_learns_what_its_input_tells(plan: Plan) -> None:
    letters, vectors, labels = messages()
    weights = network.train(plan, letters[:300], vectors[:300], labels[:300])
    guesses = network.scores(weights, letters[300:], vectors[300:]).argmax(axis=1)
    assert (guesses == labels[300:]).mean() > 0.95


@pytest.mark.parametrize("plan", PLANS)
def test_two_trainings_give_the_same_weights(plan: Plan) -> None:
    letters, vectors, labels = messages()
    before = letters.copy()
    first, second = (network.train(plan, letters, vectors, labels) for _ in range(2))
    assert (letters != before).nnz == 0
    for name, values in first.items():
        assert np.array_equal(values, second[name]), name


def test_the_slope_is_that_of_the_error() -> None:
    letters, vectors, labels = messages(30)
    plan = Plan(epochs=1, hidden=4)
    weights = network.train(plan, letters, vectors, labels)
    weights = {name: value.astype(np.float64) for name, value in weights.items()}
    chance, even = np.random.RandomState(0), np.ones(3)
    slopes = network._slopes(plan, chance, weights, letters, vectors, labels, even)
    for name, values in weights.items():
        place = tuple(size // 2 for size in values.shape)
        errors = []
        for step in (1e-4, -1e-4):
            moved = {**weights, name: values.copy()}
            moved[name][place] += step
            odds = network.softmax(network.scores(moved, letters, vectors))
            errors.append(-np.log(odds[np.arange(30), labels]).mean())
        assert slopes[name][place] == pytest.approx((errors[0] - errors[1]) / 2e-4, rel=0.01, abs=1e-5), name
