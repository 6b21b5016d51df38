"""The eligibility talk takes answers in any order and wording, corrections too, and forgets them at its end."""

import pytest

from actions.eligibility import answers_in
from api.catalogue.view import Catalogue
from tests.actions.topic_turns import cards, payloads, play, said, turn

FORM = "eligibility_form"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mam 34 lata", {"age": "34"}),
        ("I am 34 years old", {"age": "34"}),
        ("nie, jednak 45 lat", {"age": "45"}),
        ("nie mam jeszcze 18 lat", {"age": "17"}),
        ("mam 40 lat i nie pracuję", {"age": "40", "work": "none"}),
        ("pracuję na etacie, mieszkam w Krakowie", {"work": "employed", "region": "yes"}),
        ("jednak nie pracuję", {"work": "none"}),
        ("mam własną firmę", {"work": "business"}),
        ("I don't work", {"work": "none"}),
        ("I run a business", {"work": "business"}),
        ("mieszkam w Krakowie", {"region": "yes"}),
        ("powiat wielicki", {"region": "yes"}),
        ("I live in Nowy Sącz", {"region": "yes"}),
        ("jestem spoza Małopolski", {"region": "no"}),
        ("mam orzeczenie o niepełnosprawności", {"disability": "yes"}),
        ("nie mam orzeczenia", {"disability": "no"}),
        ("lubię gotować", {}),
        ("a ile to kosztuje?", {}),
    ],
)
def test_what_a_message_tells_in_passing(catalogue: Catalogue, text: str, told: dict) -> None:
    assert answers_in(turn(catalogue, text), None) == told


@pytest.mark.parametrize(
    ("text", "intent", "asked", "told"),
    [
        ("34", "out_of_scope", "age", {"age": "34"}),
        ("tak", "affirm", "work", {"work": "employed"}),
        ("nie", "deny", "work", {"work": "none"}),
        ("nie", "deny", "disability", {"disability": "no"}),
        ("yes", "affirm", "region", {"region": "yes"}),
        ("wolę nie mówić", "deny", "disability", {"disability": "skipped"}),
        ("skip", "cancel", "age", {"age": "skipped"}),
        ("pomiń", "cancel", "work", {"work": "skipped"}),
        ("stop", "cancel", "work", {}),
        ("500", "out_of_scope", "age", {}),
    ],
)
def test_a_short_answer_is_about_what_was_asked(
    catalogue: Catalogue, text: str, intent: str, asked: str, told: dict
) -> None:
    assert answers_in(turn(catalogue, text, intent=intent), asked) == told


@pytest.mark.parametrize(
    ("intent", "entities", "asked", "told"),
    [
        ("inform_qualification", {"age": "17"}, "age", {"age": "17"}),
        ("affirm", {"answer": "business"}, "work", {"work": "business"}),
        ("deny", {"answer": "skipped"}, "region", {"region": "skipped"}),
        ("affirm", {}, "disability", {"disability": "yes"}),
    ],
)
def test_the_buttons_answer(catalogue: Catalogue, intent: str, entities: dict, asked: str, told: dict) -> None:
    assert answers_in(turn(catalogue, intent=intent, entities=entities), asked) == told


def test_a_correction_replaces_an_earlier_answer(catalogue: Catalogue) -> None:
    known = {"adult": {"age": "34", "work": "employed"}}
    slots = play(turn(catalogue, "jednak nie pracuję", slots=known, form=FORM), "validate_eligibility_form")
    assert slots == {"adult": {"age": "34", "work": "none"}, "eligibility": None}


def test_a_new_talk_knows_nothing_of_the_last_one(catalogue: Catalogue) -> None:
    slots = play(turn(catalogue, "mam 40 lat", slots={"adult": {"work": "none"}}), "validate_eligibility_form")
    assert slots["adult"] == {"age": "40"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [("kim jesteś?", "bot_challenge"), ("stop", "cancel"), ("chcę pogadać z człowiekiem, mam 17 lat", "ask_human")],
)
def test_an_interruption_sets_nothing_and_leaves_the_form(catalogue: Catalogue, text: str, intent: str) -> None:
    assert play(turn(catalogue, text, intent=intent, form=FORM), "validate_eligibility_form") == {}


def test_what_is_no_answer_is_asked_again(catalogue: Catalogue) -> None:
    slots = play(turn(catalogue, "spawacz", intent="inform_qualification", form=FORM), "validate_eligibility_form")
    assert slots == {"adult": {}, "eligibility": None}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"age": "34", "work": "employed", "region": "yes"}, "Prawdopodobnie tak"),
        ({"age": "34", "work": "business"}, "Raczej nie"),
        ({"age": "34", "region": "no"}, "Raczej nie"),
        ({"age": "95"}, "Raczej nie"),
        ({"age": "skipped", "work": "employed", "region": "yes"}, "nie wiem"),
    ],
)
def test_the_verdict_names_the_programme_and_the_office_and_forgets(
    catalogue: Catalogue, answers: dict, words: str
) -> None:
    talk = turn(catalogue, slots={"adult": answers}, form=None)
    slots = play(talk, "action_eligibility")
    assert words in said(talk)
    assert [card["id"] for card in cards(talk)] == ["pociag-do-kariery-s1", "wup-krakow"]
    assert (slots["adult"], slots["eligibility"]) == (None, None)


def test_a_minor_is_told_that_these_programmes_are_for_adults(catalogue: Catalogue) -> None:
    talk = turn(catalogue, slots={"adult": {"age": "17"}})
    play(talk, "action_eligibility")
    assert "od 18 lat" in said(talk)
    assert not cards(talk)
    assert "/ask_courses" in payloads(talk)
