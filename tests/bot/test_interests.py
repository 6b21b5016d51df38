"""What a pupil likes or rejects: the entity `interest` with its role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bot.entities import EntityFinder
from bot.lexicon import CATALOGUE
from bot.text import strip_diacritics


def roles(finder: EntityFinder, text: str) -> dict[str, str]:
    """Interest → role."""
    return {entity["value"]: entity["role"] for entity in finder.find(text) if entity["entity"] == "interest"}


def aliases() -> Iterator[tuple[str, str, str]]:
    """(interest, what likes it, alias) for every alias that needs no particular neighbour."""
    records = yaml.safe_load((CATALOGUE / "interests.yaml").read_text(encoding="utf-8"))["interests"]
    for record in records:
        for language, frame in (("pl", "lubię to: "), ("en", "i like ")):
            for alias in record[f"aliases_{language}"]:
                limits: dict[str, Any] = alias if isinstance(alias, dict) else {"words": alias}
                if "after" not in limits:
                    yield record["id"], frame, limits["words"]


@pytest.mark.parametrize(("interest", "frame", "alias"), aliases())
def test_every_alias_is_its_interest(finder: EntityFinder, interest: str, frame: str, alias: str) -> None:
    for text in (f"{frame}{alias}", strip_diacritics(f"{frame}{alias}")):
        assert roles(finder, text).get(interest) == "like", text


@pytest.mark.parametrize(
    ("text", "interest"),
    [
        ("gotuję od dziecka", "cooking"),
        ("gotowałam pierogi", "cooking"),
        ("zawsze piekę na święta", "baking"),
        ("kręcą mnie roboty", "robots"),
        ("grzebię przy autach", "cars"),
        ("jara mnie tuning", "cars"),
        ("robie zdjecia ptakom", "photography"),
        ("I bake every weekend", "baking"),
        ("love to cook", "cooking"),
        ("coding", "programming"),
    ],
)
def test_an_interest_in_other_words_and_forms(finder: EntityFinder, text: str, interest: str) -> None:
    assert roles(finder, text).get(interest) == "like"


@pytest.mark.parametrize(
    ("text", "interest"),
    [
        ("nie lubię gotować", "cooking"),
        ("nie lubie gotowac", "cooking"),
        ("hate cooking", "cooking"),
        ("gotowanie odpada", "cooking"),
        ("gotowanie to nie dla mnie", "cooking"),
        ("byle nie kuchnia", "cooking"),
        ("wszystko tylko nie spawanie", "welding"),
        ("nie znoszę siedzieć za biurkiem", "office"),
        ("nie za bardzo mnie kręci elektronika", "electronics"),
        ("boję się prądu", "electricity"),
        ("wolę auta niż rowery", "bikes"),
        ("i don't really like welding", "welding"),
        ("not into computers", "computers"),
        ("desk jobs = nightmare", "office"),
        ("anything but cooking", "cooking"),
        ("I prefer cars over trains", "trains"),
        ("no cooking please", "cooking"),
        ("programming is boring", "programming"),
    ],
)
def test_what_is_rejected_is_disliked(finder: EntityFinder, text: str, interest: str) -> None:
    assert roles(finder, text)[interest] == "dislike"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lubię grzebać przy autach i nie lubię siedzieć w biurze", {"cars": "like", "office": "dislike"}),
        ("I like fixing cars and I hate office work", {"cars": "like", "office": "dislike"}),
        ("nie lubię gotować, ale lubię auta", {"cooking": "dislike", "cars": "like"}),
        ("lubię auta a nie znoszę matmy", {"cars": "like", "maths": "dislike"}),
        ("nie gotowanie tylko fotografia", {"cooking": "dislike", "photography": "like"}),
        ("nie lubię gotować, piec ani spawać", {"cooking": "dislike", "baking": "dislike", "welding": "dislike"}),
        ("I hate cooking but I love cars", {"cooking": "dislike", "cars": "like"}),
        ("nie lubię ludzi. Lubię zwierzęta", {"people": "dislike", "animals": "like"}),
        ("garage work yes, office no, i like it", {"cars": "like", "office": "dislike"}),
    ],
)
def test_each_clause_has_its_own_role(finder: EntityFinder, text: str, expected: dict[str, str]) -> None:
    assert roles(finder, text) == expected


@pytest.mark.parametrize(
    "text",
    ["nie tylko gotowanie", "czemu nie gotowanie", "nie wiem, może gotowanie", "no gotowanie", "nic oprócz gotowania"],
)
def test_a_no_that_rejects_nothing(finder: EntityFinder, text: str) -> None:
    assert roles(finder, text)["cooking"] == "like"


def test_a_rejected_profession_industry_or_course_says_so_and_an_accepted_one_has_no_role(finder: EntityFinder) -> None:
    said = {entity["value"]: entity.get("role") for entity in finder.find("nie kucharz tylko cukiernik")}
    assert said == {"kucharz": "dislike", "cukiernik": None}
    industry = [entity.get("role") for entity in finder.find("byle nie gastronomia") if entity["entity"] == "industry"]
    assert industry == ["dislike"]


def test_a_field_that_is_liked_is_not_the_own_profession(finder: EntityFinder) -> None:
    assert [entity["entity"] for entity in finder.find("kręci mnie automatyka")] == ["interest"]
    assert "profession" in [entity["entity"] for entity in finder.find("automatyka, 2 klasa")]


@pytest.mark.parametrize(
    "text",
    [
        "szukam roboty",
        "jesteś robotem?",
        "mam piec minut",
        "o piątej rano w tramwaju",
        "what is the code for Kraków",
        "kod pocztowy",
    ],
)
def test_an_ordinary_word_is_no_interest(finder: EntityFinder, text: str) -> None:
    assert roles(finder, text) == {}


def test_railways_carry_their_topic(finder: EntityFinder) -> None:
    assert {entity.get("topic") for entity in finder.find("lubię pociągi")} == {"railway"}
