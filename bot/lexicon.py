"""The lexicon: every phrase that names something of the catalogue.

Sources: names and aliases of the catalogue itself, `aliases.yaml` (how pupils say it) and `interests.yaml`, read from
data/catalogue when the bot starts. A new name in a YAML file is recognised after a restart, one that staff save in the
console at once (`bot/names.py`); neither needs a change of code or training.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import yaml

from bot.terms import Limits, Meaning, Term
from bot.tokens import words

CATALOGUE = Path(__file__).parent.parent / "data" / "catalogue"
LANGUAGES = ("pl", "en")
RAILWAY_BRANCH = "TKO"
RAILWAY = (("topic", "railway"),)
TECHNICIAN = "technik"
SCHOOL_OF_TECHNICIANS = "T"
SCHOOL_WORDS_PL = ("technikum", "techniku", "technika", "tech")
SCHOOL_WORDS_EN = ("technikum", "technical school", "tech school")
FIELDS_PL = ("yka", "ika")
GERUNDS_PL = ("anie", "enie", "cie")
PARENTHESIS = re.compile(r"\s*\([^)]*\)")

SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Alias = Any
# What of a record the lexicon reads, in each list that staff can change.
NAMING = {
    "industries": ("id", "name_pl", "name_en", "aliases_pl", "aliases_en"),
    "professions": ("id", "name_pl", "name_en", "aliases_pl", "aliases_en", "branch"),
    "course_types": ("id", "name_pl", "name_en", "aliases_pl", "aliases_en"),
}
FILE_OF = {"industries": "qualifications", "professions": "qualifications", "course_types": "course_types"}


class Lexicon(NamedTuple):
    """All terms; the technician for each plain profession ("mechatronik" → "technik-mechatronik"); the codes; and words
    that only look like a typo of a name."""

    terms: List[Term]
    technicians: Dict[str, str]
    codes: FrozenSet[str]
    ordinary_words: FrozenSet[str]


def load(folder: Path = CATALOGUE, stored: Optional[Dict[str, List[Dict[str, Any]]]] = None) -> Lexicon:
    """Reads the YAML files of a catalogue folder; lists that are `stored` elsewhere stand in place of theirs."""
    files = {name: _read(folder / f"{name}.yaml") for name in _Reader._fields}
    for kind, records in (stored or {}).items():
        files[FILE_OF[kind]][kind] = records
    reader = _Reader(**files)
    return Lexicon(
        terms=list(reader.terms()),
        technicians=reader.technicians(),
        codes=frozenset(record["id"] for record in reader.qualifications["qualifications"]),
        ordinary_words=frozenset(reader.aliases["ordinary_words"]),
    )


def names_of(lists: Dict[str, Any]) -> Dict[str, List[Dict[str, Any]]]:
    """Of whole records only what the lexicon reads; what is not there is nothing."""
    nothing: Dict[str, Any] = {"aliases_pl": [], "aliases_en": []}
    return {
        kind: [{key: record.get(key) or nothing.get(key) for key in keys} for record in lists[kind]]
        for kind, keys in NAMING.items()
    }


@lru_cache(maxsize=1)
def shipped() -> Dict[str, List[Dict[str, Any]]]:
    """The names of the files, in the same shape."""
    files = {name: _read(CATALOGUE / f"{name}.yaml") for name in set(FILE_OF.values())}
    return names_of({kind: files[file][kind] for kind, file in FILE_OF.items()})


def _read(file: Path) -> Dict[str, Any]:
    with file.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=SafeLoader)  # noqa: S506 (a safe loader, the fast one where PyYAML has it)


class _Reader(NamedTuple):
    """The files as read, and one method for each of their parts."""

    qualifications: Dict[str, Any]
    occupations: Dict[str, Any]
    course_types: Dict[str, Any]
    aliases: Dict[str, Any]
    interests: Dict[str, Any]

    def terms(self) -> Iterator[Term]:
        """All terms, with the limits that aliases.yaml sets on ordinary words."""
        limited: Dict[Tuple[str, ...], Limits] = {}
        for record in self.aliases["limits"]:
            key = tuple(word.lower() for word in words(record["words"]))
            limited[key] = limited.get(key, Limits()).joined(Limits.read(record))
        parts = (
            self._professions(), self._occupations(), self._qualifications(), self._industries(), self._railway(),
            self._course_types(), self._school_types(), self._school_profiles(), self._interests(),
        )  # fmt: skip
        for part in parts:
            for term in part:
                if not term.words:
                    continue
                name = tuple(word.split(":")[1].lower() for word in term.words)
                catalogue = term.meanings[0].kind in ("profession", "industry")
                yield term._replace(limits=term.limits.joined(limited[name])) if catalogue and name in limited else term

    def technicians(self) -> Dict[str, str]:
        """Plain profession → technician of the same name ("technik mechatronik"), by its phrase and by its id."""
        records = self.qualifications["professions"]
        plain = {record["name_pl"]: record["id"] for record in records}
        found = {}
        for record in records:
            first, _, rest = record["name_pl"].partition(" ")
            if first == TECHNICIAN and rest and " " not in rest:
                found[rest] = record["id"]
                if rest in plain:
                    found[plain[rest]] = record["id"]
        return found

    def _professions(self) -> Iterator[Term]:
        said = self._said_of_occupations()
        for record in self.qualifications["professions"]:
            extra = RAILWAY if record["branch"] == RAILWAY_BRANCH else ()
            for language, alias in (*_names(record), *_aliases(self.aliases["professions"].get(record["id"], {}))):
                phrase = alias["words"] if isinstance(alias, dict) else alias
                occupation = said.get(phrase.lower())
                more = (("occupation", occupation),) if occupation else ()
                is_field = isinstance(alias, dict) and alias.get("field", False)
                meaning = Meaning("profession", record["id"], extra + more, field=is_field)
                yield _term(alias, language, (meaning,))
                if language == "pl" and phrase.startswith(f"{TECHNICIAN} "):
                    yield _school_of(phrase[len(TECHNICIAN) + 1 :], meaning)

    def _said_of_occupations(self) -> Dict[str, str]:
        return {
            alias.lower(): record["id"]
            for record in reversed(self.occupations["occupations"])
            for alias in (*record["aliases_pl"], *record["aliases_en"])
        }

    def _occupations(self) -> Iterator[Term]:
        """Words for occupations that are no profession of the catalogue ("maszynista"); they give way to others."""
        branches = {record["id"]: record["branch"] for record in self.qualifications["professions"]}
        known = {name.lower() for record in self.qualifications["professions"] for _, name in _names(record)}
        for record in self.occupations["occupations"]:
            rail = bool(record["professions"]) and all(branches[one] == RAILWAY_BRANCH for one in record["professions"])
            extra = (("occupation", record["id"]), *(RAILWAY if rail else ()))
            profession = self.aliases["occupations"].get(record["id"])
            kind, value = ("profession", profession) if profession else ("industry", record["industries"][0])
            meanings = (Meaning(kind, value, extra, weak=True), *(self._trains() if rail else ()))
            for language, name in _names(record):
                if name.lower() not in known:
                    yield _term(name, language, meanings)

    def _qualifications(self) -> Iterator[Term]:
        for record in self.qualifications["qualifications"]:
            for language, name in _names(record):
                yield _term(name, language, (Meaning("qualification", record["id"]),))

    def _industries(self) -> Iterator[Term]:
        heads = self.aliases["industry_heads"]
        for record in self.qualifications["industries"]:
            meaning = (Meaning("industry", record["id"]),)
            more = self.aliases["industries"][record["id"]]
            for language, alias in (*_names(record), *_aliases(more)):
                yield _term(alias, language, meaning)
            for adjective in more["adjectives_pl"]:
                yield _term({"words": adjective, "company": heads["anywhere"]}, "pl", meaning)
                yield from (_term(f"{head} {adjective}", "pl", meaning) for head in heads["pl"])
                yield from (_term(f"{adjective} {head}", "pl", meaning) for head in heads["pl"])
            for adjective in more["adjectives_en"]:
                yield _term({"words": adjective, "company": heads["anywhere"]}, "en", meaning)
                yield from (_term(f"{adjective} {head}", "en", meaning) for head in heads["en"])
        for record in self.qualifications["branches"]:
            extra = RAILWAY if record["id"] == RAILWAY_BRANCH else ()
            meaning = (Meaning("industry", record["industries"][0], extra),)
            yield _term(f"branża {record['name_pl']}", "pl", meaning)
            yield _term(f"{record['name_en']} industry", "en", meaning)

    def _railway(self) -> Iterator[Term]:
        for language, alias in _aliases(self.aliases["railway"]):
            yield _term(alias, language, (self._railway_industry(), *self._trains()))

    def _railway_industry(self) -> Meaning:
        branches = {record["id"]: record for record in self.qualifications["branches"]}
        return Meaning("industry", branches[RAILWAY_BRANCH]["industries"][0], RAILWAY)

    def _trains(self) -> Tuple[Meaning, ...]:
        return tuple(_interest(record) for record in self.interests["interests"] if record.get("topic") == "railway")

    def _course_types(self) -> Iterator[Term]:
        for record in self.course_types["course_types"]:
            for language, alias in (*_names(record), *_aliases(self.aliases["course_types"].get(record["id"], {}))):
                yield _term(alias, language, (Meaning("course_type", record["id"]),))

    def _school_types(self) -> Iterator[Term]:
        for record in self.qualifications["school_types"]:
            meaning = (Meaning("school_type", record["id"]),)
            for language, name in _names(record):
                yield _term({"words": name, "exact": True}, language, meaning)
            for language, alias in _aliases(self.aliases["school_types"][record["id"]]):
                yield _term(alias, language, meaning)

    def _school_profiles(self) -> Iterator[Term]:
        """ "technikum samochodowe", "car technikum": a kind of school and the profession or industry behind it."""
        profiles = [(Meaning("profession", one), record) for one, record in self.aliases["school_profiles"].items()]
        profiles.append((self._railway_industry(), {"pl": ["kolejowy"], "en": ["railway", "rail", "train"]}))
        for meaning, record in profiles:
            for adjective in record["pl"]:
                for school in SCHOOL_WORDS_PL:
                    yield _school((), [f"=:{school}"], _keys(adjective, "pl"), meaning)
                    yield _school(_keys(adjective, "pl"), [f"=:{school}"], (), meaning)
            for subject in record["en"]:
                for school in SCHOOL_WORDS_EN:
                    yield _school(_keys(subject, "en"), _keys(school, "en"), (), meaning)
                    for joint in ("of", "for"):
                        yield _school((), _keys(school, "en"), (f"=:{joint}", *_keys(subject, "en")), meaning)

    def _interests(self) -> Iterator[Term]:
        for record in self.interests["interests"]:
            meaning = (_interest(record),)
            for language in LANGUAGES:
                for alias in record[f"aliases_{language}"]:
                    is_field = isinstance(alias, str) and alias.endswith(FIELDS_PL) and " " not in alias
                    yield _term({"words": alias, "singular": True} if is_field else alias, language, meaning)


def _interest(record: Dict[str, Any]) -> Meaning:
    return Meaning("interest", record["id"], (("topic", record["topic"]),) if "topic" in record else ())


def _names(record: Dict[str, Any]) -> Iterator[Tuple[str, Alias]]:
    """The names and aliases of a record of the catalogue, and the shorter forms of its names."""
    for language in LANGUAGES:
        for name in _shorter(record[f"name_{language}"]):
            yield language, name
        for alias in record.get(f"aliases_{language}", ()):
            yield language, alias


def _shorter(name: Optional[str]) -> List[str]:
    """A name, the same without parentheses, its alternatives ("waiter / waitress") and what stands before a dash."""
    if not name:
        return []
    bare = PARENTHESIS.sub("", name)
    parts = [part.split(" – ")[0] for part in bare.split(" / ")]
    return list(dict.fromkeys([name, bare, *parts]))


def _aliases(record: Dict[str, Sequence[Alias]]) -> Iterator[Tuple[str, Alias]]:
    for language in LANGUAGES:
        for alias in record.get(language, ()):
            yield language, alias


def _term(alias: Alias, language: str, meanings: Tuple[Meaning, ...]) -> Term:
    """A term from a phrase or from a mapping of aliases.yaml."""
    if not isinstance(alias, dict):
        return Term(tuple(_keys(alias, language)), meanings)
    manner = "=" if alias.get("exact") else f"{language}.sg" if alias.get("singular") else language
    return Term(tuple(_keys(alias["words"], manner)), meanings, Limits.read(alias))


def _keys(phrase: str, manner: str) -> List[str]:
    """The words of a phrase, each with the manner in which it is inflected; capitals are not, "to bake" is a verb."""
    parts = words(phrase)
    if len(parts) == 1 and manner == "pl" and phrase.endswith(GERUNDS_PL):
        manner = "pl.ger"
    if manner == "en" and len(parts) > 1 and parts[0] == "to":
        return [f"en.verb:{parts[1].lower()}", *_keys(" ".join(parts[2:]), manner)]
    return [f"{'=' if word.isupper() or word.isdigit() else manner}:{word.lower()}" for word in parts]


def _school_of(rest: str, meaning: Meaning) -> Term:
    """ "technikum hotelarstwa" from "technik hotelarstwa"."""
    return _school((), ["=:technikum"], _keys(rest, "pl"), meaning)


def _school(before: Sequence[str], school: Sequence[str], after: Sequence[str], meaning: Meaning) -> Term:
    part = (len(before), len(before) + len(school))
    return Term((*before, *school, *after), (meaning, Meaning("school_type", SCHOOL_OF_TECHNICIANS, part=part)))
