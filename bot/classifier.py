"""Intent classifier: logistic regression over the sentence vector and the letters of a message, joined.

The sentence vector knows what a message means, runs of two to five letters know how pupils spell; each alone is 3 to 10
points worse (docs/decisions/0003). Rasa's own LogisticRegressionClassifier turns each dense vector into a sparse matrix
of its own and predicts every training sentence once more after training; with 16,000 sentences that takes minutes.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Sequence, Text, Type

import numpy as np
import scipy.sparse
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

from bot.text import squeeze, strip_diacritics


def letters() -> TfidfVectorizer:
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
        """`C`: inverse strength of regularisation; `max_iter`: of the solver; `ranking_length`: intents reported."""
        return {"C": 10.0, "max_iter": 80, "ranking_length": 10}

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
            with np.load(folder / "weights.npz") as stored:
                component._of_vector, component._of_letters = stored["of_vector"], stored["of_letters"]
                component._bias, frequencies = stored["bias"], stored["idf"]
            described = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        component._intents = described["intents"]
        component._letters.vocabulary_ = {run: number for number, run in enumerate(described["runs"])}
        component._letters.idf_ = frequencies
        return component

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._letters = letters()
        # One row for each number of the vector or run of letters, one column for each intent.
        self._of_vector = np.zeros((0, 0), dtype=np.float32)
        self._of_letters = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)
        self._intents: List[str] = []

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the weights; every intent counts the same, however many sentences it has."""
        from sklearn.linear_model import LogisticRegression

        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._letters.fit(_plain(examples))
        model = LogisticRegression(C=self._config["C"], max_iter=self._config["max_iter"], class_weight="balanced")
        vectors = _vectors(examples)
        numbers = scipy.sparse.hstack([vectors, self._letters.transform(_plain(examples))], format="csr")
        model.fit(numbers, [example.get(INTENT) for example in examples])
        weights = np.ascontiguousarray(model.coef_.T, dtype=np.float32)
        runs = sorted(self._letters.vocabulary_, key=self._letters.vocabulary_.__getitem__)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(
                folder / "weights.npz",
                of_vector=weights[: vectors.shape[1]],
                of_letters=weights[vectors.shape[1] :],
                bias=model.intercept_.astype(np.float32),
                idf=self._letters.idf_,
            )
            described = {"intents": model.classes_.tolist(), "runs": runs}
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
        """All intents with their probability (softmax), the likeliest first."""
        found = self._letters.transform(_plain([message]))
        scores = _vectors([message])[0] @ self._of_vector + found.data @ self._of_letters[found.indices] + self._bias
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
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
