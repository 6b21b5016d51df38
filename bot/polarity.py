"""Does the pupil like what is named, or reject it? "nie lubię gotować", "byle nie kuchnia", "hate cooking".

Looks only at the clause around the words in question: a contrast ("ale", "but") or the end of a sentence ends it, and a
comma does unless a list goes on ("nie lubię gotować, piec ani prać"). The phrases are in `data/language/likes.yaml`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Set

import yaml

from bot.language import detect
from bot.tokens import Token

PHRASES = Path(__file__).parent.parent / "data" / "language" / "likes.yaml"
LIKE, DISLIKE = "like", "dislike"
REACH, REACH_ON = 10, 6

DIRECT = {"nie", "not", "ani", "nor"}
FOR_INTERESTS = {"bez", "zamiast", "zadna", "zadne", "zadnej", "zadnego", "zadnych", "without", "neither"}
EXCEPT = {"oprocz", "procz", "poza", "except"}
BESIDES = {"to", "jeszcze", "tez", "takze", "rowniez", "nic", "nothing", "malo"}
NOT_DENIED = {"tylko", "wiem", "ma", "only", "czemu", "dlaczego", "why"}
CONTRAST = {"ale", "lecz", "natomiast", "jednak", "a", "but", "however", "though", "yet", "tylko", "zato", "while"}
PREFERENCE = re.compile(r"\b(?:wol[ei]\w*|wolal\w*|prefer\w*|rather|bardziej|pick|choose)\b")
THAN = {"niz", "than", "over", "od"}
LINKS = {
    "i",
    "oraz",
    "ani",
    "czy",
    "lub",
    "albo",
    "tez",
    "w",
    "z",
    "na",
    "do",
    "przy",
    "o",
    "or",
    "and",
    "nor",
    "the",
    "to",
}
GREETINGS = "a|i|hej|hejka|czesc|siema|elo|witam|no|ej|hi|hello|hey|ok|so|and"
ASKING = (
    "czy|macie|ma|maja|jest|sa|beda|bedzie|gdzie|ile|kiedy|jak|jakie|jaki|jaka|co|kto|po ile|od ilu",
    "is|are|do you|does|can|where|how|what|when|which|who|any|have you|got any|will",
)
# What only somebody who asks for an offer says, wherever it stands: "nwm co po szkole, jakis kurs spawania macie".
OFFERED = (
    "macie|prowadzicie|oferujecie|organizujecie|do you (?:have|offer|run|do)|have you got|got any|(?:is|are) there"
)
QUESTION = re.compile(rf"^(?:(?:{GREETINGS}) )*(?:{'|'.join(ASKING)})\b|\b(?:{OFFERED})\b")
PREPOSITIONS = {"w", "z", "ze", "na", "do", "przy", "o", "the", "a", "in", "with", "to"}
SENTENCE_END = frozenset(".!?;\n")


class Patterns(NamedTuple):
    """The phrases of likes.yaml, ready to search."""

    ignored: re.Pattern[str]
    likes_clearly: re.Pattern[str]
    likes: re.Pattern[str]
    dislikes: re.Pattern[str]
    dislikes_after: re.Pattern[str]


@lru_cache(maxsize=None)
def _patterns() -> Patterns:
    lists = yaml.safe_load(PHRASES.read_text(encoding="utf-8"))
    fillers = "|".join(lists["fillers"])
    return Patterns(*(_compiled(lists[name], rf"(?:(?:{fillers}) ){{0,3}}") for name in Patterns._fields))


def _compiled(phrases: Sequence[str], filler: str) -> re.Pattern[str]:
    alternatives = []
    for phrase in sorted(phrases, key=len, reverse=True):
        words = [f"(?:{word})" if "|" in word else word for word in phrase.replace("*", r"\w*").split()]
        alternatives.append(" ".join(words).replace("~ ", filler))
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")


class Polarity:
    """The likes and dislikes spoken of in one message."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._plain = [token.plain for token in tokens]
        patterns = _patterns()
        line = patterns.ignored.sub(lambda hit: "#" * len(hit[0]), " ".join(self._plain))
        starts = [0, *accumulate(len(word) + 1 for word in self._plain)]
        self._dislikes = _places(patterns.dislikes, line, starts)
        self._dislikes_after = _places(patterns.dislikes_after, line, starts)
        clear, weak = _places(patterns.likes_clearly, line, starts), _places(patterns.likes, line, starts)
        denied = {place for last, first in self._dislikes.items() for place in range(first, last + 1)}
        self._likes = {last for last, first in (*clear.items(), *weak.items()) if not denied & {first, last}}
        self.speaks = bool(clear or self._dislikes or self._dislikes_after)
        """Whether the message speaks of liking or disliking, beyond doubt."""
        self.asks = not self.speaks and not weak and bool(QUESTION.search(line))
        """Whether the message only asks something: "czy jest praca w spawaniu?" tells of no liking."""
        self._preferring = bool(PREFERENCE.search(line))

    def of(self, start: int, end: int, named: Set[int], reach: int = REACH) -> str:
        """LIKE or DISLIKE for the words `start` to `end`.

        `named`: the places of all words that name something; `reach`: how many words away a rejection may stand.
        """
        said = self._said_before(start, named, reach)
        if said is None and self._rejected_after(end, reach):
            return DISLIKE
        return said or LIKE

    def _said_before(self, start: int, named: Set[int], reach: int) -> Optional[str]:
        """LIKE or DISLIKE when the words before say it: then what follows is about something else."""
        comma: Optional[int] = None
        nearest = self._before_prepositions(start - 1)
        for place in range(start - 1, max(-1, start - 1 - reach), -1):
            gap = self._tokens[place + 1].gap
            if SENTENCE_END & set(gap):
                return None
            comma = place + 1 if "," in gap else comma
            if comma is not None and not self._list_goes_on(comma, start, named):
                return None
            if place == nearest and comma is None and (self._compares(place) or self._denied_by(place, reach)):
                return DISLIKE if not self._compares(place) or self._loses(place) else LIKE
            if place in self._dislikes:
                return DISLIKE
            if place in self._likes:
                return LIKE
            if self._plain[place] in CONTRAST:
                return None
        return None

    def _before_prepositions(self, place: int) -> int:
        """The nearest word to the left that is more than "w" or "the": "niż z maszynami", "not the office"."""
        while place > 0 and self._plain[place] in PREPOSITIONS:
            place -= 1
        return place

    def _compares(self, place: int) -> bool:
        """Whether the word sets something apart: "oprócz gotowania", "wolę … niż gotowanie"."""
        return self._plain[place] in EXCEPT or (self._plain[place] in THAN and self._preferring)

    def _loses(self, place: int) -> bool:
        """Whether what follows such a word is rejected; "nic oprócz aut", "oprócz aut jeszcze sport" reject nothing."""
        return self._plain[place] in THAN or not BESIDES & set(self._plain)

    def _denied_by(self, place: int, reach: int) -> bool:
        """Whether the word right before denies: "nie gotowanie", "no cooking"."""
        word, before = self._plain[place], self._plain[place - 1] if place else ""
        denies = word in DIRECT or (reach == REACH and (word in FOR_INTERESTS or self._is_english_no(word)))
        return denies and before not in NOT_DENIED

    def _rejected_after(self, end: int, reach: int) -> bool:
        begins = set(self._dislikes_after.values())
        for place in range(end, min(len(self._tokens), end + min(reach, REACH_ON))):
            gap, word = self._tokens[place].gap, self._plain[place]
            if SENTENCE_END & set(gap) or word in CONTRAST:
                return False
            if place in begins:
                return True
            if "," in gap or place in self._likes:
                return False
            if place == end and (word in ("nie", "nope") or self._is_english_no(word)):
                return self._clause_ends(place + 1)
        return False

    def _clause_ends(self, place: int) -> bool:
        return place == len(self._tokens) or bool(self._tokens[place].gap.strip()) or self._plain[place] == "bo"

    def _is_english_no(self, word: str) -> bool:
        """Whether "no" means no: in Polish it is "well"."""
        return word == "no" and detect(" ".join(token.lower for token in self._tokens)).language == "en"

    def _list_goes_on(self, after_comma: int, start: int, named: Set[int]) -> bool:
        return all(place in named or self._plain[place] in LINKS for place in range(after_comma, start))


def _places(pattern: re.Pattern[str], line: str, starts: List[int]) -> Dict[int, int]:
    """Last word → first word of each hit in the message."""
    return {
        bisect_right(starts, hit.end() - 1) - 1: bisect_right(starts, hit.start()) - 1 for hit in pattern.finditer(line)
    }
