"""Entities: what a message names of the catalogue, as ids (shared/contract/http-api.md), and what the pupil likes.

Rules, in this order:

1. Codes of qualifications, then the longest name wins; of two equally long ones that with fewer typos. Names do not
   overlap, but an interest may share its words with a type of course or an industry ("fotografia", "kurs spawania"),
   and "technikum samochodowe" is a profession and a type of school. A railway trade says its industry itself.
2. "elektryka" may be a person (of "elektryk") or the field: a person after words like "na", "zawód", "dla".
3. A field that the pupil likes ("kręci mnie automatyka") is an interest, not the own profession.
4. A plain profession ("mechatronik") becomes the technician of that name when the message speaks of a technikum or a
   technician, unless it speaks of a branżowa.
5. What the pupil rejects carries `role: dislike`; interests otherwise carry `role: like`, but none in a plain question.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any, ClassVar, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import grades, lexicon, personal
from bot.codes import Codes
from bot.matcher import Match, Matcher
from bot.polarity import DISLIKE, Polarity
from bot.terms import Meaning
from bot.text import LONGEST, strip_diacritics
from bot.tokens import Token, tokenize

INTEREST = "interest"
FREE = ""
RAILWAY = lexicon.RAILWAY[0]
REJECTABLE = {INTEREST, "profession", "industry", "course_type", "school_type", "grade"}
NEAR = 3
PERSON_BEFORE = re.compile(
    r"^(?:na|za|dla|u|od|jako|zawod\w*|prac[aeyuo]\w*|pomocnik\w*|ucze?n\w*|(?:s|u)?koncz\w*|absolwent\w*|klas\w+|rok|robi\w*|szuka\w*|potrzeb\w*|zatrudn\w*|wezw\w*|brakuje|dyplom\w*|kwalifikac\w*|pan\w*|"
    r"zarob\w*|pensj\w*|syn|tata|brat|wujek|jest(?:em)?)$"
)
SPEAKS_OF_TECHNICIAN = re.compile(r"^(?:technik\w*|technicz\w*|technician\w*)$")
PRIORITY = ("course_type", "profession", "qualification", "school_type", "industry", INTEREST)


class Named(NamedTuple):
    """One entity, with the places of its words (`end` exclusive)."""

    meaning: Meaning
    start: int
    end: int
    cost: int
    phrase: Tuple[str, ...]
    role: Optional[str] = None


class EntityFinder:
    """The rules without Rasa: `find` says what a text names."""

    def __init__(
        self, folder: Path = lexicon.CATALOGUE, stored: Optional[Dict[str, List[Dict[str, Any]]]] = None
    ) -> None:
        loaded = lexicon.load(folder, stored)
        self._matcher = Matcher(loaded.terms, loaded.ordinary_words)
        self._codes = Codes(loaded.codes)
        self._technicians = loaded.technicians

    def find(self, text: str) -> List[Dict[str, Any]]:
        """The entities of a text in the order in which they stand, each only once; of a very long text, of its end."""
        text = unicodedata.normalize("NFC", text)
        if len(text) > LONGEST:
            return _shifted(self.find(text[-LONGEST:]), len(text) - LONGEST)
        tokens = tokenize(text)
        polarity = Polarity(tokens)
        codes = self._code_entities(text, tokens)
        blocked = {place for one in codes for place in range(one.start, one.end)}
        found = self._matcher.find(tokens, polarity.speaks)
        matches = [match for match in found if not blocked & {*range(match.start, match.end)}]
        named = self._as_technicians(_chosen(matches, tokens, polarity), tokens)
        named += codes
        named += _grades(tokens, named)
        return _entities(_with_roles(named, polarity), tokens)

    def _code_entities(self, text: str, tokens: Sequence[Token]) -> List[Named]:
        found = []
        for code in self._codes.find(text):
            places = [place for place, token in enumerate(tokens) if token.start < code.end and token.end > code.start]
            found.append(Named(Meaning("qualification", code.value), places[0], places[-1] + 1, 0, ()))
        return found

    def _as_technicians(self, named: List[Named], tokens: Sequence[Token]) -> List[Named]:
        """Rule 4."""
        used = {place for one in named if one.meaning.kind == "profession" for place in range(one.start, one.end)}
        schools = {one.meaning.value for one in named if one.meaning.kind == "school_type" and one.start not in used}
        spoken = any(SPEAKS_OF_TECHNICIAN.match(token.plain) for place, token in enumerate(tokens) if place not in used)
        if "BS1" in schools or not (spoken or "T" in schools):
            return named
        return [self._as_technician(one) for one in named]

    def _as_technician(self, one: Named) -> Named:
        if one.meaning.kind != "profession":
            return one
        technician = self._technicians.get(" ".join(one.phrase)) or self._technicians.get(one.meaning.value)
        return one._replace(meaning=one.meaning._replace(value=technician)) if technician else one


def _chosen(matches: Iterable[Match], tokens: Sequence[Token], polarity: Polarity) -> List[Named]:
    """Rules 1 to 3: of all terms found, those that are meant."""
    chosen: List[Named] = []
    spans: Dict[Tuple[int, int], List[Match]] = {}
    for match in matches:
        spans.setdefault((match.start, match.end), []).append(match)
    owners: Dict[int, str] = {}
    for (start, end), same in sorted(spans.items(), key=_claim):
        holders = {owners.get(place, FREE) for place in range(start, end)}
        if holders == {FREE}:
            found = _meant(same, tokens, polarity)
        elif holders <= {"course_type", "industry"}:
            found = [one for one in _meant(same, tokens, polarity) if one.meaning.kind == INTEREST]
        else:
            continue
        kinds = [one.meaning.kind for one in found]
        owners.update(dict.fromkeys(range(start, end), INTEREST if INTEREST in kinds else kinds[0]) if kinds else {})
        chosen += found
    railway_trade = any(one.meaning.kind == "profession" and RAILWAY in one.meaning.extra for one in chosen)
    said_twice = {"industry"} if railway_trade else set()
    return [one for one in chosen if not (one.meaning.kind in said_twice and RAILWAY in one.meaning.extra)]


def _claim(item: Tuple[Tuple[int, int], List[Match]]) -> Tuple[int, int, int, int]:
    """How strong a claim on words is, the strongest first: length, typos, kind, then place."""
    (start, end), same = item
    kind = min(PRIORITY.index(meaning.kind) for match in same for meaning in match.term.meanings)
    return start - end, min(match.cost for match in same), kind, start


def _meant(matches: Sequence[Match], tokens: Sequence[Token], polarity: Polarity) -> List[Named]:
    """What the same words mean: at most one thing of the catalogue and one interest."""
    least = min(match.cost for match in matches)
    named = [
        Named(meaning, *_place(match, meaning), match.cost, tuple(word.split(":")[1] for word in match.term.words))
        for match in matches
        if match.cost == least
        for meaning in match.term.meanings
    ]
    interests = [one for one in named if one.meaning.kind == INTEREST]
    others = [one for one in named if one.meaning.kind != INTEREST]
    if any(map(_is_person, others)) and any(map(_is_field, others)):
        person = matches[0].start > 0 and bool(PERSON_BEFORE.match(tokens[matches[0].start - 1].plain))
        others = [one for one in others if _is_person(one) == person]
        interests = [] if person else interests
    if interests and polarity.speaks:
        others = [one for one in others if not one.meaning.field]
    school = [one for one in others if one.meaning.part]
    best = min((one for one in others if not one.meaning.part), key=_rank, default=None)
    return [one for one in (best, *school[:1], *interests[:1]) if one]


def _is_person(one: Named) -> bool:
    return one.meaning.kind == "profession" and not one.meaning.field


def _is_field(one: Named) -> bool:
    return one.meaning.field or (one.meaning.kind == "industry" and not one.meaning.weak)


def _rank(one: Named) -> Tuple[bool, int]:
    return one.meaning.weak, PRIORITY.index(one.meaning.kind)


def _place(match: Match, meaning: Meaning) -> Tuple[int, int]:
    first, last = meaning.part or (0, match.end - match.start)
    return match.start + first, match.start + last


def _grades(tokens: Sequence[Token], named: Sequence[Named]) -> List[Named]:
    """The grades between what is named already."""
    taken = {place for one in named for place in range(one.start, one.end)}
    types = {place for one in named if one.meaning.kind == "school_type" for place in range(one.start, one.end)}
    spans = [{*range(one.start, one.end)} for one in named]
    schools = types.union(*(span for span in spans if span & types))
    trades = {place for one in named if _is_named_plainly(one, tokens) for place in range(one.start, one.end)}
    found = grades.find(tokens, taken, schools, trades)
    return [Named(Meaning("grade", one.value), one.start, one.end, 0, ()) for one in found]


def _is_named_plainly(one: Named, tokens: Sequence[Token]) -> bool:
    """A profession in its base form: "elektryk 2" is a second year, "w elektryku 2" is a school."""
    said = [token.plain for token in tokens[one.start : one.end]]
    return one.meaning.kind == "profession" and said == [strip_diacritics(word) for word in one.phrase]


def _with_roles(named: Sequence[Named], polarity: Polarity) -> List[Named]:
    """Rule 5."""
    places = {place for one in named for place in range(one.start, one.end)}
    in_order = sorted(named, key=lambda one: (one.start, -one.end))
    return [one._replace(role=_role(one, polarity, places)) for one in in_order]


def _role(one: Named, polarity: Polarity, places: Set[int]) -> Optional[str]:
    if one.meaning.kind not in REJECTABLE:
        return None
    if one.meaning.kind == INTEREST:
        said = polarity.of(one.start, one.end, places)
        return said if said == DISLIKE or not polarity.asks else None
    return DISLIKE if polarity.of(one.start, one.end, places, NEAR) == DISLIKE else None


def _entities(named: Sequence[Named], tokens: Sequence[Token]) -> List[Dict[str, Any]]:
    found: Dict[Tuple[str, str, Optional[str]], Dict[str, Any]] = {}
    for one in named:
        entity = {
            "entity": one.meaning.kind,
            "value": one.meaning.value,
            "start": tokens[one.start].start,
            "end": tokens[one.end - 1].end,
            "confidence_entity": round(1 / (1 + one.cost), 2),
            **dict(one.meaning.extra),
        }
        if one.role:
            entity["role"] = one.role
        found.setdefault((one.meaning.kind, one.meaning.value, one.role), entity)
    return list(found.values())


def _shifted(entities: List[Dict[str, Any]], by: int) -> List[Dict[str, Any]]:
    return [{**entity, "start": entity["start"] + by, "end": entity["end"] + by} for entity in entities]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class CatalogueEntityExtractor(EntityExtractorMixin, GraphComponent):
    """Adds to `entities` what the message names and tells.

    It reads the catalogue's files when the model is loaded; `latest` are the names that staff have saved since, once
    `bot/names.py` has read them.
    """

    latest: ClassVar[Optional[EntityFinder]] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CatalogueEntityExtractor:
        finder = EntityFinder()
        finder.find("no rozgrzewkaa")  # the first pupil shall not wait for what is loaded at first use
        return cls(finder)

    def __init__(self, finder: EntityFinder) -> None:
        self._finder = finder

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `entities` on each message that has text."""
        finder = self.latest or self._finder
        for message in messages:
            text = message.get(TEXT)
            if text:
                found = self.add_extractor_name([*finder.find(text), *personal.find(text)])
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data
