"""What somebody has signed up for or booked in this conversation, and taking it back."""

import re
from typing import Any

from actions.registry import database
from actions.talk import MENU, Talk
from api.appointments import service as appointments
from api.appointments.cards import appointment_card
from api.requests import service as requests
from api.requests.models import Request
from api.settings import settings
from api.signups import service as signups
from api.signups.models import Signup
from api.texts import button, text

TAKE_BACK = re.compile(
    r"wypis|wycof|rezygnu|rezygnow|odwo[łl]a|anulu|nie przyjd|withdraw|unsubscribe|call off"
    r"|skre[śs]l mnie|usu[ńn] mnie z (?:listy|kursu|zapis)"
    r"|cancel (?:my|the|our)\b|sign me off|take me off|remove me from|can't come|cannot come",
    re.IGNORECASE,
)


def wants_to_take_back(talk: Talk) -> bool:
    """Whether the words speak of withdrawing or calling off, rather than of leaving a topic."""
    return bool(talk.ranking) and bool(TAKE_BACK.search(talk.typed))


async def show_own(talk: Talk) -> None:
    """The sign-ups, requests and appointment of this conversation, each with the button that takes it back."""
    conversation = talk.tracker.sender_id
    async with database().transaction(read_only=True) as session:
        mine = await signups.mine(session, conversation)
        asked = await requests.mine(session, conversation)
        appointment = await appointments.mine(session, conversation)
    if not mine and not asked and appointment is None:
        talk.say("signup.nothing_to_take_back", buttons=MENU)
        return
    is_one = len(mine) + len(asked) + (appointment is not None) == 1
    talk.slot("offer", "action_take_back" if is_one else None)
    if mine or asked:
        buttons = [*(withdraw_button(talk, one) for one in mine), *(withdraw_button(talk, one) for one in asked)]
        titles = [(one.title, one.code) for one in mine] + [(request_title(talk, one), one.code) for one in asked]
        lines = "\n".join(f"• {title} ({code})" for title, code in titles)
        talk.say("signup.own_one" if is_one else "signup.own", buttons=buttons, list=lines)
    if appointment is not None:
        card = appointment_card(appointment, talk.language, settings().public)
        key = "appointments.own_cancel" if is_one else "appointments.own"
        talk.say(key, cards=[card], buttons=("appointment_cancel",))


async def codes(talk: Talk) -> tuple[list[str], bool]:
    """The codes of what this conversation has signed up or asked for, and whether it has an appointment."""
    conversation = talk.tracker.sender_id
    async with database().transaction(read_only=True) as session:
        taken = [one.code for one in await signups.mine(session, conversation)]
        taken += [one.code for one in await requests.mine(session, conversation)]
        return taken, await appointments.mine(session, conversation) is not None


def withdraw_button(talk: Talk, taken: Signup | Request) -> dict[str, Any]:
    """The button that withdraws a sign-up or a request."""
    name = "withdraw_request" if isinstance(taken, Request) else "withdraw"
    return button(name, talk.language, code=taken.code)


def request_title(talk: Talk, request: Request) -> str:
    """What a request is for, in words."""
    return text(f"signup.request_{request.kind}", talk.language, grade=request.grade or "")
