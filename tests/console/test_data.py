"""A counsellor finds the talk of somebody who asks, hands out what is kept, and erases it; the log says so."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.accounts.models import AuditEntry
from api.accounts.roles import Role
from api.conversations.models import Conversation
from api.database import Database
from api.signups import service as signups
from tests.console.conftest import Hire
from tests.privacy.full_talk import WORDS, full_talk


async def actions(database: Database, talk: str) -> list[str]:
    """What the log says was done to the talk."""
    async with database.transaction(read_only=True) as session:
        return list(await session.scalars(select(AuditEntry.action).where(AuditEntry.conversation_id == talk)))


async def test_a_talk_is_found_by_its_name_a_code_or_a_contact(app: FastAPI, hire: Hire) -> None:
    database = app.state.database
    talk = await full_talk(database)
    async with database.transaction(read_only=True) as session:
        code = (await signups.kept(session, talk))[0]["code"]
    anna = await hire("Anna", Role.COUNSELLOR)
    for words in (talk[:4].upper(), talk, code.lower(), WORDS["signup"], WORDS["left"].replace(" ", "-"), "601111111"):
        page = await anna.get("/console/data", params={"q": words})
        assert f"/console/data/{talk}.json" in page.text, words
    for words in ("", "x", "zzzz", "602 111 111", "%%%%", "____"):
        assert talk not in (await anna.get("/console/data", params={"q": words})).text, words


async def test_the_file_is_handed_out_and_noted(app: FastAPI, hire: Hire) -> None:
    talk = await full_talk(app.state.database)
    anna = await hire("Anna", Role.COUNSELLOR)
    answer = await anna.get(f"/console/data/{talk}.json")
    assert answer.json()["sign_ups"][0]["contact"] == WORDS["signup"]
    assert "attachment" in answer.headers["content-disposition"]
    assert "exported" in await actions(app.state.database, talk)
    assert (await anna.get("/console/data/nobody.json")).status_code == 404


@pytest.mark.parametrize("sure", [None, "true"])
async def test_erasing_asks_twice_and_leaves_only_the_note(app: FastAPI, hire: Hire, sure: str | None) -> None:
    talk = await full_talk(app.state.database)
    anna = await hire("Anna", Role.COUNSELLOR)
    answer = await anna.post(f"/console/data/{talk}/erase", sure=sure)
    async with app.state.database.transaction(read_only=True) as session:
        is_there = await session.get(Conversation, talk) is not None
    assert (answer.status_code, is_there) == ((303, False) if sure else (422, True))
    assert ("erased" in await actions(app.state.database, talk)) == (sure is not None)


async def test_a_contact_that_was_left_is_shown_on_the_talk_s_page(app: FastAPI, hire: Hire) -> None:
    talk = await full_talk(app.state.database)
    anna = await hire("Anna", Role.COUNSELLOR)
    page = await anna.get(f"/console/talks/{talk}")
    assert "+48601111111" in page.text
    assert "mój numer [kontakt]" in page.text
