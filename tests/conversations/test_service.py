"""The heart without Rasa: what is acknowledged is stored once, numbered without gaps, and answered once."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.conversations import reader, repository, service
from api.conversations.models import Owner
from api.conversations.rasa import Answer
from api.conversations.service import Heart
from api.errors import Invalid

ANSWER = Answer(messages=[{"text": "Dobrze.", "buttons": []}], language="pl", nlu={})


async def opened(heart: Heart) -> str:
    """The id of a new conversation."""
    conversation, _ = await service.open_conversation(heart, "web", "pl")
    return conversation.id


async def events(heart: Heart, conversation_id: str, after: int = 0) -> list[dict]:
    """All events of the conversation."""
    return await reader.read(heart, conversation_id, after, wait=0)


async def test_a_conversation_begins_with_the_greeting_that_says_it_is_a_bot(heart: Heart) -> None:
    first = (await events(heart, await opened(heart)))[0]
    assert (first["seq"], first["type"], first["sender"]) == (1, "message", "bot")
    assert "bot" in first["text"]
    assert {button["payload"] for button in first["buttons"]} >= {"/ask_courses", "/ask_counselling"}


async def test_the_same_client_id_gives_the_same_number_and_one_message(heart: Heart) -> None:
    talk = await opened(heart)
    numbers = {await service.accept(heart, talk, "one", typed="hej", payload=None) for _ in range(3)}
    assert numbers == {2}
    assert [event["seq"] for event in await events(heart, talk)] == [1, 2]


async def test_the_same_client_id_sent_at_once_gives_one_message(heart: Heart) -> None:
    talk = await opened(heart)
    sent = [service.accept(heart, talk, "one", typed="hej", payload=None) for _ in range(8)]
    assert set(await asyncio.gather(*sent)) == {2}
    assert len(await events(heart, talk)) == 2


async def test_many_messages_at_once_get_numbers_without_gaps(heart: Heart) -> None:
    talk = await opened(heart)
    sent = [service.accept(heart, talk, str(n), typed=f"nr {n}", payload=None) for n in range(20)]
    numbers = await asyncio.gather(*sent)
    assert sorted(numbers) == list(range(2, 22))
    assert [event["seq"] for event in await events(heart, talk)] == list(range(1, 22))


async def test_only_buttons_that_were_sent_act(heart: Heart) -> None:
    talk = await opened(heart)
    with pytest.raises(Invalid) as refused:
        await service.accept(heart, talk, "a", typed=None, payload='/inform_interest{"interest": "x"}')
    assert refused.value.field == "payload"
    await service.accept(heart, talk, "b", typed=None, payload="/ask_courses")
    assert (await events(heart, talk))[-1]["text"] == "Kursy"


@pytest.mark.parametrize("typed", ["", "   \n", "x" * 4001])
async def test_empty_and_too_long_texts_are_refused_and_leave_nothing(heart: Heart, typed: str) -> None:
    talk = await opened(heart)
    with pytest.raises(Invalid) as refused:
        await service.accept(heart, talk, "a", typed=typed, payload=None)
    assert refused.value.field == "text"
    assert len(await events(heart, talk)) == 1


async def test_a_turn_is_answered_once_even_when_the_answer_comes_twice(heart: Heart) -> None:
    talk = await opened(heart)
    seq = await service.accept(heart, talk, "a", typed="hej", payload=None)
    assert await service.write_answer(heart, talk, seq, ANSWER)
    assert await service.write_answer(heart, talk, seq, ANSWER)
    answered = await events(heart, talk, after=seq)
    assert [event["type"] for event in answered] == ["message", "turn_end"]
    assert {event["reply_to"] for event in answered} == {seq}


async def test_a_late_answer_of_the_bot_is_dropped_when_it_no_longer_owns_the_talk(heart: Heart) -> None:
    talk = await opened(heart)
    seq = await service.accept(heart, talk, "a", typed="hej", payload=None)
    async with heart.database.transaction() as session:
        conversation = await repository.lock(session, talk)
        assert conversation is not None
        conversation.owner = Owner.COUNSELLOR
    await service.write_answer(heart, talk, seq, ANSWER)
    late = await events(heart, talk, after=seq)
    assert [(event["type"], event.get("outcome")) for event in late] == [("turn_end", "handed_over")]


async def test_a_failed_turn_says_sorry_and_shows_a_way_to_a_person(heart: Heart) -> None:
    talk = await opened(heart)
    seq = await service.accept(heart, talk, "a", typed="hej", payload=None)
    await service.write_failure(heart, talk, seq)
    said, end = await events(heart, talk, after=seq)
    assert said["buttons"][0]["payload"] == "/ask_human"
    assert end["outcome"] == "failed"


async def test_an_answer_to_an_erased_conversation_is_reported_as_such(heart: Heart) -> None:
    talk = await opened(heart)
    seq = await service.accept(heart, talk, "a", typed="hej", payload=None)
    async with heart.database.transaction() as session:
        await repository.erase(session, talk)
    assert not await service.write_answer(heart, talk, seq, ANSWER)


async def test_a_waiting_reader_is_woken_by_a_new_event(heart: Heart) -> None:
    talk = await opened(heart)
    waiting = asyncio.create_task(reader.read(heart, talk, 1, wait=20))
    await asyncio.sleep(0.05)
    await service.accept(heart, talk, "a", typed="hej", payload=None)
    assert [event["text"] for event in await asyncio.wait_for(waiting, 5)] == ["hej"]
    assert len(heart.notifier) == 0


async def test_one_worker_at_a_time_holds_a_conversation(heart: Heart) -> None:
    talk = await opened(heart)
    async with heart.database.transaction() as session:
        assert await repository.take_lease(session, talk, "first", seconds=60)
        assert not await repository.take_lease(session, talk, "second", seconds=60)
        assert await repository.take_lease(session, talk, "first", seconds=60)
        await repository.give_lease_back(session, talk, "second")
        assert not await repository.take_lease(session, talk, "second", seconds=60)
        await repository.give_lease_back(session, talk, "first")
        assert await repository.take_lease(session, talk, "second", seconds=-1)
        assert await repository.take_lease(session, talk, "first", seconds=60), "an expired lease is free"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["send", "repeat", "answer", "answer again", "fail"]), max_size=12))
async def test_whatever_happens_each_message_ends_at_most_once_and_numbers_have_no_gap(
    heart: Heart, steps: list[str]
) -> None:
    talk = await opened(heart)
    sent: list[int] = []
    for number, step in enumerate(steps):
        if step == "send":
            sent.append(await service.accept(heart, talk, f"{number}", typed=f"{number}", payload=None))
        elif step == "repeat" and sent:
            client = next(i for i, s in enumerate(steps) if s == "send")
            assert await service.accept(heart, talk, f"{client}", typed="again", payload=None) == sent[0]
        elif step.startswith("answer") and sent:
            await service.write_answer(heart, talk, sent[0 if "again" in step else -1], ANSWER)
        elif step == "fail" and sent:
            await service.write_failure(heart, talk, sent[-1])
    seen = await events(heart, talk)
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
    ends = [event["reply_to"] for event in seen if event["type"] == "turn_end"]
    assert len(ends) == len(set(ends))
    assert [event["seq"] for event in seen if event.get("sender") == "pupil"] == sent


async def test_the_way_to_a_person_is_always_open(heart: Heart) -> None:
    talk = await opened(heart)
    await service.accept(heart, talk, "a", typed=None, payload="/ask_human")
    said = [event["text"] for event in await events(heart, talk) if event.get("sender") == "pupil"]
    assert said == ["Rozmowa z człowiekiem"]


async def test_a_button_is_shown_by_its_latest_title(heart: Heart) -> None:
    talk = await opened(heart)
    seq = await service.accept(heart, talk, "a", typed="hej", payload=None)
    buttons = [{"title": "Inne kursy", "payload": "/ask_courses"}]
    await service.write_answer(
        heart, talk, seq, Answer(messages=[{"text": "x", "buttons": buttons}], language="pl", nlu={})
    )
    await service.accept(heart, talk, "b", typed=None, payload="/ask_courses")
    assert (await events(heart, talk))[-1]["text"] == "Inne kursy"


async def shown(heart: Heart, talk: str, *buttons: dict[str, str]) -> None:
    """The pupil says something and the bot answers with these buttons on a card."""
    seq = await service.accept(heart, talk, f"c{len(await events(heart, talk))}", typed="hm", payload=None)
    card = {"kind": "course", "buttons": list(buttons)}
    message = {"text": "x", "buttons": [], "cards": [card]}
    await service.write_answer(heart, talk, seq, Answer(messages=[message], language="pl", nlu={}))


async def played(heart: Heart, talk: str, typed: str) -> tuple[str | None, str | None]:
    """What Rasa will be given for a typed message: words and payload."""
    seq = await service.accept(heart, talk, f"t{len(await events(heart, talk))}", typed=typed, payload=None)
    async with heart.database.transaction(read_only=True) as session:
        (one,) = [message for message in await repository.waiting(session, talk) if message.seq == seq]
    return one.text, one.payload


CHECK = {"title": "Sprawdź, czy to dla mnie", "payload": '/affirm{"check": "x"}'}
OTHER = {"title": "Sprawdź, czy to dla mnie", "payload": '/affirm{"check": "y"}'}


@pytest.mark.parametrize("typed", ["Sprawdź, czy to dla mnie", "sprawdz czy to dla mnie!"])
async def test_the_title_of_a_button_in_view_may_be_typed(heart: Heart, typed: str) -> None:
    talk = await opened(heart)
    await shown(heart, talk, CHECK)
    assert await played(heart, talk, typed) == (None, CHECK["payload"])
    assert (await events(heart, talk))[-1]["text"] == typed


async def test_a_typed_title_is_only_words_when_two_buttons_have_it_or_none_is_in_view(heart: Heart) -> None:
    talk = await opened(heart)
    await shown(heart, talk, CHECK, OTHER)
    assert await played(heart, talk, CHECK["title"]) == (CHECK["title"], None)
    assert await played(heart, talk, CHECK["title"]) == (CHECK["title"], None)


@pytest.mark.parametrize("typed", ["/restart", CHECK["payload"], "!!!", "…"])
async def test_a_typed_command_is_only_words(heart: Heart, typed: str) -> None:
    talk = await opened(heart)
    await shown(heart, talk, CHECK, {"title": "?", "payload": "/deny"})
    assert await played(heart, talk, typed) == (typed, None)
