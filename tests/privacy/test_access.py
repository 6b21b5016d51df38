"""Access: whoever has the link gets everything that is kept of the talk, and nobody else gets anything."""

import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI

from api import sealed
from api.conversations.rasa import RasaClient
from api.database import Database
from api.main import app
from api.privacy import access, erasure, links
from api.privacy.links import VALID_SECONDS
from api.sealed import Keyring
from tests.privacy.full_talk import WORDS, full_talk, tables
from tests.stores import conversation

# Where the document shows what each table keeps of the talk.
SHOWN = {
    "appointments": "appointments",
    "console_notes": "counsellors",
    "console_tags": "counsellors",
    "conversations": "talk",
    "events": "messages",
    "inbox": "waiting_for_an_answer",
    "messenger_threads": "messenger",
    "owner_changes": "owners",
    "requests": "requests",
    "review_items": "reviewed_lines",
    "signups": "sign_ups",
    "understanding": "understood",
}
# Numbers and marks for the machinery, without anything that somebody said: they are copies, counters or ids.
MACHINERY = {
    "audit": "who of the staff looked, which is about the staff",
    "counted_talks": "how far the statistics have counted the talk",
    "console_presence": "which counsellor had the talk open",
    "desk_news": "that something happened, for the queue",
    "messenger_outbox": "the talk's messages on their way out",
    "pending_forgettings": "that Rasa must forget the talk",
    "read_marks": "how far a counsellor has read",
    "receipts": "ids against doubled messages",
    "sent_payloads": "which buttons were shown",
}


@pytest.fixture
async def rasa() -> AsyncIterator[RasaClient]:
    """Rasa, away."""
    client = RasaClient("http://127.0.0.1:9", "token")
    yield client
    await client.close()


def test_every_table_that_knows_a_talk_is_shown_or_said_to_be_machinery() -> None:
    assert {table.name for table in tables()} == (set(SHOWN) - {"conversations"}) | set(MACHINERY)


async def test_the_document_holds_all_words_of_the_talk_and_none_of_another(store: Database, rasa: RasaClient) -> None:
    talk, other = await full_talk(store), await conversation(store)
    content = await access.document(store, rasa, talk)
    assert [name for name, part in SHOWN.items() if not content[part]] == []
    written = access.as_json(content)
    shown = {name for name, word in WORDS.items() if word in written}
    # The contact is shown as it is kept; what waits and what goes out are the talk's messages.
    assert shown == set(WORDS) - {"left", "waiting", "line"}
    assert "+48601111111" in written
    assert content["bot_remembers"] is None, "Rasa is away"
    assert WORDS["message"] not in access.as_json(await access.document(store, rasa, other))
    assert json.loads(written)["talk"]["id"] == talk


@pytest.fixture
async def browser(database: Database, rasa: RasaClient) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the application, on the empty database."""
    application: FastAPI = app()
    application.state.database, application.state.rasa = database, rasa
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:
        yield client


async def test_a_link_gives_the_file_until_the_talk_is_erased(
    database: Database, browser: httpx.AsyncClient, rasa: RasaClient
) -> None:
    talk = await full_talk(database)
    path = links.path(talk)
    got = await browser.get(path)
    assert got.status_code == 200
    assert got.json()["talk"]["id"] == talk
    assert "attachment" in got.headers["content-disposition"]
    assert got.headers["cache-control"] == "no-store"
    assert talk not in path, "the address does not say whose talk it is"
    await erasure.erase(database, rasa, talk)
    assert (await browser.get(path)).status_code == 404


async def test_no_other_word_opens_a_talk(database: Database, browser: httpx.AsyncClient, keys: Keyring) -> None:
    talk = await conversation(database)
    good = links.path(talk).removeprefix("/my-data/").removesuffix(".json")
    foreign = Fernet(Fernet.generate_key()).encrypt(f"my-data {talk}".encode()).decode()
    too_old = _sealed_before(keys, f"my-data {talk}", VALID_SECONDS + 5)
    for token in ("x", talk, good[:-2] + "zz", foreign, sealed.keyring().seal(talk), too_old, "ą", good + good):
        answer = await browser.get(f"/my-data/{token}.json")
        assert answer.status_code == 404, token
    assert (await browser.get(f"/my-data/{good}.json")).status_code == 200


def _sealed_before(keys: Keyring, value: str, seconds: int) -> str:
    assert keys.file is not None
    keys.seal("x")
    newest = Fernet(keys.file.read_text("ascii").split()[0])
    return newest.encrypt_at_time(value.encode(), int(time.time()) - seconds).decode()
