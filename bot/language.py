"""Which language a message is in: Polish, English, or clearly another one.

Evidence, strongest first: the script, letters that only Polish has, our own lists of frequent words
(`data/language/*.txt`), Morfeusz, and the runs of letters in words that nobody lists. Nothing is trained, nothing is
remembered about a message.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Text

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.english import english_forms
from bot.lemmas import forms, is_polish, is_polish_without_diacritics
from bot.text import strip_diacritics

LISTS = Path(__file__).parent.parent / "data" / "language"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")
STRETCHED = re.compile(r"(\w)\1{2,}")

POLISH_LETTERS = frozenset("ąćęłńśźż")
BY_DIACRITICS, LISTED, IN_DICTIONARY, MEANT, BY_LETTERS, LEANING = 5.0, 3.0, 2.0, 3.0, 1.4, 1.0
SURE, DOUBT, SHORT, TYPO_FROM = 1.5, 3.0, 6, 5
GRAM_SIZES = (1, 2, 3, 4)

LAST_LATIN = "\u024f"
SCRIPTS = {
    "ARABIC": "ar",
    "ARMENIAN": "hy",
    "CJK": "zh",
    "DEVANAGARI": "hi",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "THAI": "th",
}
CYRILLIC_LETTERS = {"uk": frozenset("іїєґ"), "ru": frozenset("ыэъё")}
LATIN_LETTERS = {
    "cs": frozenset("řůěď"),
    "de": frozenset("ßäöü"),
    "es": frozenset("ñ¿¡"),
    "fr": frozenset("çèêœû"),
    "hu": frozenset("őű"),
    "pt": frozenset("ãõ"),
    "ro": frozenset("țșă"),
    "tr": frozenset("ğıİ"),
    "vi": frozenset("ăơưđ") | {chr(code) for code in range(0x1EA0, 0x1EFA)},
}
LATIN_LISTS = ("it",)


class Detection(NamedTuple):
    """`language` is an ISO 639-1 code; when `sure` is false the message does not tell and the code is a guess."""

    language: str
    sure: bool


def detect(text: str) -> Detection:
    """The language of one message."""
    text = STRETCHED.sub(r"\1\1", unicodedata.normalize("NFC", NOISE.sub(" ", text)).lower())
    other = _by_script(text)
    if other:
        return Detection(other, sure=True)
    words = [re.sub("['’]", "", word) for word in WORD.findall(text)]
    other = _other_latin(words, text)
    if other:
        return Detection(other, sure=True)
    evidence = sum(map(_weight, words))
    if abs(evidence) < DOUBT or len(words) <= SHORT:
        evidence += sum(map(_second_look, words))
    # Letters alone make nobody sure: "blabla qwe" is no language.
    sure = abs(evidence) >= DOUBT or (abs(evidence) >= SURE and any(map(_is_known, words)))
    return Detection("en" if evidence < 0 else "pl", sure)


def listed_words() -> FrozenSet[str]:
    """All Polish and English words of the lists, without diacritics; English ones with their regular endings."""
    lists = _lists()
    return frozenset(
        {strip_diacritics(word) for word in lists["pl"] | lists["shared"]}
        | {form for word in lists["en"] for form in english_forms(word)}
    )


def _by_script(text: str) -> Optional[str]:
    """The language of a message that is mostly not in Latin letters."""
    foreign = [letter for letter in text if letter.isalpha() and letter > LAST_LATIN]
    scripts = Counter(unicodedata.name(letter, "?").split()[0] for letter in foreign)
    if not scripts:
        return None
    script, count = scripts.most_common(1)[0]
    if 2 * count < sum(letter.isalpha() for letter in text):
        return None
    if script == "CJK" and (scripts["HIRAGANA"] or scripts["KATAKANA"]):
        return "ja"
    return _cyrillic(text) if script == "CYRILLIC" else SCRIPTS.get(script)


def _cyrillic(text: str) -> str:
    """Belarusian (the only one with both і and ы), Ukrainian or Russian.

    Ukrainian when nothing tells: most such pupils in Kraków speak it.
    """
    if "ў" in text or ("і" in text and "ы" in text):
        return "be"
    words = WORD.findall(text)
    score = {
        language: 2 * len(letters.intersection(text)) + sum(word in _lists().get(language, ()) for word in words)
        for language, letters in CYRILLIC_LETTERS.items()
    }
    return max(score, key=lambda language: score[language])


def _other_latin(words: Sequence[str], text: str) -> Optional[str]:
    """German, French, Spanish …, when several of their words or their letters stand there and hardly one of ours."""
    if len(words) < 2:
        return None
    lists, letters = _lists(), set(text)
    ours = {word for word in words if word in lists["pl"] or word in lists["en"]}
    foreign = {word for word in words if word not in ours and word not in lists["shared"]}
    best, strength = None, 1
    for language in (*LATIN_LETTERS, *LATIN_LISTS):
        theirs = lists.get(language, frozenset())
        found = len(foreign & theirs) + 2 * len(letters & LATIN_LETTERS.get(language, frozenset()))
        if found > max(strength, 2 * len(ours - theirs)):
            best, strength = language, found
    return best


def _weight(word: str) -> float:
    """How much a word speaks for Polish (positive) or for English (negative)."""
    lists = _lists()
    if POLISH_LETTERS & set(word):
        return BY_DIACRITICS
    polish, english = word in lists["pl"], word in lists["en"]
    if word in lists["shared"] or (polish and english):
        return _leanings().get(word, 0.0)
    if polish or english:
        return LISTED * (polish - english)
    return IN_DICTIONARY + _by_letters(word) / 2 if is_polish(word) else _by_letters(word)


def _is_known(word: str) -> bool:
    """Whether more than the look of its letters speaks for a language."""
    listed = any(word in _lists()[name] for name in ("pl", "en", "shared"))
    return listed or bool(POLISH_LETTERS & set(word)) or is_polish(word) or _second_look(word) != 0


def _second_look(word: str) -> float:
    """What a word that nobody knows may have been before a typo or without its diacritics."""
    lists = _lists()
    if len(word) < 3 or any(word in lists[name] for name in ("pl", "en", "shared")) or is_polish(word):
        return 0.0
    if is_polish_without_diacritics(word):
        return MEANT
    return MEANT * (_is_typo(word, "pl") - _is_typo(word, "en"))


def _is_typo(word: str, language: str) -> bool:
    if len(word) < TYPO_FROM:
        return False
    near = (other for size in (-1, 0, 1) for other in _by_length()[language].get(len(word) + size, ()))
    return process.extractOne(word, near, scorer=OSA.distance, score_cutoff=1) is not None


@lru_cache(maxsize=None)
def _by_length() -> Dict[str, Dict[int, List[str]]]:
    """The words of the lists that are long enough for a typo to be seen, by language and length."""
    lengths: Dict[str, Dict[int, List[str]]] = {"pl": {}, "en": {}}
    for language, by_length in lengths.items():
        for word in sorted(_lists()[language]):
            if len(word) >= TYPO_FROM:
                by_length.setdefault(len(word), []).append(strip_diacritics(word))
    return lengths


def _by_letters(word: str) -> float:
    """The sum of the log-odds of the runs of letters; each letter counts once, not once for each length of run."""
    score = sum(_letters().get(gram, 0.0) for gram in _grams(word)) / len(GRAM_SIZES)
    return max(-BY_LETTERS, min(BY_LETTERS, score))


@lru_cache(maxsize=None)
def _lists() -> Dict[str, FrozenSet[str]]:
    """The word lists by language; Polish words stand with and without diacritics."""
    lists = {file.stem: frozenset(_read(file)) for file in sorted(LISTS.glob("*.txt"))}
    return {**lists, "pl": lists["pl"] | {strip_diacritics(word) for word in lists["pl"]}}


@lru_cache(maxsize=None)
def _leanings() -> Dict[str, float]:
    """The words of both languages that one of them uses much more."""
    sign, leanings = 0.0, {}
    for word in _read(LISTS / "leaning.txt"):
        if word in ("pl", "en"):
            sign = LEANING if word == "pl" else -LEANING
        leanings[word] = sign
    return leanings


def _read(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.lower().split()


@lru_cache(maxsize=None)
def _letters() -> Dict[str, float]:
    """Log-odds (Polish against English) of each run of letters, learned from the word lists."""
    lists = _lists()
    polish = {strip_diacritics(form) for word in lists["pl"] - lists["en"] for form in forms(word)}
    counts = [Counter(gram for word in words for gram in _grams(word)) for words in (polish, lists["en"] - lists["pl"])]
    share = sum(counts[1].values()) / sum(counts[0].values())
    return {
        gram: math.log(counts[0][gram] * share + 0.5) - math.log(counts[1][gram] + 0.5)
        for gram in counts[0].keys() | counts[1].keys()
    }


def _grams(word: str) -> Iterator[str]:
    framed = f"^{word}$"
    for size in GRAM_SIZES:
        for start in range(len(framed) - size + 1):
            yield framed[start : start + size]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class LanguageDetector(GraphComponent):
    """Sets `language` and `language_sure` on each live message; training data pass unchanged."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        _letters()
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Set both keys on each message, also on one without text, so that no reader has to ask whether they exist."""
        for message in messages:
            language, sure = detect(message.get(TEXT) or "")
            message.set("language", language, add_to_output=True)
            message.set("language_sure", sure, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data
