"""Rasa's intents as a third vote: a cry for help that both detectors missed gets the same answer (docs/safety.md)."""

from actions.registry import action
from actions.talk import Talk
from api.safety import answers


@action("action_crisis")
def crisis(talk: Talk) -> None:
    """Danger to life or health."""
    _answer(talk, "crisis")


@action("action_violence")
def violence(talk: Talk) -> None:
    """Violence suffered, seen or feared."""
    _answer(talk, "report_violence")


@action("action_distress")
def distress(talk: Talk) -> None:
    """Trouble without danger."""
    _answer(talk, "distress")


def _answer(talk: Talk, danger: str) -> None:
    said = {event.get("text") for event in talk.tracker.events if event.get("event") == "bot"}
    first, *_ = answers.messages(danger, talk.language, talk.catalogue)
    for message in answers.messages(danger, talk.language, talk.catalogue, again=first["text"] in said):
        extra = {"cards": message["cards"], "safety": True, "danger": danger}
        talk.dispatcher.utter_message(text=message["text"], buttons=message["buttons"], json_message=extra)
