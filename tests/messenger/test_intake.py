"""The webhook: what is genuine is stored once, whatever its kind; what is not leaves no trace."""

import hmac
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import create_engine, text

from api.channels.messenger import signatures
from api.channels.messenger.errors import Forged
from api.channels.messenger.intake import LARGEST
from api.main import app
from api.settings import Settings
from scripts import run
from tests import empty
from tests.messenger.fake_graph import encode
from tests.messenger.processes import PAGE, SECRET, VERIFY, delivery, echo, message, postback, settings_of, update

WEBHOOK = "/channels/messenger/webhook"


@asynccontextmanager
async def serving(chosen: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which runs with all its tasks."""
    empty.make(chosen.database)
    application = app(chosen)
    transport = httpx.ASGITransport(app=application)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url="http://test") as opened,
    ):
        yield opened


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The application with the channel on; Graph is out of reach."""
    given = {key.lower(): value for key, value in settings_of("http://127.0.0.1:9", tmp_path).items()}
    async with serving(Settings(**given)) as opened:  # type: ignore[arg-type]
        yield opened


def stored(tmp_path: Path) -> list[tuple[Any, ...]]:
    """Kind and pupil of all stored updates."""
    engine = create_engine(f"sqlite:///{tmp_path / 'drogowskaz.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT kind, psid FROM messenger_updates ORDER BY received_at")).all()
    engine.dispose()
    return [tuple(row) for row in rows]


async def post(client: httpx.AsyncClient, raw: bytes, signature: str | None = None) -> int:
    """The status of a delivery, rightly signed unless told otherwise."""
    header = signatures.sign(SECRET, raw) if signature is None else signature
    headers = {"X-Hub-Signature-256": header.encode("latin-1")} if header else {}
    return (await client.post(WEBHOOK, content=raw, headers=headers)).status_code


async def test_the_challenge_comes_back_bare_for_the_right_token_only(client: httpx.AsyncClient) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "12345"}
    right = await client.get(WEBHOOK, params=asked)
    assert (right.status_code, right.text) == (200, "12345")
    for wrong in ({"hub.verify_token": "zażółć"}, {"hub.mode": "unsubscribe"}):
        assert (await client.get(WEBHOOK, params={**asked, **wrong})).status_code == 403
    assert (await client.get(WEBHOOK)).status_code == 403


GENUINE = encode(delivery(message("7", "zażółć gęślą jaźń 🙂")))


@pytest.mark.parametrize(
    ("raw", "signature", "status"),
    [
        (GENUINE, "sha256=" + "0" * 64, 403),
        (GENUINE, "", 403),
        (GENUINE, "sha1=" + "0" * 40, 403),
        (GENUINE, "sha256=zażółć".encode().decode("latin-1"), 403),
        (GENUINE[:-10], signatures.sign(SECRET, GENUINE), 403),
        (json.dumps(json.loads(GENUINE), ensure_ascii=False).encode(), signatures.sign(SECRET, GENUINE), 403),
        (GENUINE, signatures.sign("another secret", GENUINE), 403),
        (GENUINE[:-10], None, 400),
        (b"object=page", None, 400),
        (b"", None, 400),
        (b"[" * 100_000, None, 400),
        (b"[]", None, 400),
        (b'{"object": "instagram", "entry": []}', None, 400),
        (b'{"object": "page"}', None, 400),
        (b"\xff\xfe", None, 400),
        (b" " * (LARGEST + 1), None, 413),
        (b" " * (LARGEST + 1), "", 413),
    ],
    # The bodies hold the time of day; the names of the tests must not.
    ids=lambda _: "",
)
async def test_what_is_not_genuine_is_refused_and_stores_nothing(
    client: httpx.AsyncClient, tmp_path: Path, raw: bytes, signature: str | None, status: int
) -> None:
    assert await post(client, raw, signature) == status
    assert stored(tmp_path) == []


async def test_a_body_that_hides_its_size_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    answer = await client.post(WEBHOOK, content=pieces(), headers={"X-Hub-Signature-256": "sha256=0"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert stored(tmp_path) == []


async def test_some_hundred_updates_of_all_lists_come_in_one_call(client: httpx.AsyncClient, tmp_path: Path) -> None:
    written = [message(str(number), f"wiadomość {number}") for number in range(300)]
    mixed = {"id": PAGE, "time": 5, "standby": [message("7", "hej")], "changes": [{"field": "feed", "value": {"a": 1}}]}
    whole = delivery(*written)
    whole["entry"].append({**mixed, "messaging": [message("8", "hej")]})
    for _ in range(2):
        assert await post(client, encode(whole)) == 200
    assert Counter(kind for kind, _ in stored(tmp_path)) == {"message": 301, "standby": 1, "unknown": 1}
    assert [psid for _, psid in stored(tmp_path)][:300] == [str(number) for number in range(300)]


async def test_what_is_secret_is_compared_in_constant_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return real(one, other)

    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    await post(client, GENUINE, "sha256=guess")
    await client.get(WEBHOOK, params={"hub.mode": "subscribe", "hub.verify_token": "guess"})
    with pytest.raises(Forged):
        signatures.signed_request(SECRET, "Z3Vlc3M.e30")
    assert compared == [b"sha256=guess", b"guess", b"guess"]


async def test_a_repeated_update_is_stored_once_however_batched(client: httpx.AsyncClient, tmp_path: Path) -> None:
    first, second = message("7", "hej"), message("8", "cześć")
    read, later = (update("7", 5, read={"watermark": number}) for number in (1, 2))
    assert await post(client, encode(delivery(first, second, read, later))) == 200
    assert await post(client, encode(delivery(second))) == 200
    assert await post(client, encode(delivery(read, first, first))) == 200
    assert sorted(stored(tmp_path)) == [("message", "7"), ("message", "8"), ("read", "7"), ("read", "7")]


KINDS = [
    (message("7", "hej"), "message"),
    (update("7", message={"mid": "a", "attachments": [{"type": "image"}]}), "message"),
    (update("7", message={"mid": "b", "is_deleted": True}), "deleted"),
    (update("7", message_edit={"mid": "b", "text": "hej!", "num_edit": 1}), "edit"),
    (postback("7", "/ask_courses", "Kursy", referral={"ref": "plakat"}), "postback"),
    (update("7", referral={"ref": "plakat", "source": "SHORTLINK"}), "referral"),
    (update("7", optin={"ref": "x"}), "optin"),
    (update("7", read={"watermark": 1}), "read"),
    (update("7", delivery={"mids": ["a"], "watermark": 1}), "delivery"),
    (update("7", reaction={"reaction": "love", "mid": "a"}), "reaction"),
    (echo("7"), "echo"),
    (update("7", pass_thread_control={"new_owner_app_id": "1"}), "pass_thread_control"),
    (update("7", take_thread_control={"previous_owner_app_id": "1"}), "take_thread_control"),
    (update("7", request_thread_control={}), "request_thread_control"),
    (update("7", app_roles={"1": ["primary_receiver"]}), "app_roles"),
    (update("7", policy_enforcement={"action": "block"}), "policy_enforcement"),
    (update("7", something_new={"a": 1}), "unknown"),
]


async def test_each_kind_is_stored_and_counted(client: httpx.AsyncClient, tmp_path: Path) -> None:
    before = {kind: counted(kind) for _, kind in KINDS}
    for _ in range(2):
        assert await post(client, encode(delivery(*(update for update, _ in KINDS)))) == 200
    assert stored(tmp_path) == [(kind, "7") for _, kind in KINDS]
    assert {kind: counted(kind) - before[kind] for kind in before} == Counter(kind for _, kind in KINDS)


def counted(kind: str) -> float:
    """How many updates of a kind there have been in this process."""
    return REGISTRY.get_sample_value("drogowskaz_messenger_updates_total", {"kind": kind}) or 0.0


async def test_odd_shapes_are_stored_as_unknown_and_never_an_error(client: httpx.AsyncClient, tmp_path: Path) -> None:
    odd: list[Any] = [
        None,
        5,
        "x",
        [],
        {},
        {"message": "text"},
        {"sender": 5, "timestamp": "x", "message": {"mid": []}},
    ]
    entries: list[Any] = [{"id": PAGE, "messaging": odd}, {"id": [], "messaging": {}}, 7, None, {"changes": [{"a": 1}]}]
    assert await post(client, encode({"object": "page", "entry": entries})) == 200
    assert len(stored(tmp_path)) == 11
    assert await post(client, encode(delivery(message("7", "hej"), place="standby"))) == 200
    assert stored(tmp_path)[-1] == ("standby", "7")


async def test_the_channel_is_off_without_settings(tmp_path: Path) -> None:
    async with serving(Settings(drogowskaz_var=tmp_path)) as client:
        assert (await client.get(WEBHOOK)).status_code == 404
        assert (await client.post(WEBHOOK, content=GENUINE)).status_code == 404


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"messenger_app_secret": "x"}, "MESSENGER_PAGES and MESSENGER_VERIFY_TOKEN must be set"),
        (
            {"messenger_pages": "page", "messenger_app_secret": "x", "messenger_verify_token": "y"},
            "MESSENGER_PAGES must read PAGE_ID:TOKEN",
        ),
    ],
)
def test_half_a_setting_ends_the_start_with_one_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SystemExit) as ended:
        app(Settings(**given))
    assert sentence in str(ended.value)
    assert "\n" not in str(ended.value)


def test_make_run_says_the_same_sentence() -> None:
    with pytest.raises(run.CannotStart, match="MESSENGER_PAGES and MESSENGER_VERIFY_TOKEN must be set"):
        run.start(Settings(messenger_app_secret="x"))


def test_no_secret_shows_in_a_repr() -> None:
    secret = {"messenger_pages": "1:geheim", "messenger_app_secret": "geheim", "messenger_verify_token": "geheim"}
    assert "geheim" not in repr(Settings(**secret))  # type: ignore[arg-type]
