"""Meta's wish to forget somebody: carried out where Graph says whose talks are meant, and never claimed where not."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.channels.messenger import deletion, repository, signatures
from api.channels.messenger.errors import Forged
from api.channels.messenger.models import Deletion, Wish
from api.database import Database
from api.privacy import erasure
from api.settings import Settings
from api.texts import text
from scripts import messenger_forget
from tests.messenger.conftest import Rig
from tests.messenger.fake_graph import encode
from tests.messenger.processes import SECRET, FakeGraph, delivery, message, settings_of
from tests.messenger.test_intake import post, serving

DELETION = "/channels/messenger/deletion"
# The pupil as the app knows them, and as the page does.
ASID, PSID = "900900", "7"


def signed(user_id: str, secret: str = SECRET, **more: Any) -> str:
    """A `signed_request` as Meta makes it."""
    said = json.dumps({"algorithm": "HMAC-SHA256", "user_id": user_id, "issued_at": 1, **more}).encode()
    body = base64.urlsafe_b64encode(said).rstrip(b"=")
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}.{body.decode()}"


@pytest.mark.parametrize(
    "given", ["", ".", "a.b", "zażółć.gęślą", signed("7", "another"), signed("7")[:-3], signed("7", algorithm="none")]
)
def test_a_forged_signed_request_is_refused(given: str) -> None:
    with pytest.raises(Forged):
        signatures.signed_request(SECRET, given)


@pytest.fixture
async def client(meta: FakeGraph, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The application, into which a pupil has written."""
    given = {key.lower(): value for key, value in settings_of(meta.url, tmp_path).items()}
    async with serving(Settings(**given, public_url="https://bot.example.org")) as opened:  # type: ignore[arg-type]
        assert await post(opened, encode(delivery(message(PSID, "moja tajemnica")))) == 200
        for _ in range(1200):
            if await talks(opened):
                break
            await asyncio.sleep(0.05)
        yield opened


async def talks(client: httpx.AsyncClient) -> list[str]:
    """The pupil's conversations."""
    database: Database = client._transport.app.state.database  # type: ignore[attr-defined]
    async with database.transaction(read_only=True) as session:
        return await repository.conversations_of(session, PSID)


async def ask(client: httpx.AsyncClient, user_id: str) -> str:
    """Meta's call; what the person then reads at the address that it was given."""
    answer = await client.post(DELETION, data={"signed_request": signed(user_id)})
    assert answer.status_code == 200
    code, url = answer.json()["confirmation_code"], answer.json()["url"]
    assert url == f"https://bot.example.org{DELETION}/{code}"
    return (await client.get(url.removeprefix("https://bot.example.org"))).text


async def wishes(rig: Rig) -> list[Deletion]:
    """All that is noted."""
    async with rig.heart.database.transaction(read_only=True) as session:
        return list(await session.scalars(select(Deletion)))


async def test_the_id_of_the_app_leads_to_the_pages_talk_and_the_person_reads_that_it_is_gone(
    client: httpx.AsyncClient, meta: FakeGraph
) -> None:
    meta.tell(people={ASID: PSID, "900901": "8"})
    assert text("messenger.deletion_not_found", "pl") in await ask(client, "900901")
    assert await talks(client)
    said = await ask(client, ASID)
    assert text("messenger.deletion_erased", "pl") in said
    assert text("messenger.deletion_erased", "en") in said
    assert await talks(client) == []


async def test_nobody_is_told_that_something_was_deleted_that_was_not(
    client: httpx.AsyncClient, meta: FakeGraph
) -> None:
    meta.tell(one_business=False, people={ASID: PSID})
    assert text("messenger.deletion_open", "en") in await ask(client, ASID)
    assert await talks(client)


async def test_a_forged_or_empty_wish_deletes_and_notes_nothing(client: httpx.AsyncClient) -> None:
    for given, status in ((signed(PSID, "another"), 403), (signed(""), 400), (signed("../me"), 400), ("", 403)):
        assert (await client.post(DELETION, data={"signed_request": given})).status_code == status
    assert await talks(client)
    assert (await client.get(f"{DELETION}/nobody")).status_code == 404


async def opened(rig: Rig) -> None:
    """A talk of the pupil."""
    await rig.arrive(message(PSID, "hej"))
    await rig.process()


@pytest.mark.parametrize("hindrance", [{"down": {"status": 503}}, {"one_business": False}])
async def test_an_open_wish_is_tried_again_and_then_forgets_whom_it_was_about(
    rig: Rig, meta: FakeGraph, hindrance: dict[str, Any]
) -> None:
    await opened(rig)
    meta.tell(people={ASID: PSID}, **hindrance)
    rasa = rig.processor._means.rasa
    code = await deletion.ask(rig.heart.database, rasa, rig.graph, ASID)
    await deletion.settle_open(rig.heart.database, rasa, rig.graph)
    assert [(one.state, one.user_id) for one in await wishes(rig)] == [(Wish.OPEN, ASID)]
    meta.tell(down=None, one_business=True)
    await deletion.settle_open(rig.heart.database, rasa, rig.graph)
    assert [(one.code, one.state, one.user_id, one.erased) for one in await wishes(rig)] == [(code, "erased", None, 1)]
    with pytest.raises(AssertionError):
        await rig.thread(PSID)


async def test_who_cannot_be_found_for_a_month_is_no_longer_kept(rig: Rig, meta: FakeGraph) -> None:
    meta.tell(one_business=False)
    rasa = rig.processor._means.rasa
    await deletion.ask(rig.heart.database, rasa, rig.graph, ASID)
    rig.wait(days=31)
    await deletion.settle_open(rig.heart.database, rasa, rig.graph, rig.clock)
    assert [(one.state, one.user_id) for one in await wishes(rig)] == [(Wish.NOT_FOUND, None)]


async def test_a_crash_while_erasing_does_not_make_not_found_of_it(
    rig: Rig, meta: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(rig)
    meta.tell(people={ASID: PSID})
    rasa, real = rig.processor._means.rasa, erasure.erase

    async def crash(*given: Any) -> None:
        await real(*given)
        raise OSError("the lights went out")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "erase", crash)
        with pytest.raises(OSError, match="lights"):
            await deletion.ask(rig.heart.database, rasa, rig.graph, ASID)
    await deletion.settle_open(rig.heart.database, rasa, rig.graph)
    assert [one.state for one in await wishes(rig)] == [Wish.ERASED]


async def test_the_command_forgets_those_whom_meta_lists(rig: Rig, meta: FakeGraph) -> None:
    await opened(rig)
    meta.tell(people={ASID: PSID})
    rasa = rig.processor._means.rasa
    found = await messenger_forget.forget(rig.heart.database, rasa, rig.configuration, [ASID, "12"])
    assert found == {ASID: "erased", "12": "not_found"}


async def test_without_the_apps_id_only_the_pages_own_id_is_found(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await opened(rig)
    monkeypatch.setattr(rig.graph, "_app_id", None)
    rasa = rig.processor._means.rasa
    for given in (ASID, PSID):
        await deletion.ask(rig.heart.database, rasa, rig.graph, given)
    assert {one.state: one.user_id for one in await wishes(rig)} == {Wish.OPEN: ASID, Wish.ERASED: None}
