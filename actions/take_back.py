"""Yes to "shall I withdraw it?", where the conversation has one thing only that can be taken back."""

from actions.appointments import call_off
from actions.bookings import codes, show_own
from actions.registry import action
from actions.signup import withdraw
from actions.talk import Talk


@action("action_take_back")
async def take_back(talk: Talk) -> None:
    """Take the only sign-up or request back, or call the appointment off; several are shown again to choose from."""
    taken, has_appointment = await codes(talk)
    if len(taken) + has_appointment != 1:
        await show_own(talk)
    elif has_appointment:
        await call_off(talk)
    else:
        await withdraw(talk, taken[0])
