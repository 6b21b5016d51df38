"""Intent classifier: logistic regression over the sentence vectors.

Rasa's own LogisticRegressionClassifier stores each dense vector as a sparse matrix and predicts every training sentence
once more after training; with 17,000 sentences that takes minutes (docs/decisions/0003). This one does the same
mathematics on one dense matrix.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text, Type

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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DenseIntentClassifier(IntentClassifier, GraphComponent):
    """Predicts `intent` and `intent_ranking`; knows nothing but the matrix of weights that training left."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`C`: inverse strength of regularisation; `max_iter`: of the solver; `ranking_length`: intents reported."""
        return {"C": 30.0, "max_iter": 400, "ranking_length": 10}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DenseIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DenseIntentClassifier:
        """The classifier that training left in the model storage."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / "weights.npz") as stored:
            component._weights, component._bias = stored["weights"], stored["bias"]
            component._intents = stored["intents"].tolist()
        return component

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._weights: Optional[np.ndarray] = None
        self._bias: Optional[np.ndarray] = None
        self._intents: List[str] = []

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the weights; every intent counts the same, however many sentences it has."""
        from sklearn.linear_model import LogisticRegression

        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        model = LogisticRegression(C=self._config["C"], max_iter=self._config["max_iter"], class_weight="balanced")
        model.fit(_vectors(examples), [example.get(INTENT) for example in examples])
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(
                folder / "weights.npz",
                weights=model.coef_.astype(np.float32),
                bias=model.intercept_.astype(np.float32),
                intents=model.classes_,
            )
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `intent` and `intent_ranking` on each message; a message without text keeps none."""
        for message in messages:
            if not message.get(TEXT):
                continue
            ranking = self._ranking(_vectors([message])[0])
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[: self._config["ranking_length"]], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _ranking(self, vector: np.ndarray) -> List[Dict[str, Any]]:
        """All intents with their probability (softmax), the likeliest first."""
        if self._weights is None or self._bias is None:
            raise RuntimeError("The classifier was asked before it was trained or loaded.")
        scores = self._weights @ vector + self._bias
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
        return [{"name": self._intents[i], "confidence": float(odds[i])} for i in np.argsort(-odds)]


def _vectors(messages: List[Message]) -> np.ndarray:
    """The sentence vectors of the messages, one row each."""
    rows = []
    for message in messages:
        _, sentence = message.get_dense_features(TEXT)
        if sentence is None:
            raise RuntimeError("A message has no sentence vector; the encoder must stand before the classifier.")
        rows.append(sentence.features[0])
    return np.stack(rows)
