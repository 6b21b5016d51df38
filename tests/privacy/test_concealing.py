"""What a form has asked for is masked in the talk once the form is done, and the rest of the talk stays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import forms
from api import sealed
from api.conversations import handoff, reader, service
from api.conversations.models import Conversation, Owner
from api.conversations.notifier import Notifier
from api.conversations.rasa import Answer
from api.conversations.service import Heart
from api.database import Database
from api.privacy.concealing import conceal, hide
from tests.actions.turns import turn
from tests.privacy.full_talk import everything_stored
from tests.stores import conversation


def answer(text: str, **extra: Any) -> Answer:
    """What the bot says to one message."""
    return Answer([{"text": text, "buttons": [], **extra}], "pl", {"intent": "affirm"})


def token(*values: list[str]) -> str:
    """Names and contacts, as the actions hand them over."""
    return sealed.keyring().seal(json.dumps(values))


async def said(heart: Heart, talk: str) -> list[str]:
    """What a reader of the talk meets from the beginning on."""
    events = await reader.read(heart, talk, after=0, wait=0)
    return [event["text"] for event in events or [] if event["type"] == "message"]


async def test_after_the_form_nobody_reads_name_and_contact_in_the_talk(store: Database) -> None:
    heart = Heart(store, Notifier(), conceal=conceal)
    talk = await conversation(store)
    lines = (
        ("Ola", "A kontakt?"),
        ("602 000 111", "Ola, 602 000 111 – dobrze?"),
        ("601 234 567 albo ola@x.pl", "Ola, 601 234 567 – dobrze?"),
    )
    for number, (typed, replied) in enumerate(lines):
        seq = await service.accept(heart, talk, f"c{number}", typed=typed, payload=None)
        await service.write_answer(heart, talk, seq, answer(replied))
    seq = await service.accept(heart, talk, "c9", typed="tak", payload=None)
    await service.write_answer(
        heart,
        talk,
        seq,
        answer("Przyjęte. 800 12 12 12 to telefon zaufania.", conceal=token(["Ola"], ["+48601234567"])),
    )
    found = await said(heart, talk)
    assert found[1:] == [
        "[imię]",
        "A kontakt?",
        "[telefon]",
        "[imię], [kontakt] – dobrze?",
        "[telefon] albo [e-mail]",
        "[imię], [kontakt] – dobrze?",
        "tak",
        "Przyjęte. 800 12 12 12 to telefon zaufania.",
    ]
    stored = await everything_stored(store)
    assert "601 234 567" not in stored
    assert "conceal" not in stored


async def test_a_contact_left_for_a_counsellor_stands_in_the_sealed_column_only(store: Database) -> None:
    heart = Heart(store, Notifier())
    talk = await conversation(store)
    async with store.transaction() as session:
        await handoff.change_owner(session, talk, to=Owner.WAITING, by=handoff.PUPIL, reason="asked")
    await service.accept(heart, talk, "c1", typed="dzwońcie: 601-234-567, po 15", payload=None)
    async with store.transaction(read_only=True) as session:
        assert (await session.get_one(Conversation, talk)).contact == "+48601234567"
    assert "dzwońcie: [kontakt], po 15" in await said(heart, talk)
    stored = await everything_stored(store)
    assert "601-234-567" not in stored
    assert "601234567" not in stored


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"first_name": "Ola", "contact": "+48601234567"}, [["Ola"], ["+48601234567"]]),
        ({"first_name": "Ola", "contact": "-"}, [["Olga", "Ola"], []]),
        ({"school_name": "ZSM nr 3"}, None),
    ],
)
def test_leaving_a_form_hands_over_what_is_to_be_masked(
    keys: sealed.Keyring, monkeypatch: pytest.MonkeyPatch, slots: dict[str, str], expected: Any
) -> None:
    monkeypatch.setattr(forms, "keyring", lambda: keys)
    talk = turn("stop", slots={"language": "pl", **slots})
    if slots.get("contact") == "-":
        talk.tracker.events.append({"event": "slot", "name": "first_name", "value": "Olga"})
    forms.leave_form(talk)
    (message,) = talk.dispatcher.messages
    handed = message["custom"].get("conceal")
    assert (json.loads(keys.open(handed)) if handed else None) == expected
    assert "Ola" not in str(message)


@given(st.text(max_size=80), st.text(st.characters(categories=["L"]), min_size=2, max_size=12))
def test_a_masked_name_is_in_no_text(text: str, name: str) -> None:
    masked = hide(f"{text} {name}, {text}", [name], [])
    assert f" {name}," not in masked
