"""Adds to the training data every sentence once more, typed without Polish diacritics (design §2: up to 8 points)."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.text import strip_diacritics


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class DiacriticsAugmentation(GraphComponent):
    """Works on training data only; live messages pass unchanged. Stands before the tokenizer."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DiacriticsAugmentation:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The training data plus the copies."""
        copies = []
        for example in training_data.intent_examples:
            text = example.get(TEXT)
            if text and strip_diacritics(text) != text:
                copies.append(Message.build(strip_diacritics(text), example.get(INTENT)))
        return training_data.merge(TrainingData(copies))
