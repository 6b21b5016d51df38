"""The talk itself: the language that is asked for, starting over, complaints, the menu."""

import pytest
import yaml

from actions.manners import wanted_language
from api.catalogue.view import Catalogue
from api.settings import ROOT
from tests.actions.topic_turns import cards, payloads, play, said, turn

INTENTS = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("po polsku proszę", "pl"),
        ("can we switch to Polish", "pl"),
        ("po angielsku", "en"),
        ("ENGLISH PLEASE", "en"),
        ("zmień język", None),
        ("not English, Polish", None),
        ("/change_language", None),
    ],
)
def test_the_language_that_is_named(message: str, language: str | None) -> None:
    assert wanted_language(message) == language


@pytest.mark.parametrize("text", ["od nowa", "zacznij od początku", "start over please", "reset"])
def test_starting_over_forgets_all_but_the_language_and_says_so(catalogue: Catalogue, text: str) -> None:
    slots = {"language": "pl", "interest": ["cooking"], "grade": "2", "shown": [["course", "cnc"]], "misses": 0}
    talk = turn(catalogue, text, intent="cancel", slots=slots)
    after = {**slots, **play(talk, "action_cancel")}
    assert {name: value for name, value in after.items() if value is not None} == {"language": "pl"}
    assert "Nie pamiętam już" in said(talk)


def test_stopping_forgets_nothing(catalogue: Catalogue) -> None:
    slots = {"interest": ["cooking"]}
    after = play(turn(catalogue, "stop", intent="cancel", slots=slots), "action_cancel")
    assert "interest" not in after


def test_the_second_complaint_in_a_row_leads_to_a_person(catalogue: Catalogue) -> None:
    first = turn(catalogue, "jesteś do niczego", intent="complain", before="action_greet")
    assert "offer" not in play(first, "action_complain")
    second = turn(catalogue, "nic nie umiesz", intent="complain", before="action_complain")
    assert play(second, "action_complain")["offer"] == "action_human"
    assert payloads(second)[0] == "/ask_human"


def test_the_menu_reaches_every_topic_by_buttons(catalogue: Catalogue) -> None:
    first, second = turn(catalogue, intent="ask_help"), turn(catalogue, intent="ask_help", entities={"more": "yes"})
    play(first, "action_help")
    play(second, "action_help")
    offered = {payload.partition("{")[0] for talk in (first, second) for payload in payloads(talk)}
    topics = {f"/{name}" for name in INTENTS if name.startswith("ask_")}
    assert topics <= offered


@pytest.mark.parametrize(
    ("typed", "language", "words"),
    [
        ("Привіт, шукаю курси зварювання", "uk", ("Я розумію лише польську", "Rozumiem tylko polski")),
        ("Здравствуйте, где у вас курсы", "ru", ("I understand only Polish", "Rozumiem tylko polski")),
        ("Guten Tag, ich suche einen Kurs", "de", ("I understand only Polish", "Rozumiem tylko polski")),
    ],
)
@pytest.mark.parametrize("talked", ["pl", "en"])
def test_a_third_language_gets_an_honest_answer_with_helplines_to_tap(
    catalogue: Catalogue, typed: str, language: str, words: tuple[str, str], talked: str
) -> None:
    talk = turn(catalogue, typed, slots={"language": talked})
    talk.tracker.latest_message.update(language=language, language_sure=True)
    play(talk, "action_fallback")
    assert words[0] in said(talk)
    if language != "uk":
        assert words[1] in said(talk)
    assert [(card["kind"], card["url"]) for card in cards(talk)] == [
        ("helpline", "tel:112"),
        ("helpline", "tel:116111"),
        ("helpline", "tel:800121212"),
    ]
    assert {"/ask_help", "/ask_human"} <= set(payloads(talk))
