"""The main job in single turns: what is shown, in which order, and what is not taken for told."""

from typing import Any

import pytest

from api.catalogue.view import Catalogue
from tests.actions.topic_turns import cards, payloads, play, said, turn


def ids(talk: Any) -> list[str]:
    """The ids of the cards of the turn."""
    return [card["id"] for card in cards(talk)]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_courses_for_a_job_are_asked_for_and_the_job_is_not_noted_as_learned(
    catalogue: Catalogue, language: str
) -> None:
    slots = {"profession": ["elektryk"], "language": language}
    talk = turn(catalogue, intent="ask_courses", entities={"profession": "kelner"}, slots=slots)
    changed = play(talk, "action_guidance")
    assert "profession" not in changed
    assert all("kelner" in card["why"] or "waiter" in card["why"] for card in cards(talk))


def test_other_courses_are_others_until_there_are_none(catalogue: Catalogue) -> None:
    slots: dict[str, Any] = {"interest": ["welding"]}
    seen: list[list[str]] = []
    for _ in range(20):
        talk = turn(catalogue, intent="ask_courses", entities={"more": "yes"}, slots={**slots, "shown": []})
        talk.tracker.events += [
            {"event": "slot", "name": "shown", "value": [["course", id_] for id_ in one]} for one in seen
        ]
        play(talk, "action_guidance")
        if not ids(talk):
            break
        seen.append(ids(talk))
    every = [id_ for one in seen for id_ in one]
    assert len(every) == len(set(every)) > 3
    assert "Innych kursów" in said(talk)
    assert '/inform_interest{"industry": "railway"}' in payloads(talk)


def test_in_words_others_are_asked_for_too(catalogue: Catalogue) -> None:
    slots = {"interest": ["welding"], "shown": [["course", "spaw-mag"], ["course", "spaw-mig"], ["course", "spaw-tig"]]}
    talk = turn(catalogue, "macie coś jeszcze?", intent="ask_courses", slots=slots)
    play(talk, "action_guidance")
    assert not {"spaw-mag", "spaw-mig", "spaw-tig"} & set(ids(talk))


@pytest.mark.parametrize(("language", "words"), [("pl", "Ten kurs jest, ale"), ("en", "There is such a course, but")])
def test_a_course_that_was_asked_for_comes_first_even_if_its_condition_fails(
    catalogue: Catalogue, language: str, words: str
) -> None:
    slots = {"age": "17", "language": language}
    entities = {"course_type": "spaw-mag", "interest": "welding"}
    talk = turn(catalogue, "kurs spawania MAG", intent="ask_courses", entities=entities, slots=slots)
    play(talk, "action_guidance")
    assert said(talk).startswith(words)
    assert ids(talk)[0] == "spaw-mag"


def test_a_licence_that_is_lacking_is_taken_out_and_said_so(catalogue: Catalogue) -> None:
    slots = {"licence": ["driving_b"], "grade": "2", "interest": ["cooking"]}
    entities = {"licence": "driving_b", "course_type": "prawo-jazdy-b"}
    talk = turn(catalogue, "nie mam prawka", intent="inform_qualification", entities=entities, slots=slots)
    talk.tracker.latest_message["entities"][0]["role"] = "lack"
    assert play(talk, "action_guidance")["licence"] == []
    assert "Poprawione" in said(talk)
    assert "prawo jazdy" not in said(talk)
    assert "prawo-jazdy-b" not in ids(talk)


def test_no_corrects_an_occupation_in_english_only(catalogue: Catalogue) -> None:
    for language, kept in (("en", ["kucharz"]), ("pl", ["kucharz", "elektryk"])):
        slots = {"profession": ["elektryk"], "language": language}
        talk = turn(
            catalogue, "no, a cook", intent="inform_qualification", entities={"profession": "kucharz"}, slots=slots
        )
        assert play(talk, "action_guidance")["profession"] == kept


@pytest.mark.parametrize("intent", ["affirm", "deny"])
def test_yes_and_no_are_no_answer_to_what_one_likes(catalogue: Catalogue, intent: str) -> None:
    talk = turn(catalogue, "no", intent=intent, confidence=0.95, form="guidance_form")
    assert play(talk, f"action_{intent}")["misses"] == 1
    assert not said(talk), "the form asks in other words"


def test_a_guess_takes_along_what_was_named(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "chce spawac", intent="sign_up", entities={"interest": "welding"})
    play(talk, "action_fallback")
    assert {'/ask_courses{"interest": "welding"}', '/sign_up{"interest": "welding"}'} <= set(payloads(talk))


@pytest.mark.parametrize("code", ["EE.05", "b.18", "MEC 99"])
def test_a_code_that_nobody_knows_is_said_to_be_unknown(catalogue: Catalogue, code: str) -> None:
    talk = turn(catalogue, f"co to jest {code}?", intent="ask_qualification", slots={"subject": ["kucharz"]})
    play(talk, "action_qualification")
    assert "nie mam jeszcze potwierdzonego" in said(talk)
    assert not cards(talk)


@pytest.mark.parametrize("action", ["action_schools", "action_demand"])
def test_railways_do_not_stand_for_the_industry_around_them(catalogue: Catalogue, action: str) -> None:
    talk = turn(catalogue, "a na kolei?", intent="ask_schools", entities={"industry": "electrical_electronic"})
    talk.tracker.latest_message["entities"][0]["topic"] = "railway"
    play(talk, action)
    titles = " ".join(card["title"].lower() for card in cards(talk))
    assert "elektry" not in titles


def test_the_caption_of_other_cards_is_no_repetition(catalogue: Catalogue) -> None:
    talk = turn(catalogue, intent="ask_courses", entities={"interest": "cooking"})
    play(talk, "action_guidance")
    first = talk.dispatcher.messages[0]["text"]
    again = turn(catalogue, intent="ask_courses", entities={"interest": "cooking"})
    again.tracker.events.append({"event": "bot", "text": first})
    play(again, "action_guidance")
    assert "Powtórzę" not in said(again)


def test_all_cards_of_an_answer_were_shown(catalogue: Catalogue) -> None:
    """The form of internship comes last and must not hide the courses from "a ile trwa taki kurs?"."""
    entities = {"school_type": "BS1", "grade": "1"}
    talk = turn(catalogue, intent="inform_qualification", entities=entities, slots={"interest": ["cars"]})
    changed = play(talk, "action_guidance")
    assert [kind for kind, _ in changed["shown"]] == [card["kind"] for card in cards(talk)]
    assert {"course", "internship"} == {kind for kind, _ in changed["shown"]}
