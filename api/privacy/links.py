"""Links under which somebody gets what is kept of their talk: good for an hour, and of no use once the talk is gone.

The link is a sealed note of whose talk it is and when it was made, so nothing need be stored for it.
"""

from cryptography.fernet import InvalidToken

from api import sealed
from api.errors import NotFound

VALID_SECONDS = 3600
# What the same keys seal elsewhere must never open a talk.
PURPOSE = "my-data "


def path(conversation_id: str) -> str:
    """The path of a new link, below the service's address."""
    return f"/my-data/{sealed.keyring().seal(PURPOSE + conversation_id)}.json"


def conversation_of(token: str) -> str:
    """Whose talk the link's token opens. Raises NotFound for one that is too old or not ours."""
    try:
        note = sealed.keyring().open(token, seconds=VALID_SECONDS)
    except (InvalidToken, ValueError) as error:
        raise NotFound("The link is not valid any more. Ask the bot for a new one.") from error
    if not note.startswith(PURPOSE):
        raise NotFound("The link is not valid any more. Ask the bot for a new one.")
    return note.removeprefix(PURPOSE)
