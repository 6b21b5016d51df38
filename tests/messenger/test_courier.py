"""From events to the pupil: each line once, in order, within Meta's rules; what is uncertain is never guessed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from api.channels.messenger import outbox, repository
from api.conversations import handoff
from api.conversations import repository as conversations
from api.conversations.models import EventType, Owner
from api.observe import Observer
from tests.messenger.conftest import Rig
from tests.messenger.fake_graph import PAGE
from tests.messenger.processes import FakeGraph, message, postback, update


async def talking(rig: Rig, meta: FakeGraph, psid: str = "7") -> str:
    """A pupil who has written and got the greeting; the id of the conversation."""
    meta.heard(psid)
    await rig.arrive(message(psid, "hej"))
    await rig.process()
    await rig.send()
    return (await rig.thread(psid)).conversation_id


async def event(rig: Rig, talk: str, kind: EventType, body: dict[str, Any], sender: str | None = None) -> None:
    """Write an event as another room would."""
    async with rig.heart.database.transaction() as session:
        await conversations.append(session, talk, kind, body, sender=sender)


async def states(rig: Rig) -> list[str]:
    """The states of all lines."""
    return [line.state for line in await rig.lines()]


async def test_the_answer_goes_out_once_in_order_with_its_id_as_metadata(rig: Rig, meta: FakeGraph) -> None:
    talk = await talking(rig, meta)
    await rig.answer("7", "Raz.", "Dwa.")
    await rig.send()
    sent = meta.state()["sent"]
    assert [one["body"]["message"]["text"] for one in sent][1:] == ["Raz.", "Dwa."]
    assert [one["body"]["message"]["metadata"] for one in sent] == [f"{talk}:{seq}:0" for seq in (1, 3, 4)]
    assert {one["body"]["messaging_type"] for one in sent} == {"RESPONSE"}
    assert [(line.state, line.message) for line in await rig.lines()] == [("sent", None)] * 3
    assert {one["action"] for one in meta.state()["actions"]} == {"mark_seen", "typing_on"}
    assert meta.state()["refused"] == []


async def test_the_greeting_says_that_it_is_a_bot(rig: Rig, meta: FakeGraph) -> None:
    await talking(rig, meta)
    assert "bot" in meta.texts("7")[0]


async def test_after_a_long_gap_the_bot_says_again_who_it_is(rig: Rig, meta: FakeGraph) -> None:
    await talking(rig, meta)
    async with rig.heart.database.transaction() as session:
        thread = await repository.thread(session, PAGE, "7")
        assert thread is not None
        thread.last_line_at -= timedelta(hours=25)
    await rig.arrive(message("7", "jestem znowu"))
    await rig.process()
    await rig.answer("7", "Dobrze.")
    await rig.send()
    assert meta.texts("7")[-2:] == ["Tu Drogowskaz – bot, nie człowiek.", "Dobrze."]


async def test_a_counsellor_has_a_persona_and_the_bot_says_when_it_is_back(rig: Rig, meta: FakeGraph) -> None:
    talk = await talking(rig, meta)
    await by_anna(rig, talk, Owner.COUNSELLOR)
    await event(rig, talk, EventType.MESSAGE, {"text": "Dzień dobry!", "language": "pl"}, "counsellor")
    await rig.send()
    await by_anna(rig, talk, Owner.BOT)
    await rig.send()
    line, back = meta.state()["sent"][-2:]
    assert meta.state()["personas"][line["body"]["persona_id"]] == "Anna, doradca"
    assert "bot, nie człowiek" in back["body"]["message"]["text"]
    assert "persona_id" not in back["body"]


async def by_anna(rig: Rig, talk: str, to: Owner) -> None:
    """A counsellor takes the talk or gives it to the bot."""
    async with rig.heart.database.transaction() as session:
        await handoff.change_owner(session, talk, to=to, by=handoff.Actor("staff", 1, "Anna"), reason="test")


async def test_a_talk_that_the_bot_hands_over_waits_and_comes_back_to_the_question(rig: Rig, meta: FakeGraph) -> None:
    await talking(rig, meta)
    await rig.answer("7", "Jak masz na imię?", asks="first_name")
    await rig.arrive(message("7", "do niczego jesteś"))
    await rig.process()
    await rig.answer("7", "Przekazuję tę rozmowę.", handoff="complaint")
    await rig.send()
    said, notice = (one["body"]["message"] for one in meta.state()["sent"][-2:])
    assert said["text"] == "Przekazuję tę rozmowę."
    assert "Czekasz na człowieka" in notice["text"]
    assert [reply["payload"] for reply in notice["quick_replies"]] == [handoff.LEAVE_CONTACT, handoff.BACK_TO_BOT]
    await rig.arrive(postback("7", handoff.BACK_TO_BOT, "Wróć do bota"))
    await rig.process()
    await rig.send()
    back, question = meta.texts("7")[-2:]
    assert "Znów jestem tu ja, bot" in back
    assert question == "Jak masz na imię?"
    assert meta.state()["refused"] == []


async def test_without_a_picture_the_counsellors_name_stands_in_the_line(
    rig: Rig, meta: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig.courier._desk, "_picture", None)
    talk = await talking(rig, meta)
    await event(rig, talk, EventType.MESSAGE, {"text": "Dzień dobry!", "name": "Anna", "language": "pl"}, "counsellor")
    await rig.send()
    assert meta.texts("7")[-1] == "Anna, doradca: Dzień dobry!"
    assert meta.state()["personas"] == {}


async def test_a_typing_counsellor_is_shown(rig: Rig, meta: FakeGraph) -> None:
    talk = await talking(rig, meta)
    before = len(meta.state()["actions"])
    await event(rig, talk, EventType.TYPING, {}, "counsellor")
    await rig.send()
    assert [one["action"] for one in meta.state()["actions"][before:]] == ["typing_on"]


@pytest.mark.parametrize(
    ("sender", "hours", "sent"),
    [
        ("bot", 23, True),
        ("bot", 25, False),
        ("counsellor", 23, True),
        ("counsellor", 25, True),
        ("counsellor", 7 * 24 - 1, True),
        ("counsellor", 7 * 24 + 1, False),
    ],
)
async def test_after_a_day_only_a_person_may_write_and_after_a_week_nobody(
    rig: Rig, meta: FakeGraph, sender: str, hours: int, sent: bool
) -> None:
    talk = await talking(rig, meta)
    meta.heard("7", hours_ago=hours)
    rig.wait(hours=hours)
    await event(rig, talk, EventType.MESSAGE, {"text": "Pamiętaj o terminie.", "language": "pl"}, sender)
    await rig.send()
    async with rig.heart.database.transaction(read_only=True) as session:
        lost = await repository.undelivered(session, talk)
    assert list(lost.values()) == ([] if sent else ["outside_window"])
    assert ("Pamiętaj o terminie." in meta.texts("7")) == sent
    if sent:
        assert meta.state()["sent"][-1]["body"].get("tag") == ("HUMAN_AGENT" if hours > 24 else None)
    assert meta.state()["refused"] == [], "Graph was not even asked"


async def test_metas_clock_decides_where_the_window_ends(rig: Rig, meta: FakeGraph) -> None:
    talk = await talking(rig, meta)
    meta.heard("7", hours_ago=24.1)
    await event(rig, talk, EventType.MESSAGE, {"text": "od bota", "language": "pl"}, "bot")
    await event(rig, talk, EventType.MESSAGE, {"text": "od człowieka", "language": "pl"}, "counsellor")
    await rig.send()
    assert (await states(rig))[-2:] == ["undeliverable", "sent"]
    assert meta.texts("7")[-1] == "od człowieka"


async def test_after_a_time_out_the_line_is_unknown_and_its_echo_settles_it(rig: Rig, meta: FakeGraph) -> None:
    talk = await talking(rig, meta)
    meta.tell(next_sends=[{"hang": 4, "echo": False}])
    await rig.answer("7", "Raz.", "Dwa.")
    await rig.send()
    assert (await states(rig))[-2:] == ["unknown", "queued"]
    rig.wait(seconds=20)
    await rig.send()
    assert meta.texts("7")[1:] == ["Raz."], "not sent again, and nothing overtakes it"
    said = {"is_echo": True, "mid": "m_x", "app_id": 4242, "metadata": f"{talk}:3:0"}
    await rig.arrive({**update("7"), "sender": {"id": PAGE}, "recipient": {"id": "7"}, "message": said})
    await rig.process()
    await rig.send()
    assert meta.texts("7")[1:] == ["Raz.", "Dwa."]
    assert (await states(rig))[-2:] == ["sent", "sent"]


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("code", [1, 2])
async def test_without_an_echo_a_look_into_the_thread_settles_what_is_unknown(
    rig: Rig, meta: FakeGraph, code: int, carried_out: bool
) -> None:
    await talking(rig, meta)
    meta.tell(next_sends=[{"code": code, "status": 500, "carry_out": carried_out, "echo": False}])
    await rig.answer("7", "Raz.", "Dwa.")
    await rig.send()
    assert (await states(rig))[-2:] == ["unknown", "queued"]
    rig.wait(seconds=61)
    await rig.send(4)
    assert meta.texts("7")[1:] == ["Raz.", "Dwa."]
    assert (await states(rig))[-2:] == ["sent", "sent"]


@pytest.mark.parametrize("status", [429, 503])
async def test_what_surely_did_not_leave_is_sent_again_soon(rig: Rig, meta: FakeGraph, status: int) -> None:
    await talking(rig, meta)
    meta.tell(down={"status": status})
    await rig.answer("7", "Raz.")
    await rig.send()
    assert (await states(rig))[-1] == "queued"
    meta.tell(down=None)
    rig.wait(seconds=2)
    await rig.send(1)
    assert meta.texts("7")[1:] == ["Raz."]


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_an_answer_that_says_nothing_leaves_the_line_unknown(rig: Rig, meta: FakeGraph, status: int) -> None:
    await talking(rig, meta)
    meta.tell(down={"status": status})
    await rig.answer("7", "Raz.")
    await rig.send()
    assert (await states(rig))[-1] == "unknown"


async def test_a_crash_on_the_way_to_graph_leaves_the_line_unknown_and_not_lost(rig: Rig, meta: FakeGraph) -> None:
    talk = await talking(rig, meta)
    await rig.answer("7", "Raz.")
    async with rig.heart.database.transaction(read_only=True) as session:
        assert await conversations.with_news(session, repository.cursors(), 9) == [talk]
    await outbox.fill(rig.heart.database, talk, timedelta(hours=24))
    async with rig.heart.database.transaction() as session:
        await rig.courier._desk._claim(session, talk)
    await rig.send()
    assert meta.texts("7")[1:] == []
    rig.wait(seconds=61)
    await rig.send()
    assert meta.texts("7")[1:] == ["Raz."]


@pytest.mark.parametrize(
    ("code", "subcode", "state"),
    [
        (551, None, "undeliverable"),
        (200, 1545041, "undeliverable"),
        (100, 2018001, "undeliverable"),
        (10, 2018278, "undeliverable"),
        (100, 1893061, "failed"),
        (100, None, "failed"),
        (999, None, "failed"),
    ],
)
async def test_a_refusal_is_final_and_the_next_line_follows(
    rig: Rig, meta: FakeGraph, code: int, subcode: int | None, state: str
) -> None:
    await talking(rig, meta)
    meta.tell(next_sends=[{"code": code, "subcode": subcode}])
    await rig.answer("7", "Raz.", "Dwa.")
    await rig.send()
    rig.wait(minutes=10)
    await rig.send()
    assert (await states(rig))[-2:] == [state, "sent"]
    assert meta.texts("7")[1:] == ["Dwa."]


@pytest.mark.parametrize("code", [4, 17, 613])
async def test_too_much_too_fast_slows_the_page_down(rig: Rig, meta: FakeGraph, code: int) -> None:
    await talking(rig, meta)
    await talking(rig, meta, "8")
    meta.tell(next_sends=[{"code": code}])
    await rig.answer("7", "Raz.")
    await rig.send()
    await rig.answer("8", "Dwa.")
    await rig.send()
    assert (meta.texts("7")[1:], meta.texts("8")[1:]) == ([], [])
    rig.wait(seconds=11)
    await rig.send()
    assert (meta.texts("7")[1:], meta.texts("8")[1:]) == (["Raz."], ["Dwa."])


async def test_the_page_is_left_alone_longer_each_time_up_to_a_quarter_of_an_hour(rig: Rig, meta: FakeGraph) -> None:
    await talking(rig, meta)
    meta.tell(next_sends=[{"code": 613}] * 9)
    await rig.answer("7", "Raz.")
    waits = []
    for _ in range(9):
        await rig.send(1)
        line = (await rig.lines())[-1]
        waits.append(round((line.due_at - rig.clock()).total_seconds()))
        rig.wait(seconds=waits[-1] + 1)
    assert waits == [10, 20, 40, 80, 160, 320, 640, 900, 900]
    await rig.send()
    assert meta.texts("7")[1:] == ["Raz."]


async def stopped(rig: Rig) -> float | None:
    """How many pages the metrics call stopped."""
    await Observer(rig.heart, messenger_is_on=True).look()
    return REGISTRY.get_sample_value("drogowskaz_stopped_pages")


@pytest.mark.parametrize("subcode", [None, 463])
async def test_a_dead_token_stops_the_page_and_alarms_until_the_watchdog_sees_it_work(
    rig: Rig, meta: FakeGraph, subcode: int | None
) -> None:
    await talking(rig, meta)
    meta.tell(next_sends=[{"code": 190, "subcode": subcode, "status": 401}])
    await rig.answer("7", "Raz.")
    with capture_logs() as logged:
        await rig.send()
    assert {"event": "messenger_page_stopped", "log_level": "critical", "page": PAGE, "reason": "token"} in logged
    assert await stopped(rig) == 1
    rig.wait(minutes=5)
    await rig.send()
    assert meta.texts("7")[1:] == []
    await rig.watchdog.look(PAGE)
    await rig.send()
    assert meta.texts("7")[1:] == ["Raz."]
    assert await stopped(rig) == 0


async def test_a_barred_page_is_tried_again_after_an_hour(rig: Rig, meta: FakeGraph) -> None:
    await talking(rig, meta)
    meta.tell(next_sends=[{"code": 10, "subcode": 1893063}])
    await rig.answer("7", "Raz.")
    await rig.send()
    await rig.watchdog.look(PAGE)
    await rig.send()
    assert meta.texts("7")[1:] == []
    rig.wait(minutes=61)
    await rig.watchdog.look(PAGE)
    await rig.send()
    assert meta.texts("7")[1:] == ["Raz."]


async def test_policy_enforcement_stops_the_page_and_lifts_the_bar(rig: Rig, meta: FakeGraph) -> None:
    await talking(rig, meta)
    await rig.arrive(update("", policy_enforcement={"action": "block", "reason": "spam"}))
    await rig.process()
    await rig.answer("7", "Raz.")
    await rig.send()
    assert meta.texts("7")[1:] == []
    await rig.arrive(update("", policy_enforcement={"action": "unblock"}))
    await rig.process()
    await rig.send()
    assert meta.texts("7")[1:] == ["Raz."]


@pytest.mark.parametrize("left", [[], ["messages"], ["message_echoes"]])
async def test_the_watchdog_subscribes_again_what_meta_has_unsubscribed(
    rig: Rig, meta: FakeGraph, left: list[str]
) -> None:
    meta.tell(subscribed=left)
    with capture_logs() as logged:
        await rig.watchdog.look(PAGE)
    assert {"event": "messenger_not_subscribed", "log_level": "critical", "page": PAGE} in logged
    assert {"messages", "message_echoes", "standby"} <= set(meta.state()["subscribed"])
    async with rig.heart.database.transaction(read_only=True) as session:
        assert (await repository.page(session, PAGE)).subscribed is False
    await rig.watchdog.look(PAGE)
    async with rig.heart.database.transaction(read_only=True) as session:
        assert (await repository.page(session, PAGE)).subscribed is True


async def test_meta_unsubscribes_after_failures_and_the_watchdog_notices(rig: Rig, meta: FakeGraph) -> None:
    meta.tell(webhook="http://127.0.0.1:9/nobody", unsubscribe_after=0.2)
    meta.deliver(message("7", "hej"))
    for _ in range(200):
        if not meta.state()["subscribed"]:
            break
        await asyncio.sleep(0.1)
    assert meta.state()["subscribed"] == []
    await rig.watchdog.look(PAGE)
    assert "messages" in meta.state()["subscribed"]


@pytest.mark.parametrize("how", ["503", "500", "refused"])
async def test_an_outage_of_two_hours_loses_and_doubles_nothing(rig: Rig, meta: FakeGraph, how: str) -> None:
    pupils = ["7", "8", "9"]
    for psid in pupils:
        await talking(rig, meta, psid)
    if how == "refused":
        meta.kill()
    else:
        meta.tell(down={"status": int(how)})
    expected: dict[str, list[str]] = {psid: [] for psid in pupils}
    for minute in range(0, 120, 10):
        for psid in pupils:
            await rig.arrive(message(psid, f"minuta {minute}"))
            await rig.process()
            await rig.answer(psid, f"Odpowiedź {minute}.", f"I jeszcze {minute}.")
            expected[psid] += [f"Odpowiedź {minute}.", f"I jeszcze {minute}."]
        for _ in range(3):
            rig.wait(minutes=3, seconds=20)
            await rig.send(1)
    await rig.courier.idle()
    if how == "refused":
        meta.start()
        for psid in pupils:
            meta.heard(psid)
    else:
        meta.tell(down=None)
    greetings = 0 if how == "refused" else 1  # a Graph that was started anew has forgotten what it showed before
    for _ in range(40):
        rig.wait(minutes=1)
        await rig.send(1)
    for psid in pupils:
        assert meta.texts(psid)[greetings:] == expected[psid]
    assert set(await states(rig)) == {"sent"}
    assert meta.state()["refused"] == []
