"""Buttons whose title or payload depends on the talk."""

import json

from actions.talk import Talk
from api.catalogue.kinds import Industry
from api.catalogue.view import RAILWAY
from api.texts import button, text


def choice(talk: Talk, key: str, intent: str, /, *, name: str = "", **entities: str) -> dict[str, str]:
    """A button with the text of this key that sends an intent with entities; `name` goes into the title."""
    return {"title": text(key, talk.language, name=name), "payload": f"/{intent}{json.dumps(entities)}"}


def industry_buttons(talk: Talk, name: str = "industry", *, railway: bool = True) -> list[dict[str, str]]:
    """A button of this name for each industry, and for railways, which the facts keep inside another one."""
    language = talk.language
    names = {record.id: str(record.text("name", language)) for record in talk.catalogue.all(Industry)}
    if railway:
        names[RAILWAY] = text("courses.railway", language)
    return [button(name, language, industry=id_, name=label[:1].upper() + label[1:]) for id_, label in names.items()]
