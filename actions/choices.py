"""Buttons whose title or payload depends on the talk."""

import json

from actions.talk import Talk
from api.catalogue.kinds import Industry
from api.catalogue.view import RAILWAY
from api.texts import button, text


def choice(talk: Talk, key: str, intent: str, /, *, name: str = "", **entities: str) -> dict[str, str]:
    """A button with the text of this key that sends an intent with entities; `name` goes into the title."""
    return {"title": text(key, talk.language, name=name), "payload": f"/{intent}{json.dumps(entities)}"}


def industry_buttons(talk: Talk) -> list[dict[str, str]]:
    """A button for each industry of the catalogue, and for railways, which the facts keep inside another one."""
    language = talk.language
    names = {record.id: str(record.text("name", language)) for record in talk.catalogue.all(Industry)}
    names[RAILWAY] = text("courses.railway", language)
    return [button("industry", language, industry=id_, name=name[:1].upper() + name[1:]) for id_, name in names.items()]
