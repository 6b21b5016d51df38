"""What the dialogue acts on: cries for help early, answers to a form's question, payloads, the language."""

import asyncio
from typing import Any, Dict, List, Optional, Tuple

import pytest
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot.turn import BadPayload, _is_away, answers_form, calmed, choose_language, decide_intent, parse_payload
from tests.bot.webhook import endpoint, hang_up, served


def parsed(*ranking: Tuple[str, float], text: str = "coś tam", **more: Any) -> Dict[str, Any]:
    """A parsed message with this ranking of intents."""
    guesses = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {"text": text, "intent": guesses[0], "intent_ranking": guesses, "entities": [], **more}


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ([("greet", 0.9), ("thank", 0.1)], "greet"),
        ([("greet", 0.39), ("thank", 0.3)], "nlu_fallback"),
        ([("crisis", 0.71), ("complain", 0.05)], "crisis"),
        ([("crisis", 0.55), ("complain", 0.41)], "complain"),
        ([("crisis", 0.69), ("complain", 0.2)], "nlu_fallback"),
        ([("report_violence", 0.7)], "report_violence"),
        ([("distress", 0.69)], "nlu_fallback"),
    ],
)
def test_a_cry_for_help_and_other_guesses_must_be_sure(ranking: List[Tuple[str, float]], expected: str) -> None:
    assert decide_intent(parsed(*ranking), "pl")["name"] == expected


def test_no_guess_makes_a_cry_of_what_the_detectors_find_calm() -> None:
    assert decide_intent(calmed(parsed(("crisis", 0.99), ("complain", 0.01))), "pl")["name"] == "nlu_fallback"
    assert decide_intent(calmed(parsed(("crisis", 0.55), ("complain", 0.41))), "pl")["name"] == "complain"
    assert decide_intent(calmed(parsed(("crisis", 1.0))), "pl")["name"] == "nlu_fallback"
    offered = [guess["name"] for guess in calmed(parsed(("crisis", 0.5), ("complain", 0.3)))["intent_ranking"]]
    assert offered == ["complain"]


def test_a_button_that_asks_for_help_stays_one() -> None:
    assert calmed(parse_payload("/crisis"))["intent"]["name"] == "crisis"


@pytest.mark.parametrize(
    ("form", "entities", "expected"),
    [
        ("guidance_form", [{"entity": "profession", "value": "elektryk"}], "inform_qualification"),
        ("guidance_form", [], "ask_occupation"),
        (None, [{"entity": "profession", "value": "elektryk"}], "ask_occupation"),
    ],
)
def test_a_form_hears_its_answer(form: Optional[str], entities: List[Dict[str, str]], expected: str) -> None:
    message = parsed(("ask_occupation", 0.45), ("inform_qualification", 0.2), entities=entities)
    assert decide_intent(message, "en", form)["name"] == expected


def test_a_form_does_not_drown_a_cry_for_help() -> None:
    message = parsed(("crisis", 0.9), ("inform_interest", 0.16), entities=[{"entity": "interest", "value": "cars"}])
    assert decide_intent(message, "pl", "guidance_form")["name"] == "crisis"


@pytest.mark.parametrize(("language", "expected"), [("pl", "affirm"), ("en", "deny")])
def test_no_means_yes_in_polish_and_no_in_english(language: str, expected: str) -> None:
    assert decide_intent(parsed(("affirm", 0.5), ("deny", 0.5), text="No."), language)["name"] == expected


def test_a_third_language_is_not_understood() -> None:
    message = parsed(("greet", 0.9), language="uk", language_sure=True)
    assert decide_intent(message, "pl")["name"] == "nlu_fallback"


def test_a_button_means_what_it_means() -> None:
    assert decide_intent(parse_payload("/ask_courses"), "pl")["name"] == "ask_courses"


@pytest.mark.parametrize(
    ("detected", "sure", "current", "expected"),
    [
        ("en", True, "pl", "en"),
        ("en", False, "pl", "pl"),
        ("pl", False, None, "pl"),
        ("en", False, None, "en"),
        ("uk", True, "en", "en"),
        (None, None, None, "pl"),
    ],
)
def test_the_language_of_the_answer(
    detected: Optional[str], sure: Optional[bool], current: Optional[str], expected: str
) -> None:
    assert choose_language({"language": detected, "language_sure": sure}, current) == expected


def test_a_payload_carries_entities() -> None:
    assert parse_payload('/inform_interest{"industry": ["photography", "mechanical"], "grade": "2"}')["entities"] == [
        {"entity": "industry", "value": "photography", "extractor": "button"},
        {"entity": "industry", "value": "mechanical", "extractor": "button"},
        {"entity": "grade", "value": "2", "extractor": "button"},
    ]


@pytest.mark.parametrize("payload", ["ask_courses", "/Ask", "/a b", "/greet{", "/greet{1}", "", "/greet{}x"])
def test_other_payloads_are_refused(payload: str) -> None:
    with pytest.raises(BadPayload):
        parse_payload(payload)


def message(id_: str) -> UserUttered:
    """A pupil's message with an id."""
    return UserUttered("Ola", message_id=id_)


ASKED_FOR_NAME = SlotSet(REQUESTED_SLOT, "first_name")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([ASKED_FOR_NAME, message("1"), SlotSet("first_name", "Ola"), SlotSet(REQUESTED_SLOT, "school_name")], True),
        ([ASKED_FOR_NAME, message("1"), SlotSet("first_name", "Ola"), SlotSet("first_name", None)], True),
        ([ASKED_FOR_NAME, SlotSet(REQUESTED_SLOT, "form_class"), message("1"), SlotSet("first_name", "Ola")], True),
        ([ASKED_FOR_NAME, message("1"), SlotSet("form_misses", 1), ASKED_FOR_NAME], False),
        ([ASKED_FOR_NAME, message("1"), SlotSet("first_name", None), SlotSet(REQUESTED_SLOT, None)], False),
        ([ASKED_FOR_NAME, SlotSet(REQUESTED_SLOT, None), message("1"), SlotSet("first_name", "Ola")], False),
        ([message("1"), SlotSet("grade", "2"), SlotSet(REQUESTED_SLOT, "first_name")], False),
        ([ASKED_FOR_NAME, message("1"), message("2"), SlotSet("first_name", "Ola")], False),
        ([ASKED_FOR_NAME, message("0"), SlotSet("first_name", "Ola"), message("1"), SlotSet("grade", "2")], False),
    ],
)
def test_a_message_answers_a_form_when_it_fills_what_was_asked_for(events: List[Event], expected: bool) -> None:
    assert answers_form(events, "1") is expected


@pytest.mark.parametrize(("status", "is_away"), [(500, False), (400, False), (502, True), (503, True), (504, True)])
def test_a_proxy_without_action_servers_means_that_they_are_away(status: int, is_away: bool) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"error": "x", "action_name": "action_help"}, status=status)

    async def ask() -> Optional[BaseException]:
        output, nlg = CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({})
        tracker = DialogueStateTracker.from_events("x", [])
        async with served(refuse) as port:
            actions = endpoint(port)
            with pytest.raises(RasaException) as raised:
                await RemoteAction("action_help", actions).run(output, nlg, tracker, Domain.empty())
            await hang_up(actions)
        return raised.value.__context__

    assert _is_away(asyncio.run(ask())) == is_away
