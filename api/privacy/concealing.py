"""Masking, in a talk's messages, what a form has asked for: once the form is done it stands in the sealed tables only.

The actions seal the values and hand them over with the message that ends the form (`actions/forms.py`); the heart calls
`conceal` in the transaction that writes this message.
"""

import json
import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api import person, sealed
from api.conversations.models import Conversation, Event, EventType
from api.privacy.redaction import redact

NAME_MASK, CONTACT_MASK = "[imię]", "[kontakt]"


async def conceal(session: AsyncSession, conversation_id: str, token: str) -> None:
    """Mask the sealed values in all that was said in the talk, and numbers and the like in what the pupil typed.

    A contact that the pupil typed and then corrected is masked where the bot has read it back, too.
    """
    names, contacts = json.loads(sealed.keyring().open(token))
    talk = await session.get_one(Conversation, conversation_id)
    said = await session.scalars(
        select(Event).where(
            Event.conversation_id == conversation_id, Event.type == EventType.MESSAGE, Event.seq > talk.cleared_seq
        )
    )
    messages = list(said)
    typed = [person.find_contact(str(event.body.get("text") or "")) for event in messages if event.sender == "pupil"]
    contacts += [contact for contact in typed if contact]
    for event in messages:
        text = str(event.body.get("text") or "")
        masked = hide(redact(text) if event.sender == "pupil" else text, names, contacts)
        if masked != text:
            event.body = {**event.body, "text": masked}


def hide(text: str, names: Sequence[str], contacts: Sequence[str]) -> str:
    """The text with these names and contacts masked, whatever the case and however a number is spaced."""
    for contact in contacts:
        for written in {contact, person.shown(contact) if contact.startswith("+") else contact}:
            text = re.sub(re.escape(written), CONTACT_MASK, text, flags=re.IGNORECASE)
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME_MASK, text, flags=re.IGNORECASE)
    return text
