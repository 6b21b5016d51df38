"""Ways to people, and the answers to cries for help. These come at once, in any state, and ask nothing first."""

from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import helpline_card
from api.catalogue.kinds import Helpline

CRISIS_LINES = ("112", "116111", "800121212")
VIOLENCE_LINES = ("112", "116111", "800121212", "800120002")
DISTRESS_LINES = ("116111",)


@action("action_crisis")
def crisis(talk: Talk) -> None:
    """Danger to life or health: the numbers first, then a person."""
    talk.say("people.crisis", cards=_lines(talk, CRISIS_LINES), safety=True)
    talk.say("people.crisis_after", buttons=("human", "clinic"), safety=True)


@action("action_violence")
def violence(talk: Talk) -> None:
    """Violence suffered, seen or feared: the numbers, then adults and the clinic."""
    talk.say("people.violence", cards=_lines(talk, VIOLENCE_LINES), safety=True)
    talk.say("people.violence_after", buttons=("human", "clinic"), safety=True)


@action("action_distress")
def distress(talk: Talk) -> None:
    """Trouble without danger: warm words, a person, the clinic, the helpline."""
    talk.say("people.distress", cards=_lines(talk, DISTRESS_LINES), buttons=("human", "clinic"), safety=True)


def _lines(talk: Talk, ids: tuple[str, ...]) -> list[dict[str, object]]:
    """Cards of the helplines that may be shown, in this order."""
    found = (talk.catalogue.find(Helpline, id_) for id_ in ids)
    return [helpline_card(talk.catalogue, line, talk.language) for line in found if line]
