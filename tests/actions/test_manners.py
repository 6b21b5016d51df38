"""The talk itself: the language that is asked for, starting over, complaints, the menu."""

import pytest
import yaml

from actions.manners import wanted_language
from actions.talk import Talk
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


def test_a_complaint_goes_on_to_a_person_each_time(catalogue: Catalogue) -> None:
    for before in ("action_greet", "action_complain"):
        talk = turn(catalogue, "jesteś do niczego", intent="complain", before=before, handoff="complaint")
        play(talk, "action_complain")
        assert handed_over(talk) == "complaint"
        assert "człowiek" in said(talk)
        assert not payloads(talk), "what can be done meanwhile is said by the heart"


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


def handed_over(talk: Talk) -> str | None:
    """The reason for which the turn hands over, if it does."""
    return next((m["custom"]["handoff"] for m in talk.dispatcher.messages if "handoff" in m["custom"]), None)


def unsure(
    catalogue: Catalogue,
    *guesses: tuple[str, float],
    before: str = "action_greet",
    handoff: str | None = None,
    language: str = "pl",
) -> Talk:
    """A turn that was not understood, with these guesses."""
    talk = turn(catalogue, "no wiesz", before=before, handoff=handoff, slots={"language": language})
    talk.tracker.latest_message["intent_ranking"] = [{"name": name, "confidence": sure} for name, sure in guesses]
    return talk


@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_two_best_guesses_are_offered_in_plain_words(catalogue: Catalogue, language: str) -> None:
    guesses = [("affirm", 0.38), ("ask_clinic", 0.35), ("ask_schools", 0.2), ("ask_contact", 0.15)]
    talk = unsure(catalogue, *guesses, language=language)
    assert play(talk, "action_fallback")["offer"] is None
    assert payloads(talk) == ["/ask_clinic", "/ask_schools", "/ask_help"]
    titles = [button["title"] for button in talk.dispatcher.messages[0]["buttons"]]
    assert not any("_" in title for title in titles)


@pytest.mark.parametrize("guesses", [[("ask_clinic", 0.05)], [("out_of_scope", 0.3), ("greet", 0.1)]])
def test_without_a_guess_the_bot_says_what_it_can_do(catalogue: Catalogue, guesses: list[tuple[str, float]]) -> None:
    talk = unsure(catalogue, *guesses)
    play(talk, "action_fallback")
    assert "kursu lub stażu" in said(talk)
    assert {"/ask_courses", "/ask_internships", "/ask_human"} <= set(payloads(talk))


@pytest.mark.parametrize("guesses", [[("ask_clinic", 0.35)], [("ask_clinic", 0.05)]])
@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_second_time_in_a_row_the_talk_goes_on_to_a_person(
    catalogue: Catalogue, guesses: list[tuple[str, float]], language: str
) -> None:
    talk = unsure(catalogue, *guesses, before="action_fallback", language=language)
    play(talk, "action_fallback")
    assert handed_over(talk) == "unsure"
    assert ("człowiek" if language == "pl" else "person") in said(talk)
    assert not payloads(talk)


def test_after_a_person_was_called_failures_are_counted_anew(catalogue: Catalogue) -> None:
    talk = unsure(catalogue, ("ask_clinic", 0.35), before="action_fallback", handoff="unsure")
    play(talk, "action_fallback")
    assert handed_over(talk) is None
    assert "/ask_clinic" in payloads(talk)


def test_a_failure_behind_which_a_form_asked_again_is_a_failure(catalogue: Catalogue) -> None:
    talk = unsure(catalogue, ("ask_clinic", 0.35), before="action_fallback")
    talk.tracker.events.insert(-1, {"event": "action", "name": "guidance_form"})
    play(talk, "action_fallback")
    assert handed_over(talk) == "unsure"


def test_a_wish_in_doubt_beside_an_answer_is_no_failure(catalogue: Catalogue) -> None:
    talk = unsure(catalogue, ("ask_clinic", 0.35), before="action_fallback")
    talk.tracker.events[0]["parse_data"] = {"second": True}
    play(talk, "action_fallback")
    assert handed_over(talk) is None


def test_a_third_language_twice_in_a_row_goes_on_to_a_person(catalogue: Catalogue) -> None:
    talk = unsure(catalogue, before="action_fallback")
    talk.tracker.latest_message.update(language="uk", language_sure=True)
    play(talk, "action_fallback")
    assert handed_over(talk) == "unsure"
    assert "tel:112" in [card["url"] for card in cards(talk)]


def test_a_second_wish_in_doubt_is_named(catalogue: Catalogue) -> None:
    talk = unsure(catalogue, ("ask_clinic", 0.55), before="action_fallback")
    talk.tracker.latest_message["second"] = True
    play(talk, "action_fallback")
    assert payloads(talk) == ["/ask_clinic"]
    assert "jeszcze jedno pytanie" in said(talk)
