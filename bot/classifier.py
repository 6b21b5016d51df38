"""Intent classifier: three small networks over the sentence vector and the letters of a message, and their mean.

The sentence vector knows what a message means, runs of two to five letters know how pupils spell. One network reads the
letters, one the vector, one both; each errs in its own way, and the mean of their scores is better than the best of
them (docs/decisions/0007).
"""

from __future__ import annotations

import json
import os
from multiprocessing.pool import ThreadPool
from typing import Any, Dict, List, Optional, Sequence, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from bot import network
from bot.letters import LetterReader
from bot.network import Plan
from bot.text import squeeze, strip_diacritics

# The longest training first, so that no core waits at the end.
PLANS = {
    "vector": Plan(epochs=25, letters=False, hidden=512, drop=0.5, noise=0.5),
    "both": Plan(epochs=15, hidden=256, letter_rate=0.005, drop=0.5, drop_letters=0.3),
    "letters": Plan(epochs=8),
}


def letter_counter() -> TfidfVectorizer:
    """How the letters of a message become numbers: runs within words, rare ones left out, frequent ones damped."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True, dtype=np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class JointIntentClassifier(IntentClassifier, GraphComponent):
    """Predicts `intent` and `intent_ranking` from the weights that training left."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`ranking_length`: intents reported."""
        return {"ranking_length": 10}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> JointIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> JointIntentClassifier:
        """The classifier that training left in the model storage."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            for name in PLANS:
                with np.load(folder / f"{name}.npz") as stored:
                    component._networks[name] = {part: stored[part] for part in stored.files}
            with np.load(folder / "scale.npz") as stored:
                component._mean, component._spread, frequencies = stored["mean"], stored["spread"], stored["idf"]
            described = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        component._intents = described["intents"]
        component._reader = LetterReader({run: number for number, run in enumerate(described["runs"])}, frequencies)
        return component

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._reader: Optional[LetterReader] = None
        self._networks: Dict[str, network.Weights] = {}
        self._mean = self._spread = np.zeros(0, dtype=np.float32)
        self._intents: List[str] = []

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the networks and keep their weights."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._intents = sorted({example.get(INTENT) for example in examples})
        labels = np.array([self._intents.index(example.get(INTENT)) for example in examples])
        counter = letter_counter()
        letters = counter.fit_transform(_plain(examples))
        vectors = _vectors(examples)
        self._mean, self._spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
        vectors = (vectors - self._mean) / self._spread
        runs = sorted(counter.vocabulary_, key=counter.vocabulary_.__getitem__)
        # numpy leaves Python's lock while it calculates: two networks on two cores take two thirds of the time.
        with ThreadPool(os.cpu_count() or 1) as pool:
            trained = pool.map(lambda plan: network.train(plan, letters, vectors, labels), PLANS.values(), chunksize=1)
        with self._model_storage.write_to(self._resource) as folder:
            for name, weights in zip(PLANS, trained, strict=True):
                np.savez(folder / f"{name}.npz", **weights)
            np.savez(folder / "scale.npz", mean=self._mean, spread=self._spread, idf=counter.idf_)
            described = {"intents": self._intents, "runs": runs}
            (folder / "names.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `intent` and `intent_ranking` on each message; a message without text keeps none."""
        for message in messages:
            if not message.get(TEXT):
                continue
            ranking = self._ranking(message)
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[: self._config["ranking_length"]], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _ranking(self, message: Message) -> List[Dict[str, Any]]:
        """All intents with their probability, the likeliest first."""
        if self._reader is None:
            raise RuntimeError("The classifier reads messages only once it is loaded from a trained model.")
        letters = self._reader.row(_plain([message])[0])
        vectors = (_vectors([message]) - self._mean) / self._spread
        opinions = [network.scores(weights, letters, vectors) for weights in self._networks.values()]
        (odds,) = network.softmax(np.mean(opinions, axis=0))
        return [{"name": self._intents[i], "confidence": float(odds[i])} for i in np.argsort(-odds)]


def _plain(messages: Sequence[Message]) -> List[str]:
    """The texts as the letters are read: without case and diacritics."""
    return [strip_diacritics(squeeze(message.get(TEXT))) for message in messages]


def _vectors(messages: Sequence[Message]) -> np.ndarray:
    """The sentence vectors of the messages, one row each."""
    rows = []
    for message in messages:
        _, sentence = message.get_dense_features(TEXT)
        if sentence is None:
            raise RuntimeError("A message has no sentence vector; the encoder must stand before the classifier.")
        rows.append(sentence.features[0])
    return np.stack(rows)
