"""From stored updates to turns: each pupil message once, in the order of Meta's clock, whatever happens in between."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.channels.messenger import handlers, repository
from api.channels.messenger.models import Thread, Update
from api.channels.messenger.processor import NEVER
from api.channels.messenger.profile import ERASE, ERASE_YES, START
from api.conversations import service
from api.database import now
from api.privacy import erasure
from api.texts import button
from tests.messenger.conftest import Rig
from tests.messenger.processes import PAGE, FakeGraph, echo, message, postback, update


async def updates(rig: Rig) -> list[Update]:
    """All stored updates."""
    async with rig.heart.database.transaction(read_only=True) as session:
        return list(await session.scalars(select(Update).order_by(Update.id)))


async def test_messages_are_heard_once_and_in_the_order_of_metas_clock(rig: Rig) -> None:
    third, first, second = message("7", "trzy", 3000), message("7", "raz", 1000), message("7", "dwa", 2000)
    await rig.arrive(third, first)
    await rig.arrive(second, third)
    await rig.process()
    await rig.arrive(first, second, third)
    await rig.process()
    assert await rig.said("7") == ["raz", "dwa", "trzy"]


async def test_messages_of_the_same_millisecond_stay_in_the_order_of_their_arrival(rig: Rig) -> None:
    await rig.arrive(*(message("7", f"{number}", 1000) for number in range(12)))
    await rig.process()
    assert await rig.said("7") == [f"{number}" for number in range(12)]


async def test_the_words_are_blanked_as_soon_as_the_heart_has_them(rig: Rig) -> None:
    await rig.arrive(message("7", "moja tajemnica"), update("7", something_new={"a": "b"}))
    assert all(one.body for one in await updates(rig))
    await rig.process()
    assert [(one.waiting, one.body) for one in await updates(rig)] == [(False, None)] * 2


async def test_a_late_update_makes_us_wait_for_its_neighbours_a_fresh_one_hardly(rig: Rig) -> None:
    fresh, late = message("7", "teraz"), message("8", "dawno", 1000)
    await rig.arrive(fresh, late)
    held = {one.psid: one.due_at - one.received_at for one in await updates(rig)}
    assert held["7"] < held["8"] == timedelta(seconds=5)


async def test_while_meta_catches_up_late_updates_wait_for_the_page_and_fresh_ones_do_not(rig: Rig) -> None:
    await rig.arrive(message("7", "dawno", 1000), message("8", "też dawno", 1000))
    moment = now() + timedelta(seconds=6)
    async with rig.heart.database.transaction() as session:
        due = [await repository.due_senders(session, moment, NEVER, 9)]
        for one in await session.scalars(select(Update).where(Update.psid == "8")):
            one.received_at = moment - timedelta(seconds=1)
        due.append(await repository.due_senders(session, moment, NEVER, 9))
        for one in await session.scalars(select(Update).where(Update.psid == "7")):
            one.late = False
        due.append(await repository.due_senders(session, moment, NEVER, 9))
    assert [[psid for _, psid in senders] for senders in due] == [["7", "8"], [], ["7"]]


async def test_two_pupils_and_two_pages_have_talks_of_their_own(rig: Rig) -> None:
    same = message("7", "hej")
    assert await rig.arrive(same, message("8", "cześć")) == 2
    assert await rig.arrive({**same, "recipient": {"id": "2002"}}, page="2002") == 1, "an id is unique on its page only"
    await rig.process()
    threads = [await rig.thread("7"), await rig.thread("8"), await rig.thread("7", "2002")]
    assert len({thread.conversation_id for thread in threads}) == 3
    assert (await rig.said("7"), await rig.said("8")) == (["hej"], ["cześć"])


async def test_an_answer_to_a_certain_line_is_heard_like_any_other(rig: Rig) -> None:
    first = message("7", "hej", 1)
    await rig.arrive(first, message("7", "a to?", 2, reply_to={"mid": first["message"]["mid"]}))
    await rig.process()
    assert await rig.said("7") == ["hej", "a to?"]


async def test_a_taken_back_message_says_nothing_and_takes_no_turn(rig: Rig) -> None:
    said = message("7", "hej", 1)
    await rig.arrive(said, update("7", 2, message={"mid": said["message"]["mid"], "is_deleted": True}))
    await rig.process()
    assert await rig.said("7") == ["hej"]
    assert {(one.kind, one.waiting, one.body) for one in await updates(rig)} == {
        ("message", False, None),
        ("deleted", False, None),
    }


@pytest.mark.parametrize("kind", ["message", "edit", "postback"])
async def test_what_is_said_while_somebody_else_has_the_thread_belongs_to_the_talk(rig: Rig, kind: str) -> None:
    await rig.arrive(message("7", "hej", 1))
    await rig.process()
    said = {
        "message": message("7", "do człowieka"),
        "edit": update("7", message_edit={"mid": "m", "text": "do człowieka", "num_edit": 1}),
        "postback": update("7", postback={"mid": "m", "title": "do człowieka"}),
    }
    await rig.arrive(said[kind], place="standby")
    await rig.process()
    assert await rig.said("7") == ["hej", "do człowieka"]
    assert await rig.owner("7") == ("counsellor", "Facebook")


@pytest.mark.parametrize(
    "fields", [{"read": {"watermark": 1}}, {"message": {"is_echo": True, "mid": "m", "text": "x"}}]
)
async def test_other_things_in_standby_only_show_who_has_the_thread(rig: Rig, fields: dict[str, object]) -> None:
    await rig.arrive(message("7", "hej", 1))
    await rig.process()
    await rig.arrive(update("7", **fields), place="standby")
    await rig.process()
    assert await rig.said("7") == ["hej"]
    assert await rig.owner("7") == ("counsellor", "Facebook")


async def test_echoes_of_our_own_lines_are_dealt_with_at_once_and_hold_nobody_up(rig: Rig) -> None:
    await rig.arrive(message("7", "hej"))
    await rig.process()
    talk = (await rig.thread("7")).conversation_id
    await rig.arrive(echo("7", metadata=f"{talk}:1:0"), update("7", read={"watermark": 1}), message("7", "halo"))
    await rig.arrive(echo("8", app_id=999))
    await rig.processor.round()
    left = [(one.kind, one.body is not None) for one in await updates(rig) if one.waiting]
    assert left == [("message", True), ("echo", True)], "what needs an order waits for its neighbours"


async def test_an_echo_that_cannot_be_settled_does_not_stop_the_pupils(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settle(_: object) -> None:
        raise ValueError("odd")

    await rig.arrive(message("7", "hej"))
    await rig.process()
    talk = (await rig.thread("7")).conversation_id
    monkeypatch.setattr(rig.courier, "settle", settle)
    await rig.arrive(echo("7", metadata=f"{talk}:1:0"), message("8", "halo"))
    for _ in range(8):
        await rig.process()
    assert await rig.said("8") == ["halo"]
    assert not any(one.waiting for one in await updates(rig))


async def test_what_is_typed_is_never_a_command(rig: Rig) -> None:
    await rig.arrive(message("7", "/ask_courses"), message("7", ERASE_YES), message("7", START))
    await rig.process()
    assert await rig.said("7") == ["/ask_courses", ERASE_YES, START]


async def test_a_button_that_was_sent_acts_and_another_counts_as_its_title(rig: Rig) -> None:
    sent = postback("7", "/ask_courses", "Kursy")
    foreign = postback("7", '/inform_interest{"interest": "x"}', "Obcy przycisk")
    reply = message("7", "Staże", quick_reply={"payload": "/ask_internships"})
    unknown = message("7", "Napisane", quick_reply={"payload": "/no_such_intent"})
    await rig.arrive(sent, foreign, reply, unknown)
    await rig.process()
    assert await rig.said("7") == ["Kursy", "Obcy przycisk", "Staże", "Napisane"]


async def test_the_start_button_greets_once_and_again_in_an_old_talk(rig: Rig, meta: FakeGraph) -> None:
    meta.heard("7")
    for times in (1, 2):
        await rig.arrive(postback("7", START, "Rozpocznij"))
        await rig.process()
        await rig.send()
        assert ["bot" in words for words in meta.texts("7")] == [True] * times
    assert [event["sender"] for event in await rig.talk("7")] == ["bot"]


async def test_a_picture_with_words_is_heard(rig: Rig) -> None:
    await rig.arrive(message("7", "co to za zawód?", attachments=[{"type": "image", "payload": {"url": "x"}}]))
    await rig.process()
    assert await rig.said("7") == ["co to za zawód?"]
    assert [event["sender"] for event in await rig.talk("7")] == ["bot", "pupil"]


async def test_the_start_button_of_a_link_greets_once(rig: Rig) -> None:
    await rig.arrive(postback("7", START, "Rozpocznij", referral={"ref": "plakat", "source": "SHORTLINK"}))
    await rig.process()
    await rig.courier.round()
    await rig.courier.idle()
    assert [event["sender"] for event in await rig.talk("7")] == ["bot"]
    assert len(await rig.lines()) == 1


async def test_who_comes_by_a_link_is_greeted_before_a_word(rig: Rig) -> None:
    await rig.arrive(update("7", referral={"ref": "plakat", "source": "SHORTLINK"}))
    await rig.process()
    assert [event["sender"] for event in await rig.talk("7")] == ["bot"]


async def test_a_first_postback_that_brings_a_referral_opens_one_talk_and_acts(rig: Rig) -> None:
    await rig.arrive(postback("7", "/ask_courses", "Kursy", referral={"ref": "plakat", "source": "SHORTLINK"}))
    await rig.arrive(update("7", referral={"ref": "plakat", "source": "SHORTLINK"}))
    await rig.process()
    assert await rig.said("7") == ["Kursy"]
    assert [event["sender"] for event in await rig.talk("7")] == ["bot", "pupil"]


@pytest.mark.parametrize("fields", [{"optin": {"ref": "x"}}, {"reaction": {"reaction": "love"}}, {"new": {"a": 1}}])
async def test_what_asks_for_nothing_is_counted_and_says_nothing(rig: Rig, fields: dict[str, object]) -> None:
    await rig.arrive(message("7", "hej"), update("7", message={"mid": "m", "is_deleted": True}), update("7", **fields))
    await rig.process()
    assert await rig.said("7") == ["hej"]
    assert not any(one.waiting for one in await updates(rig))


async def test_a_message_that_is_too_long_for_the_heart_comes_in_parts(rig: Rig) -> None:
    await rig.arrive(message("7", "Zdanie. " * 900))
    await rig.process()
    assert len(await rig.said("7")) == 2
    assert "".join(await rig.said("7")).count("Zdanie.") == 900


async def test_a_very_long_id_of_a_message_is_shortened(rig: Rig) -> None:
    body = message("7", "hej")
    body["message"]["mid"] = "m_" + "x" * 300
    await rig.arrive(body)
    await rig.process()
    assert await rig.said("7") == ["hej"]


async def test_an_edited_message_is_heard_anew_each_time(rig: Rig) -> None:
    edits = [update("7", 10 + n, message_edit={"mid": "m_1", "text": f"wersja {n}", "num_edit": n}) for n in (1, 2)]
    await rig.arrive(update("7", 10, message={"mid": "m_1", "text": "wersja 0"}), *edits)
    await rig.arrive(*edits)
    await rig.process()
    assert await rig.said("7") == ["wersja 0", "wersja 1", "wersja 2"]


@pytest.mark.parametrize("more", [{}, {"sticker_id": 369239263222822}])
async def test_pictures_and_stickers_are_answered_with_a_notice_once(
    rig: Rig, meta: FakeGraph, more: dict[str, object]
) -> None:
    shown = {"type": "image", "payload": {"url": "x", **more}}
    picture = update("7", message={"mid": "m_p", "attachments": [shown], **more})
    meta.heard("7")
    await rig.arrive(picture)
    await rig.process()
    await rig.arrive(picture)
    await rig.process()
    await rig.send()
    assert await rig.said("7") == []
    assert ["tylko tekst" in words for words in meta.texts("7")] == [False, True]


async def test_a_crash_between_the_heart_and_the_mark_repeats_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise OSError("the lights went out")

    await rig.arrive(message("7", "hej", 1), message("7", "halo", 2))
    async with rig.heart.database.transaction() as session:
        for one in await session.scalars(select(Update)):
            one.due_at, one.late = now(), False
    with monkeypatch.context() as patched:
        patched.setattr("api.channels.messenger.repository.finish", crash)
        with pytest.raises(OSError, match="lights"):
            await rig.processor.round()
    assert await rig.said("7") == ["hej", "halo"]
    await rig.process()
    assert await rig.said("7") == ["hej", "halo"]
    assert not any(one.waiting for one in await updates(rig))


async def test_an_update_that_always_fails_is_put_aside_and_does_not_stop_the_pupil(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = handlers.handle

    async def handle(means: handlers.Means, one: Update) -> None:
        if one.kind == "postback":
            raise ValueError("odd")
        await real(means, one)

    monkeypatch.setattr(handlers, "handle", handle)
    await rig.arrive(postback("7", "/x", "x"), message("7", "hej"))
    for _ in range(8):
        await rig.process()
    assert await rig.said("7") == ["hej"]
    kept = {one.kind: (one.waiting, one.body is None) for one in await updates(rig)}
    assert kept == {"postback": (False, False), "message": (False, True)}


@pytest.mark.parametrize("how", ["echo", "standby", "take"])
async def test_the_bot_is_silent_while_the_pages_staff_answers(rig: Rig, meta: FakeGraph, how: str) -> None:
    meta.heard("7")
    await rig.arrive(message("7", "hej", 1))
    await rig.process()
    await rig.send()
    if how == "standby":
        await rig.arrive(message("7", "do człowieka"), place="standby")
    else:
        await rig.arrive(echo("7") if how == "echo" else update("7", take_thread_control={}))
    await rig.process()
    await rig.answer("7", "Za późno.")
    await rig.arrive(message("7", "jeszcze jedno"))
    await rig.process()
    await rig.send()
    assert (await rig.thread("7")).held_by_page_at is not None
    assert await rig.said("7") == ["hej", *(["do człowieka"] if how == "standby" else []), "jeszcze jedno"]
    assert "Za późno." not in meta.texts("7")
    assert await rig.owner("7") == ("counsellor", "Facebook")
    await rig.arrive(update("7", pass_thread_control={"new_owner_app_id": "1"}))
    await rig.process()
    assert await rig.owner("7") == ("bot", None)
    await rig.arrive(message("7", "jestem"))
    await rig.process()
    await rig.answer("7", "W czym pomóc?")
    await rig.send()
    assert meta.texts("7")[-2:] == ["Tu Drogowskaz – bot, nie człowiek.", "W czym pomóc?"]


async def test_an_echo_with_the_metadata_of_another_program_is_the_staffs(rig: Rig) -> None:
    await rig.arrive(message("7", "hej"))
    await rig.process()
    talk = (await rig.thread("7")).conversation_id
    await rig.arrive(echo("7", metadata=f"{talk}:1:0"))
    await rig.process()
    assert (await rig.thread("7")).held_by_page_at is None
    await rig.arrive(echo("7", metadata="shop:order:9"))
    await rig.process()
    assert (await rig.thread("7")).held_by_page_at is not None


async def test_a_page_that_is_silent_for_long_no_longer_holds_the_thread(rig: Rig) -> None:
    await rig.arrive(message("7", "hej"))
    await rig.process()
    await rig.arrive(echo("7"))
    await rig.process()
    async with rig.heart.database.transaction() as session:
        thread = await session.get(Thread, (PAGE, "7"))
        assert thread is not None
        thread.held_by_page_at = now() - timedelta(hours=25)
    await rig.arrive(message("7", "halo"))
    await rig.process()
    assert await rig.said("7") == ["hej", "halo"]


async def test_erasure_leaves_nothing_but_the_keys_and_repetitions_stay_harmless(rig: Rig) -> None:
    first, waiting = message("7", "moja tajemnica"), message("7", "czeka")
    await rig.arrive(first)
    await rig.process()
    await rig.courier.round()
    await rig.courier.idle()
    await rig.arrive(waiting)
    talk = (await rig.thread("7")).conversation_id
    await erasure.erase(rig.heart.database, rig.processor._means.rasa, talk)
    assert await rig.lines() == []
    assert {(one.psid, one.body, one.waiting) for one in await updates(rig)} == {("", None, False)}
    assert await rig.arrive(first, waiting) == 0
    await rig.process()
    with pytest.raises(AssertionError):
        await rig.thread("7")


async def test_what_was_erased_while_it_waited_opens_no_talk(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    real = handlers.handle

    async def handle(means: handlers.Means, one: Update) -> None:
        talk = (await rig.thread("7")).conversation_id
        await erasure.erase(rig.heart.database, means.rasa, talk)
        await real(means, one)

    await rig.arrive(message("7", "hej"))
    await rig.process()
    await rig.arrive(message("7", "moja tajemnica"))
    monkeypatch.setattr(handlers, "handle", handle)
    await rig.process()
    async with rig.heart.database.transaction(read_only=True) as session:
        assert list(await session.scalars(select(service.Conversation.id))) == []


@pytest.mark.parametrize("payload", [ERASE, button("delete", "pl")["payload"]])
async def test_menu_and_button_erase_the_talk_after_a_question(rig: Rig, meta: FakeGraph, payload: str) -> None:
    meta.heard("7")
    await rig.arrive(message("7", "hej", 1))
    await rig.process()
    await rig.arrive(postback("7", payload, "Usuń moją rozmowę"))
    await rig.process()
    await rig.send()
    asked = meta.state()["sent"][-1]["body"]["message"]
    assert [reply["title"] for reply in asked["quick_replies"]] == ["Tak, usuń", "Nie, zostaw"]
    await rig.arrive(message("7", "Tak, usuń", quick_reply={"payload": ERASE_YES}))
    await rig.process()
    await rig.courier.idle()
    assert "Gotowe." in meta.texts("7")[-1]
    with pytest.raises(AssertionError):
        await rig.thread("7")
    await rig.arrive(message("7", "od nowa"))
    await rig.process()
    assert await rig.said("7") == ["od nowa"]


async def test_a_conversation_is_opened_and_found_in_one_step(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while a talk is opened leaves no talk without its pupil."""
    real = service.open_in

    async def crash(*given: object) -> None:
        await real(*given)  # type: ignore[arg-type]
        raise OSError("the lights went out")

    await rig.arrive(message("7", "hej"))
    with monkeypatch.context() as patched:
        patched.setattr(service, "open_in", crash)
        await rig.process()
    async with rig.heart.database.transaction(read_only=True) as session:
        assert list(await session.scalars(select(service.Conversation.id))) == []
    await rig.process()
    assert await rig.said("7") == ["hej"]
