"""Gives Polish messages typed without Polish letters these letters back, for the encoder.

The encoder has read books and pages, where "prace" and "pracę" are different words: without this it understands five
messages of a hundred less (docs/decisions/0007). A word becomes what the training sentences that have Polish letters
make of it most often, and a word that they do not have what Morfeusz knows. Nothing that a pupil sees is changed.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import Any, Dict, Iterable, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import detect
from bot.lemmas import is_polish, with_diacritics
from bot.text import squeeze, strip_diacritics

RESTORED_TEXT = "restored_text"
WORD = re.compile(r"[^\W\d_]+")
POLISH = frozenset("ąćęłńóśźż")
# Shorter words than this are not looked up: too many of them become some word or other.
SHORTEST = 3
FILE = "words.json"


def learn(texts: Iterable[str]) -> Dict[str, str]:
    """What words without Polish letters usually mean, from texts whose writers use these letters."""
    spellings: Dict[str, Counter[str]] = defaultdict(Counter)
    for text in map(squeeze, texts):
        if POLISH & set(text):
            for word in WORD.findall(text):
                spellings[strip_diacritics(word)][word] += 1
    return {plain: counts.most_common(1)[0][0] for plain, counts in spellings.items()}


def restore(text: str, words: Dict[str, str]) -> str:
    """The squeezed text with Polish letters; unchanged when it has some, or when it is not Polish."""
    text = squeeze(text)
    if POLISH & set(text) or detect(text).language != "pl":
        return text
    return WORD.sub(lambda match: words.get(match[0]) or _known(match[0]), text)


def _known(word: str) -> str:
    """The word as Morfeusz knows it, with or without Polish letters; a stranger stays as it is."""
    if len(word) < SHORTEST or is_polish(word):
        return word
    return with_diacritics(word) or word


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class DiacriticsRestorer(GraphComponent):
    """Sets `restored_text` on each message, for the encoder after it."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DiacriticsRestorer:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DiacriticsRestorer:
        """The component with the words that training found."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._words = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return component

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._words: Dict[str, str] = {}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the spellings of the training sentences."""
        self._words = learn(example.get(TEXT) for example in training_data.intent_examples if example.get(TEXT))
        with self._model_storage.write_to(self._resource) as folder:
            (folder / FILE).write_text(json.dumps(self._words, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the restored text on each message that has text."""
        for message in messages:
            if message.get(TEXT):
                message.set(RESTORED_TEXT, restore(message.get(TEXT), self._words))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for the training sentences."""
        self.process(training_data.training_examples)
        return training_data
