"""What a message names, from the contract: every name of the catalogue in any spelling becomes its id."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.training_data.message import Message

from bot.entities import CatalogueEntityExtractor, EntityFinder
from bot.lexicon import CATALOGUE, load
from bot.text import strip_diacritics

Record = dict[str, Any]


def read(name: str) -> Record:
    """One file of the catalogue."""
    return yaml.safe_load((CATALOGUE / f"{name}.yaml").read_text(encoding="utf-8"))


QUALIFICATIONS, COURSES, INTERESTS, ALIASES = map(read, ("qualifications", "course_types", "interests", "aliases"))
KINDS = {
    "profession": QUALIFICATIONS["professions"],
    "qualification": QUALIFICATIONS["qualifications"],
    "industry": QUALIFICATIONS["industries"],
    "school_type": QUALIFICATIONS["school_types"],
    "course_type": COURSES["course_types"],
}


def catalogue_names() -> Iterator[tuple[str, str, str]]:
    """(kind, id, name) for every name and alias of the catalogue."""
    for kind, records in KINDS.items():
        for record in records:
            names = [record["name_pl"], record["name_en"], *record.get("aliases_pl", ()), *record.get("aliases_en", ())]
            yield from ((kind, record["id"], name) for name in names if name)


def values(finder: EntityFinder, text: str, kind: str) -> list[str]:
    """The ids of one kind that a text names."""
    return [entity["value"] for entity in finder.find(text) if entity["entity"] == kind]


def named(finder: EntityFinder, text: str) -> set[tuple[str, str]]:
    """(kind, id) of all that a text names, what it likes apart."""
    return {(entity["entity"], entity["value"]) for entity in finder.find(text) if entity["entity"] != "interest"}


@pytest.mark.parametrize(("kind", "identifier", "name"), catalogue_names())
def test_every_name_of_the_catalogue_is_its_id(finder: EntityFinder, kind: str, identifier: str, name: str) -> None:
    for spelling in (name, strip_diacritics(name), name.upper(), name.replace(" ", "  "), f"a {name}, co z tym?"):
        assert values(finder, spelling, kind) == [identifier], spelling


DECLINED = "akgzflnrt"


def instrumental(word: str) -> str:
    """ "kucharz" → "kucharzem", "kelnerka" → "kelnerką", "elektryk" → "elektrykiem"."""
    if word.endswith("a"):
        return f"{word[:-1]}ą"
    return f"{word}iem" if word.endswith(("k", "g")) else f"{word}em"


def persons() -> Iterator[tuple[str, str]]:
    """(id, name) of the professions that are one or two nouns for a person."""
    for record in QUALIFICATIONS["professions"]:
        for name in (record["name_pl"], *record["aliases_pl"]):
            words = name.split()
            if (len(words) == 1 and words[0][-1] in DECLINED) or (
                len(words) == 2 and words[0] == "technik" and words[1].endswith(("yk", "ik"))
            ):
                yield record["id"], name


@pytest.mark.parametrize(("identifier", "name"), persons())
def test_every_person_is_known_in_another_case(finder: EntityFinder, identifier: str, name: str) -> None:
    text = f"chcę zostać {' '.join(map(instrumental, name.split()))}"
    assert values(finder, text, "profession") == [identifier]
    assert values(finder, strip_diacritics(text), "profession") == [identifier]


@pytest.mark.parametrize("code", [record["id"] for record in QUALIFICATIONS["qualifications"]])
def test_every_code_is_known_in_any_spelling(finder: EntityFinder, code: str) -> None:
    branch, number = code.split(".")
    short = str(int(number))
    spellings = [
        f"{branch}{number}",
        f"{branch} {number}",
        f"{branch}-{number}",
        f"{branch}.{short}",
        f"{branch} {short}",
    ]
    for spelling in (code, *spellings, *(spelling.lower() for spelling in spellings)):
        assert named(finder, f"mam {spelling} od roku") == {("qualification", code)}, spelling


@pytest.mark.parametrize(
    "text", ["MEC.99", "EE.08", "ABC.01", "INF.40", "mam 5 mecy", "elm", "model MEC500", "ele 2 lata temu"]
)
def test_other_codes_are_none(finder: EntityFinder, text: str) -> None:
    assert values(finder, text, "qualification") == []


def test_codes_may_share_their_letters_and_be_spoken(finder: EntityFinder) -> None:
    assert values(finder, "ELM.03/06 zdane", "qualification") == ["ELM.03", "ELM.06"]
    assert values(finder, "mot zero pięć i inf zero three", "qualification") == ["MOT.05", "INF.03"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("piekaz", "piekarz"),
        ("mechatornik", "mechatronik"),
        ("chce byc elektrykeim", "elektryk"),
        ("technik infromatyk", "technik-informatyk"),
        ("fotogarf", "fotograf"),
        ("welding technicain", "technik-spawalnictwa"),
        ("lakierinczka", "lakiernik"),
    ],
)
def test_a_typo_is_forgiven(finder: EntityFinder, text: str, expected: str) -> None:
    assert values(finder, text, "profession") == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "jesteś robotem?",
        "are you a robot",
        "nie ma roboty",
        "kupiłem bułki w piekarni",
        "mam elektryczny rower",
        "gitara elektryczna",
        "the printer is broken",
        "after the drills we had water",
        "kto z kolei?",
        "opowiedz po kolei",
        "teraz moja kolej",
        "trenuję mma",
        "zrób to migiem",
        "automatic reply",
        "wsiadłam do windy",
    ],
)
def test_an_ordinary_word_names_nothing_of_the_catalogue(finder: EntityFinder, text: str) -> None:
    assert named(finder, text) == set()


def test_the_longest_name_wins(finder: EntityFinder) -> None:
    assert named(finder, "mechanik motocyklowy") == {("profession", "mechanik-motocyklowy")}
    assert named(finder, "pracownik pomocniczy obsługi hotelowej") == {("profession", "pom-hotel")}
    assert named(finder, "film z drona") == {("course_type", "foto-dron")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mechatronik", "mechatronik"),
        ("mechatronik w technikum", "technik-mechatronik"),
        ("technikum, mechatronik", "technik-mechatronik"),
        ("w branżówce na mechatronika", "mechatronik"),
        ("technikum albo branżówka, elektronik", "elektronik"),
        ("nie elektryk tylko technik elektronik", "elektryk"),
    ],
)
def test_a_plain_profession_is_the_technician_only_in_a_technikum(
    finder: EntityFinder, text: str, expected: str
) -> None:
    assert expected in values(finder, text, "profession")


@pytest.mark.parametrize(
    ("text", "profession"),
    [
        ("technikum mechatroniczne", "technik-mechatronik"),
        ("chodzę do technikum samochodowego", "technik-pojazdow"),
        ("w technikum gastronomicznym", "technik-zywienia"),
        ("hotel technikum", "technik-hotelarstwa"),
        ("technikum fotografii i multimediów", "technik-fotografii"),
    ],
)
def test_a_kind_of_technikum_is_a_profession_and_a_school(finder: EntityFinder, text: str, profession: str) -> None:
    assert named(finder, text) == {("profession", profession), ("school_type", "T")}


@pytest.mark.parametrize("text", ["kolej", "railway", "pociągi", "trains", "pracować na kolei", "technikum kolejowe"])
def test_railway_words_are_the_industry_of_their_trades_with_a_topic(finder: EntityFinder, text: str) -> None:
    industries = [entity for entity in finder.find(text) if entity["entity"] == "industry"]
    assert [(entity["value"], entity["topic"]) for entity in industries] == [("electrical_electronic", "railway")]


def test_a_railway_trade_says_its_industry_itself(finder: EntityFinder) -> None:
    (trade,) = finder.find("torowiec")
    assert (trade["value"], trade["topic"]) == ("monter-nawierzchni", "railway")


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        ("branża mechaniczna", "mechanical"),
        ("w jakiej branży lepiej, mechanicznej czy innej", "mechanical"),
        ("motoryzacja", "mechanical"),
        ("gastronomia", "gastronomic_tourist"),
        ("kursy turystyczne", "gastronomic_tourist"),
        ("elektryka", "electrical_electronic"),
        ("the photo industry", "photography"),
    ],
)
def test_colloquial_names_of_industries(finder: EntityFinder, text: str, industry: str) -> None:
    assert values(finder, text, "industry") == [industry]


def test_a_field_and_its_person_share_a_form(finder: EntityFinder) -> None:
    assert named(finder, "uczę się na elektryka") == {("profession", "elektryk")}
    assert named(finder, "elektryka") == {("industry", "electrical_electronic")}


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("tig", "spaw-tig"),
        ("spawanie magiem", "spaw-mag"),
        ("kurs cnc", "cnc"),
        ("prawko", "prawo-jazdy-b"),
        ("kurs na wózki", "wozki-udt"),
        ("drony", "dron-a1a3"),
        ("fotowoltaika", "oze-pv"),
        ("photoshopa", "foto-obrobka"),
        ("chcę sepa", "sep-g1"),
        ("forklift", "wozki-udt"),
    ],
)
def test_the_words_that_people_use_for_courses(finder: EntityFinder, text: str, course: str) -> None:
    assert values(finder, text, "course_type") == [course]


def test_plain_welding_is_an_interest_and_no_course(finder: EntityFinder) -> None:
    for text in ("spawanie", "welding"):
        assert named(finder, text) == set()
        assert values(finder, text, "interest") == ["welding"]


def test_each_entity_has_its_place_and_its_extractor() -> None:
    message = Message.build("jestem w drugiej technikum")
    component = CatalogueEntityExtractor.create({}, None, None, None)  # type: ignore[arg-type]
    entities = component.process([message])[0].as_dict(only_output_properties=True)["entities"]
    said = {entity["value"]: message.get("text")[entity["start"] : entity["end"]] for entity in entities}
    assert said == {"2": "drugiej", "T": "technikum"}
    assert {entity["extractor"] for entity in entities} == {"CatalogueEntityExtractor"}
    assert all(0 < entity["confidence_entity"] <= 1 for entity in entities)


def test_a_new_name_needs_no_code(tmp_path: Path) -> None:
    for file in CATALOGUE.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    courses = read("course_types")
    courses["course_types"].append({"id": "ul", "name_pl": "Budowanie uli", "name_en": "Beehive building"})
    aliases = read("aliases")
    aliases["course_types"]["ul"] = {"pl": ["pszczeli kurs"]}
    (tmp_path / "course_types.yaml").write_text(yaml.safe_dump(courses), encoding="utf-8")
    (tmp_path / "aliases.yaml").write_text(yaml.safe_dump(aliases), encoding="utf-8")
    finder = EntityFinder(tmp_path)
    assert values(finder, "jest budowanie uli?", "course_type") == ["ul"]
    assert values(finder, "na pszczelim kursie", "course_type") == ["ul"]


def test_our_own_lists_point_to_the_catalogue() -> None:
    ids = {kind: {record["id"] for record in records} for kind, records in KINDS.items()}
    industries = {record["id"] for record in QUALIFICATIONS["industries"]}
    assert set(ALIASES["professions"]) <= ids["profession"]
    assert set(ALIASES["course_types"]) == ids["course_type"]
    assert set(ALIASES["school_types"]) == ids["school_type"]
    for interest in INTERESTS["interests"]:
        assert set(interest["course_types"]) <= ids["course_type"], interest["id"]
        assert set(interest["industries"]) <= industries, interest["id"]
        assert 1 <= len(interest["riasec"]) <= 3, interest["id"]
        assert set(interest["riasec"]) <= set("RIASEC"), interest["id"]
        assert all(interest[f"{key}_{language}"] for key in ("name", "because", "aliases") for language in ("pl", "en"))


def test_a_message_takes_less_than_three_milliseconds(finder: EntityFinder) -> None:
    texts = [name for _, _, name in catalogue_names()] + ["nie wiem co robić po szkole, lubię gotować i rysowć " * 4]
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        for text in texts:
            finder.find(text)
        runs.append(time.perf_counter() - start)
    assert min(runs) < 0.003 * len(texts)


def test_the_longest_message_and_the_strangest_do_no_harm(finder: EntityFinder) -> None:
    assert len(load().terms) > 5000
    for text in ("", " ", "👍", "\n", "a" * 5000, "kucharz " * 1000, "\u0000\ufeff\u202e", "𝓚𝓾𝓬𝓱𝓪𝓻𝔃"):
        finder.find(text)
    (cook,) = finder.find("x " * 5000 + "kucharz")
    assert (cook["value"], cook["start"], cook["end"]) == ("kucharz", 10_000, 10_007)
