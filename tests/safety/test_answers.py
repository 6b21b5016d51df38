"""The fixed answers: contacts first, both languages, never shorter than safe, and true to the facts."""

import re

import pytest
import yaml

from api.catalogue.loader import load
from api.catalogue.service import snapshot
from api.conversations.watch import DANGERS
from api.database import Database
from api.safety import answers
from api.safety.language import language_of
from api.settings import ROOT
from api.texts import LANGUAGES, Language, text

HELPLINES = {
    line["id"]: line
    for line in yaml.safe_load((ROOT / "data/catalogue/helplines.yaml").read_text("utf-8"))["helplines"]
}
NUMBER = re.compile(r"\d[\d ]*\d")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("danger", DANGERS)
def test_without_a_catalogue_the_numbers_stand_in_the_text(danger: str, language: Language) -> None:
    first, *_ = answers.messages(danger, language, None)
    assert set(NUMBER.findall(text(f"safety.{answers.KEYS[danger]}_numbers", language))) == {
        HELPLINES[id_]["phone"] for id_ in answers.LINES[danger]
    }
    assert all(HELPLINES[id_]["phone"] in first["text"] for id_ in answers.LINES[danger])


@pytest.mark.parametrize("danger", DANGERS)
def test_every_number_in_a_text_is_a_cleared_helpline(danger: str) -> None:
    cleared = {line["phone"] for line in HELPLINES.values() if line["display"] == "ok"}
    for language in LANGUAGES:
        for again in (False, True):
            for another in (False, True):
                for message in answers.messages(danger, language, None, again=again, about_another=another):
                    assert set(NUMBER.findall(message["text"])) <= cleared


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("danger", DANGERS)
def test_every_answer_shows_the_way_to_a_person_and_asks_nothing(danger: str, language: Language) -> None:
    for again in (False, True):
        said = answers.messages(danger, language, None, again=again)
        assert "/ask_human" in [button["payload"] for message in said for button in message["buttons"]]
        assert not any("?" in message["text"] for message in said)
        assert all(message["safety"] and len(message["text"]) <= 640 for message in said)


def test_a_repeated_answer_is_shorter_and_a_graver_one_is_whole() -> None:
    whole = answers.messages("crisis", "pl", None)
    short = answers.messages("crisis", "pl", None, again=True)
    assert len(short) == 1 < len(whole)
    assert answers.is_graver("crisis", "distress")
    assert not answers.is_graver("distress", "crisis")
    assert answers.is_graver("distress", None)


def test_about_another_the_one_who_helps_is_addressed() -> None:
    mine, theirs = (
        answers.messages("crisis", "pl", None, about_another=another)[0]["text"] for another in (False, True)
    )
    assert mine != theirs
    assert "112" in theirs


@pytest.mark.parametrize(
    ("said", "talk", "expected"),
    [
        ("nie chce zyc", "en", "pl"),
        ("i want to die", "pl", "en"),
        ("kms", "en", "en"),
        ("kms", "pl", "pl"),
        ("kms", None, "pl"),
    ],
)
def test_the_answer_is_in_the_language_of_the_message(said: str, talk: Language | None, expected: Language) -> None:
    assert language_of(said, talk) == expected


async def test_the_cards_dial_the_cleared_helplines_in_order(database: Database) -> None:
    await load(database, ROOT / "data" / "catalogue")
    async with database.transaction(read_only=True) as session:
        catalogue = await snapshot(session)
    first, *_ = answers.messages("crisis", "pl", catalogue)
    assert [card["url"] for card in first["cards"]] == ["tel:112", "tel:116111", "tel:800121212"]
