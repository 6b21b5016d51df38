"""Sentence encoder: turns a message into one dense vector, the features of the intent classifier.

The default is multilingual E5-small (`e5/`). A school with a bigger machine adds an encoder to `ENCODERS` and names it
in `bot/config.yml`; several are joined.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Protocol, Sequence, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import e5
from bot.diacritics import RESTORED_TEXT, DiacriticsRestorer

CACHE = Path(os.environ.get("DROGOWSKAZ_VAR", "var")) / "cache" / "sentences"
BATCH = 128
# Batches between two writes: whoever interrupts the first training loses half a minute, not all.
SAVE_EVERY = 32


class Encoder(Protocol):
    """What an encoder must offer."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row of float32, of length 1, for each text."""


# The name stands for the vectors, which the cache keeps: an encoder that makes others gets another name.
E5 = "e5_int8_rows"
ENCODERS: Dict[str, Callable[[], Encoder]] = {E5: e5.Encoder}


class CachedEncoder:
    """An encoder that remembers on disk what it has encoded, so that a second training encodes new sentences only.

    Two trainings side by side share the file: one encodes, the other waits and finds most of its sentences there.
    """

    def __init__(self, name: str, progress: Callable[[str], None] = print) -> None:
        self._name = name
        self._file = CACHE / f"{name}.npz"
        self._encoder = ENCODERS[name]()
        self._progress = progress

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Rows for the texts, from the cache where it has them; says how far it is."""
        keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
        with self._alone():
            known = self._load()
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            if missing:
                self._encode_missing(missing, known)
        return np.stack([known[key] for key in keys]).astype(np.float32)

    def _encode_missing(self, missing: Dict[str, str], known: Dict[str, np.ndarray]) -> None:
        # Sentences of one length together: no core waits for the longest one of another.
        order = sorted(missing, key=lambda key: (len(missing[key]), key))
        parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        done = 0
        # The encoder leaves Python's lock while it works, and uses one thread: each core gets one.
        with ThreadPool(os.cpu_count() or 1) as pool:
            encoded = pool.imap(lambda part: self._rows(missing, part), parts)
            for number, (part, rows) in enumerate(zip(parts, encoded, strict=True), start=1):
                known.update(zip(part, rows, strict=True))
                done += len(part)
                self._progress(f"  encoding sentences ({self._name}): {done:,} of {len(missing):,}")
                if number % SAVE_EVERY == 0 or number == len(parts):
                    self._save(known)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time reads, encodes and writes."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _rows(self, texts: Dict[str, str], keys: Sequence[str]) -> np.ndarray:
        return self._encoder.encode([texts[key] for key in keys]).astype(np.float16)

    def _load(self) -> Dict[str, np.ndarray]:
        if not self._file.exists():
            return {}
        with np.load(self._file) as stored:
            return dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))

    def _save(self, known: Dict[str, np.ndarray]) -> None:
        draft = self._file.with_suffix(".part.npz")
        np.savez(draft, keys=np.array(list(known)), rows=np.stack(list(known.values())))
        draft.replace(self._file)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Rasa featurizer that sets one sentence vector per message; `encoders` in the configuration names its parts."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Tokenizer, DiacriticsRestorer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {**DenseFeaturizer.get_default_config(), "encoders": [E5]}

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Raises ValueError when the configuration names an encoder that does not exist."""
        unknown = set(config["encoders"]) - set(ENCODERS)
        if unknown or not config["encoders"]:
            raise ValueError(f"`encoders` must name some of {sorted(ENCODERS)}, not {sorted(unknown)}.")

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        return cls(execution_context.node_name, config)

    def __init__(self, name: Text, config: Dict[Text, Any]) -> None:
        super().__init__(name, config)
        self._loaded: Dict[str, Encoder] = {}

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the sentence vector on each message (live messages: nothing is written to disk)."""
        self._featurize(messages, self._encoder)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the sentence vector on all training sentences, from the cache where possible."""
        self._featurize(training_data.training_examples, CachedEncoder)
        return training_data

    def _encoder(self, name: str) -> Encoder:
        if name not in self._loaded:
            self._loaded[name] = ENCODERS[name]()
        return self._loaded[name]

    def _featurize(self, messages: List[Message], encoder: Callable[[str], Encoder]) -> None:
        with_text = [message for message in messages if message.get(TEXT)]
        if not with_text:
            return
        texts = [message.get(RESTORED_TEXT) for message in with_text]
        rows = np.hstack([encoder(name).encode(texts) for name in self._config["encoders"]])
        for message, row in zip(with_text, rows, strict=True):
            tokens = message.get("text_tokens") or []
            sequence = np.zeros((len(tokens), 1), dtype=np.float32)
            self.add_features_to_message(sequence, row[np.newaxis, :], TEXT, message)
