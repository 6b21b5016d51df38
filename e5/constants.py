"""The constants of the network: vectors as they are, matrices in whole numbers with a scale for each output."""

from __future__ import annotations

from typing import Dict

import numpy as np

from e5.weights import Weights

# Seven bits: processors without VNNI add pairs of products in 16 bits, which eight could overflow. So the same text
# gets the same vector on every machine.
STEPS = 63
# The matrices that are multiplied at once, by what their product is called.
JOINED = {"qkv": ("q", "k", "v"), "ao": ("ao",), "fi": ("fi",), "fo": ("fo",)}
NORMS = ("aln", "oln")


def constants(weights: Weights) -> Dict[str, np.ndarray]:
    """All constants by the names that `e5/graph.py` gives them."""
    found = {**_norm(weights, "emb.ln")}
    for layer in range(weights.sizes.layers):
        for name, parts in JOINED.items():
            found.update(_linear(weights, f"l{layer}.{name}", [f"l{layer}.{part}" for part in parts]))
        for name in NORMS:
            found.update(_norm(weights, f"l{layer}.{name}"))
    return found


def _norm(weights: Weights, name: str) -> Dict[str, np.ndarray]:
    return {f"{name}.{part}": np.ascontiguousarray(weights.vector(f"{name}.{part}")) for part in ("w", "b")}


def _linear(weights: Weights, name: str, parts: list[str]) -> Dict[str, np.ndarray]:
    matrix = np.concatenate([weights.matrix(f"{part}.w") for part in parts])
    scale = np.abs(matrix).max(axis=1) / STEPS
    return {
        f"{name}.whole": np.ascontiguousarray(np.round(matrix / scale[:, np.newaxis]).astype(np.int8).T),
        f"{name}.scale": scale,
        f"{name}.bias": np.concatenate([weights.vector(f"{part}.b") for part in parts]),
    }
