"""Two wishes in one message: both are answered, and the talk ends with the question that leads on."""

import pytest

from tests.e2e.pupil import Pupil
from tests.e2e.system import System

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("language", "typed", "kinds"),
    [
        ("pl", "jestem w 3 klasie na kucharza, są jakieś staże i gdzie jest poradnia?", {"internship", "clinic"}),
        ("pl", "co robi mechatronik? macie do tego jakis kurs?", {"occupation", "course"}),
        ("en", "what is MEC.05? do you have any internships?", {"qualification", "internship"}),
        ("en", "where do I get tested for dyslexia and do you have photography courses", {"course"}),
    ],
)
def test_both_wishes_are_answered(system: System, language: str, typed: str, kinds: set[str]) -> None:
    reply = Pupil(system.url, language).say(typed)
    assert reply.outcome == "answered"
    assert kinds <= {card["kind"] for card in reply.cards}
    assert len([event for event in reply.events if event["type"] == "turn_end"]) == 1
    assert reply.languages == {language}


def test_the_question_that_leads_on_comes_last(system: System) -> None:
    reply = Pupil(system.url, "pl").say("macie jakieś kursy? i gdzie zbadam dysleksję")
    assert "poradni" in reply.messages[0]["text"].lower()
    assert any("industry" in button["payload"] for button in reply.messages[-1]["buttons"])


def test_a_cry_for_help_is_answered_alone(system: System) -> None:
    reply = Pupil(system.url, "pl").say("macie kursy gotowania? ojciec mnie bije")
    assert {card["kind"] for card in reply.cards} == {"helpline"}
