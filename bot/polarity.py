"""Does the pupil like what is named, or reject it? "nie lubię gotować", "byle nie kuchnia", "hate cooking", "office no".

Looks only at the clause around the words in question: a contrast ("ale", "but") or the end of a sentence ends it, a comma
does unless a list goes on ("nie lubię gotować, piec ani sprzątać").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Dict, List, Optional, Sequence, Set

from bot.language import detect
from bot.tokens import Token

LIKE, DISLIKE = "like", "dislike"
REACH, REACH_ON = 10, 6

FILLER = r"(?:(?:za|bardzo|mnie|mi|zbyt|jakos|specjalnie|tak|sie|wcale|szczegolnie|ja|juz|mega|lubie) ){0,3}"
FILLER_EN = r"(?:(?:really|very|much|so|that|at|all|even|too|quite|exactly|particularly|big|feel|be|being) ){0,3}"

LIKES = re.compile(
    r"\b(?:lubi\w*|polubi\w*|kocha\w*|uwielbia\w*|wole|wolimy|woli|wolal\w*|kreci|kreca|krecilo|jara|jaraja|jaralo|zajaral\w*|"
    r"interesuj\w*|interesowa\w*|zainteresowa\w*|pasjonuj\w*|pasj[aeio]\w*|fascynuj\w*|zafascynowan\w*|hobby|hobbystyczn\w*|"
    r"ulubion\w*|konik|bawi|ciagnie|ciagnelo|wkreci\w*|wciaga|wciagnel\w*|fan|fanka|maniak|freak|smykalk\w*|dryg|talent|"
    r"marz[ey]\w*|frajd\w*|podoba\w*|zakochan\w*|moja bajka|moj zywiol|najlepiej idzie|najbardziej|chcialbym|chcialabym|chce|"
    r"chcemy|znam sie|umiem|ogarniam|spoko|wolny czas|wolnym czasie|cieka\w*|oprocz \w+ (?:to )?jeszcze|love\w*|loving|likes?|liked|"
    r"enjoy\w*|prefer\w*|into|fan of|keen on|passion\w*|hobb(?:y|ies)|obsess\w*|ador\w*|fascinat\w*|hooked|favou?rites?|fond of|"
    r"good at|interested|interests?|interesting|fun|happy place|id rather|i d rather|rather|want to|wanna|free time|dream\w*)\b"
)
LIKES_CLEARLY = re.compile(
    r"\b(?:lubi\w*|polubi\w*|kocha\w*|uwielbia\w*|wole|woli|wolal\w*|kreci|kreca|krecilo|jara|jaraja|jaralo|zajaral\w*|"
    r"interesuj\w*|zainteresowa\w*|pasjonuj\w*|pasj[aeio]\w*|fascynuj\w*|zafascynowan\w*|hobby|hobbystyczn\w*|ulubion\w*|konik|"
    r"bawi|ciagnie|ciagnelo|wkreci\w*|wciaga|wciagnel\w*|fanka|maniak|freak|smykalk\w*|dryg|talent|frajd\w*|podoba\w*|zakochan\w*|"
    r"najbardziej|najlepiej idzie|(?<!would )(?<!d )(?<!id )(?:really )?likes?(?! to know| to ask)|love(?:s|d)?|loving|enjoy\w*|prefer\w*|fan of|keen on|"
    r"passion\w*|hobb(?:y|ies)|obsess\w*|ador\w*|fascinat\w*|hooked|favou?rites?|fond of|good at|free time|fajn\w*|spoko|fun|cool|rather|would pick|am into|im into|m into)\b"
)
DISLIKES = re.compile(
    rf"\b(?:(?<!jak )(?<!jesli )nie {FILLER}(?:lubi\w*|lubil\w*|przepada\w*|znos\w*|cierpi\w*|chce|chcemy|chcialbym|chcialabym|interesuj\w*|kreci\w*|"
    rf"kreca|jara\w*|bawi\w*|podoba\w*|ciag\w*|lezy|leza|widze sie|widze siebie|nadaje sie|umiem|potrafie|ogarniam|czaje|trawie|"
    rf"rusza|jestem|bede|pojde|ide|dla mnie|moja bajka|w|do|na|z|przy|po|o)|nienawidz\w*|niecierpi\w*|"
    r"byle nie|tylko nie|wszystko (?:tylko )?(?:nie|procz|oprocz|poza|byle nie)|mam dosc|mam dosyc|brzydz\w*|obrzydza\w*|(?<!sie )nudz[iao]\w*|zanudz\w*|mecz[ay]\w*|wkurza\w*|denerwuj\w*|boje sie|unikam|"
    r"najdalej mi do|niezbyt(?: mnie)?(?: jara| kreci| interesuje| bawi)?|przestal\w* mnie bawic|"
    rf"(?:don ?t|do not|doesn ?t|does not|didn ?t|did not|wouldn ?t|never|not|isn ?t|aren ?t|am not|im not|i m not|no longer) "
    rf"{FILLER_EN}(?:like\w*|love|enjoy\w*|want|into|(?:a )?fan(?: of)?|interested(?: in)?|fond of|keen on|care for|good at)|"
    r"(?<!about )(?<!anti )(?<!of )hate\w*(?! speech| week| class| workshop| in )|can ?t stand|cannot stand|dislike\w*|anything but|everything but|all but|bored (?:of|with|by)|"
    r"sick of|tired of|scared of|afraid of|allergic to|stopped liking|never been a fan of|no more)\b"
)
DISLIKES_AFTER = re.compile(
    r"\b(?:odpada\w*|nuda|nudy|nudne|nudny|nudna|(?<!sie )nudz[iao]\w*|beznadzieja|usypia\w*|mecz[ay]\w* mnie|mnie mecz\w*|wykancza\w*|"
    r"stresuj\w*|to nie ja|to nie moj\w*|nie dla mnie|to nie to|nie moja bajka|nie wchodzi w gre|nie lezy|"
    r"(?:mnie |mi )?nie (?:mnie |mi |za bardzo |bardzo |zbyt |sie )*(?:kreci\w*|jara\w*|interesuj\w*|bawi\w*|podoba\w*|ciagni\w*|lezy|idzie|rusza)|"
    r"nie lubie|nie znosze|nie cierpie|nienawidze|obrzydliw\w*|smierc|niezbyt|srednio|meh|is ?n ?t (?:really )?(?:for me|my thing)|not (?:really )?(?:for me|my thing|my world|my cup)|"
    r"aren ?t (?:for me|my thing)|boring(?! or)|bores? me|sucks?|nightmare|annoys? me|annoying|stress(?:es)? me|make me (?:sleepy|sneeze|want to cry)|"
    r"off my list|out of the question|too (?:hot|loud|boring|hard) for me)\b"
)
DIRECT = {"nie", "not", "ani", "nor"}
DIRECT_FOR_INTERESTS = DIRECT | {"bez", "zamiast", "zadna", "zadne", "zadnej", "zadnego", "zadnych", "without", "neither"}
EXCEPT = {"oprocz", "procz", "poza", "except"}
BESIDES = {"to", "jeszcze", "tez", "takze", "rowniez", "nic", "nothing", "malo"}
NOT_DENIED = {"tylko", "wiem", "ma", "only", "czemu", "dlaczego", "why"}
CONTRAST = {"ale", "lecz", "natomiast", "jednak", "jednakze", "a", "but", "however", "though", "yet", "tylko", "zato", "while", "just"}
PREFERENCE = re.compile(r"\b(?:wole|woli|wolimy|wolal\w*|prefer\w*|rather|bardziej|pick|choose)\b")
THAN = {"niz", "than", "over", "od"}
LINKS = {"i", "oraz", "ani", "czy", "lub", "albo", "tez", "or", "and", "nor", "w", "z", "na", "do", "przy", "o", "the", "a", "to", "also"}
SENTENCE_END = frozenset(".!?;\n")


class Polarity:
    """The likes and dislikes spoken of in one message."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._plain = [token.plain for token in tokens]
        line = " ".join(self._plain)
        starts = [0, *accumulate(len(word) + 1 for word in self._plain)]
        self._dislikes = _places(DISLIKES, line, starts)
        self._dislikes_after = _places(DISLIKES_AFTER, line, starts)
        denied = {place for end, start in self._dislikes.items() for place in range(start, end + 1)}
        self._likes = {end: start for end, start in _places(LIKES, line, starts).items() if end not in denied}
        self._clear = bool(LIKES_CLEARLY.search(line) or self._dislikes or self._dislikes_after)
        self._preferring = bool(PREFERENCE.search(line))

    @property
    def speaks(self) -> bool:
        """Whether the message speaks of liking or disliking, without doubt."""
        return self._clear

    def of(self, start: int, end: int, named: Set[int], reach: int = REACH) -> str:
        """LIKE or DISLIKE for the words `start` to `end`.

        `named`: the places of all words that name something; `reach`: how many words away a rejection may stand.
        """
        rejected = self._rejected_before(start, named, reach) or self._rejected_after(end, named, reach)
        return DISLIKE if rejected else LIKE

    def _rejected_before(self, start: int, named: Set[int], reach: int) -> bool:
        comma: Optional[int] = None
        direct = DIRECT_FOR_INTERESTS if reach == REACH else DIRECT
        for place in range(start - 1, max(-1, start - 1 - reach), -1):
            gap, word = self._tokens[place + 1].gap, self._plain[place]
            if SENTENCE_END & set(gap):
                return False
            if "," in gap:
                comma = place
            if comma is not None and place < comma and not self._list_goes_on(comma + 1, start, named):
                return False
            if place in self._dislikes and (comma is None or self._list_goes_on(comma + 1, start, named)):
                return True
            if place == start - 1 and (word in direct or (word == "no" and direct is not DIRECT and self._is_english())):
                return comma is None and not (place and self._plain[place - 1] in NOT_DENIED)
            if place == start - 1 and word in EXCEPT:
                return not BESIDES & set(self._plain)
            if word in THAN and self._preferring and place == start - 1:
                return True
            if place in self._likes or word in CONTRAST:
                return False
        return False

    def _is_english(self) -> bool:
        """Whether "no" means no: in Polish it is "well"."""
        return detect(" ".join(token.lower for token in self._tokens)).language == "en"

    def _list_goes_on(self, after_comma: int, start: int, named: Set[int]) -> bool:
        return all(place in named or self._plain[place] in LINKS for place in range(after_comma, start))

    def _rejected_after(self, end: int, named: Set[int], reach: int) -> bool:
        starts = {start: last for last, start in self._dislikes_after.items()}
        for place in range(end, min(len(self._tokens), end + min(reach, REACH_ON))):
            gap, word = self._tokens[place].gap, self._plain[place]
            if SENTENCE_END & set(gap) or word in CONTRAST or place in self._likes and place not in starts:
                return False
            if place in starts:
                return True
            if place == end and (word in ("nie", "nope") or (word == "no" and self._is_english())) and "," not in gap:
                return place + 1 == len(self._tokens) or bool(self._tokens[place + 1].gap.strip()) or self._plain[place + 1] == "bo"
            if "," in gap:
                return False
        return False


def _places(pattern: re.Pattern[str], line: str, starts: List[int]) -> Dict[int, int]:
    """Last word → first word of each hit in the message."""
    return {
        bisect_right(starts, hit.end() - 1) - 1: bisect_right(starts, hit.start()) - 1 for hit in pattern.finditer(line)
    }
