"""Handing over: who owns a talk, what the pupil is told and can do while it waits, and what the bot learns of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.conversations import desk, handoff, hours, reader, repository, service
from api.conversations.handoff import Actor, OwnerChange
from api.conversations.models import Conversation, InboxMessage, Owner
from api.conversations.rasa import Answer
from api.conversations.service import Heart
from api.errors import Conflict, NotFound

ANNA, JAN = Actor("staff", 1, "Anna"), Actor("staff", 2, "Jan")


async def opened(heart: Heart, language: str = "pl") -> str:
    """The id of a new conversation."""
    conversation, _ = await service.open_conversation(heart, "web", language)  # type: ignore[arg-type]
    return conversation.id


async def events(heart: Heart, talk: str, after: int = 0) -> list[dict[str, Any]]:
    """The conversation's events."""
    return await reader.read(heart, talk, after, wait=0)


async def change(heart: Heart, talk: str, to: Owner, by: Actor, **options: Any) -> Conversation:
    """Change the owner in a transaction of its own."""
    async with heart.database.transaction() as session:
        return await handoff.change_owner(session, talk, to=to, by=by, reason=options.pop("reason", "test"), **options)


async def write(heart: Heart, talk: str, by: Actor, line: str, **options: Any) -> int:
    """Write a counsellor's line in a transaction of its own."""
    given = {"client_id": line, "seen": 10_000, **options}
    async with heart.database.transaction() as session:
        return await handoff.write_line(session, talk, by, line, **given)


async def say(heart: Heart, talk: str, typed: str) -> int:
    """A pupil's message."""
    return await service.accept(heart, talk, typed, typed=typed, payload=None)


async def press(heart: Heart, talk: str, payload: str) -> list[dict[str, Any]]:
    """Press a button; all that follows its line at once."""
    seq = await service.accept(heart, talk, f"{payload}{datetime.now(UTC)}", typed=None, payload=payload)
    return await events(heart, talk, after=seq)


def answer(*messages: dict[str, Any], **nlu: Any) -> Answer:
    """The bot's answer."""
    return Answer(messages=list(messages) or [{"text": "Dobrze.", "buttons": []}], language="pl", nlu=nlu)


async def row(heart: Heart, talk: str) -> Conversation:
    """The conversation as stored."""
    async with heart.database.transaction(read_only=True) as session:
        found = await session.get(Conversation, talk)
    assert found is not None
    return found


async def test_an_answer_that_asks_for_a_person_makes_the_talk_wait(heart: Heart) -> None:
    talk = await opened(heart)
    seq = await say(heart, talk, "chcę człowieka")
    await service.write_answer(heart, talk, seq, answer({"text": "Jasne.", "buttons": [], "handoff": "asked"}))
    said, owner, notice, end = sorted(await events(heart, talk, after=seq), key=lambda e: _order(e))
    assert (said["sender"], said["text"]) == ("bot", "Jasne.")
    assert "handoff" not in said
    assert (owner["owner"], owner["name"]) == ("waiting", None)
    assert notice["sender"] == "system"
    assert (end["outcome"], end["reply_to"]) == ("handed_over", seq)
    found = await row(heart, talk)
    assert (found.owner, found.owner_reason, found.owner_version) == ("waiting", "asked", 1)


def _order(event: dict[str, Any]) -> int:
    return ["bot", "owner", "system", "turn_end"].index(event.get("sender") or event["type"])


async def test_the_way_to_a_person_works_while_rasa_is_away(heart: Heart) -> None:
    talk = await opened(heart, "en")
    after = await press(heart, talk, handoff.TO_A_PERSON)
    assert [e["owner"] for e in after if e["type"] == "owner"] == ["waiting"]
    assert after[-1]["outcome"] == "handed_over"
    assert "You are waiting for a person" in next(e["text"] for e in after if e.get("sender") == "system")


@pytest.mark.parametrize(
    ("intent", "reason"),
    [("nlu_fallback", "unsure"), ("distress", "safety"), ("ask_courses", "asked")],
)
async def test_the_reason_is_what_the_talk_was_about(heart: Heart, intent: str, reason: str) -> None:
    talk = await opened(heart)
    seq = await say(heart, talk, "coś")
    await service.write_answer(heart, talk, seq, answer(intent=intent, confidence=0.9, entities=[]))
    await press(heart, talk, handoff.TO_A_PERSON)
    assert (await row(heart, talk)).owner_reason == reason


async def test_while_waiting_the_pupils_words_are_kept_for_the_counsellor(heart: Heart) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    first = await events(heart, talk, after=await say(heart, talk, "chodzi o staż"))
    assert [(e["type"], e.get("outcome")) for e in first] == [("message", None), ("turn_end", "handed_over")]
    second = await events(heart, talk, after=await say(heart, talk, "w gastronomii"))
    assert [e["type"] for e in second] == ["turn_end"], "one confirmation is enough"
    async with heart.database.transaction(read_only=True) as session:
        assert list(await session.scalars(select(InboxMessage))) == []


async def test_messages_that_wait_for_the_bot_go_to_the_person(heart: Heart) -> None:
    talk = await opened(heart)
    sent = [await say(heart, talk, f"{n}") for n in range(3)]
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    for seq in sent:
        await service.write_answer(heart, talk, seq, answer())
    seen = await events(heart, talk)
    assert [(e["reply_to"], e["outcome"]) for e in seen if e["type"] == "turn_end"] == [
        (s, "handed_over") for s in sent
    ]
    assert [e for e in seen if e.get("sender") == "bot"] == seen[:1], "only the greeting"


async def test_of_two_who_take_a_talk_one_wins_and_the_other_is_told(heart: Heart) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    await change(heart, talk, Owner.COUNSELLOR, ANNA, expected_version=1)
    with pytest.raises(Conflict):
        await change(heart, talk, Owner.COUNSELLOR, JAN, expected_version=1)
    assert (await row(heart, talk)).counsellor_name == "Anna"
    joined = [e["text"] for e in await events(heart, talk) if e.get("sender") == "system"][-1]
    assert "Anna" in joined


async def test_only_the_counsellor_of_a_talk_writes_in_it(heart: Heart) -> None:
    talk = await opened(heart)
    with pytest.raises(Conflict):
        await write(heart, talk, ANNA, "jeszcze nie moja")
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    with pytest.raises(Conflict):
        await write(heart, talk, JAN, "nie moja")
    await write(heart, talk, ANNA, "moja")
    await change(heart, talk, Owner.BOT, ANNA)
    with pytest.raises(Conflict):
        await write(heart, talk, ANNA, "już nie moja")
    assert [e["text"] for e in await events(heart, talk) if e.get("sender") == "counsellor"] == ["moja"]


async def test_a_line_sent_twice_is_written_once(heart: Heart) -> None:
    talk = await opened(heart)
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    assert await write(heart, talk, ANNA, "hej") == await write(heart, talk, ANNA, "hej")
    assert len([e for e in await events(heart, talk) if e.get("sender") == "counsellor"]) == 1


async def test_a_counsellor_who_has_not_seen_the_latest_lines_is_asked_first(heart: Heart) -> None:
    talk = await opened(heart)
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    seen = await say(heart, talk, "pytanie")
    await say(heart, talk, "a jednak nie")
    await say(heart, talk, "zostawmy to")
    with pytest.raises(handoff.StaleView) as stale:
        await write(heart, talk, ANNA, "odpowiedź", seen=seen)
    assert stale.value.newer == 2
    await write(heart, talk, ANNA, "odpowiedź", seen=seen, anyway=True)


async def test_back_with_the_bot_it_knows_what_the_counsellor_wrote(heart: Heart) -> None:
    talk = await opened(heart)
    first = await say(heart, talk, "hej")
    await service.write_answer(heart, talk, first, answer(intent="greet"))
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    await write(heart, talk, ANNA, "Polecam kurs spawania.")
    await change(heart, talk, Owner.BOT, ANNA)
    second, third = await say(heart, talk, "dzięki"), await say(heart, talk, "macie kursy?")
    async with heart.database.transaction(read_only=True) as session:
        assert await handoff.said_meanwhile(session, talk, first) == []
        assert await handoff.said_meanwhile(session, talk, second) == ["Polecam kurs spawania."]
    await service.write_answer(heart, talk, second, answer(intent="thank"))
    async with heart.database.transaction(read_only=True) as session:
        assert await handoff.said_meanwhile(session, talk, third) == []


async def test_a_pupil_who_waits_can_go_back_to_the_bot(heart: Heart) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    after = await press(heart, talk, handoff.BACK_TO_BOT)
    assert [e["owner"] for e in after if e["type"] == "owner"] == ["bot"]
    assert after[-1]["outcome"] == "answered"
    again = await press(heart, talk, handoff.BACK_TO_BOT)
    assert [e["type"] for e in again] == ["message", "turn_end"], "an old button does no harm"


ASKED = {"text": "Jak masz na imię?", "buttons": [{"title": "Stop", "payload": "/cancel"}], "asks": "first_name"}
PASSED_ON = {"text": "Przekazuję.", "buttons": [], "handoff": "complaint"}


@pytest.mark.parametrize("reason", ["unsure", "complaint"])
async def test_who_goes_back_in_the_middle_of_a_form_is_asked_again(heart: Heart, reason: str) -> None:
    talk = await opened(heart)
    await service.write_answer(heart, talk, await say(heart, talk, "chcę się zapisać"), answer(ASKED))
    for words in ("ech", "ech, znowu"):
        await service.write_answer(heart, talk, await say(heart, talk, words), answer(PASSED_ON | {"handoff": reason}))
        assert (await row(heart, talk)).owner_reason == reason
        owner, notice, question, end = await press(heart, talk, handoff.BACK_TO_BOT)
        assert (owner["owner"], end["outcome"]) == ("bot", "answered")
        assert "Znów jestem tu ja, bot" in notice["text"]
        assert not notice["buttons"]
        assert (question["sender"], question["text"], question["buttons"]) == ("bot", ASKED["text"], ASKED["buttons"])
        assert not {"asks", "handoff"} & question.keys()


async def test_who_is_given_back_in_the_middle_of_a_form_is_asked_again(heart: Heart) -> None:
    talk = await opened(heart)
    await service.write_answer(heart, talk, await say(heart, talk, "chcę się zapisać"), answer(ASKED))
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    await change(heart, talk, Owner.BOT, ANNA)
    notice, question = (await events(heart, talk))[-2:]
    assert "bot, nie człowiek" in notice["text"]
    assert question["text"] == ASKED["text"]


async def test_what_a_form_asked_before_it_ended_is_not_asked_again(heart: Heart) -> None:
    talk = await opened(heart)
    for words in (ASKED, {"text": "Zapisane.", "buttons": []}, PASSED_ON):
        await service.write_answer(heart, talk, await say(heart, talk, f"{words}"), answer(words))
    _, notice, _ = await press(heart, talk, handoff.BACK_TO_BOT)
    assert {"/ask_courses", "/ask_human"} <= {button["payload"] for button in notice["buttons"]}


async def test_a_button_pressed_in_the_middle_of_a_form_is_answered_and_nothing_else_asked(heart: Heart) -> None:
    talk = await opened(heart)
    for words in (ASKED, PASSED_ON):
        await service.write_answer(heart, talk, await say(heart, talk, f"{words}"), answer(words))
    owner, notice = await press(heart, talk, "/cancel")
    assert owner["owner"] == "bot"
    assert not notice["buttons"]


async def test_the_second_turn_in_a_row_that_breaks_down_goes_on_to_a_person(heart: Heart) -> None:
    talk = await opened(heart)
    for number in range(2):
        await service.write_failure(heart, talk, await say(heart, talk, f"ojej {number}"))
        await service.write_answer(heart, talk, await say(heart, talk, f"hej {number}"), answer())
    assert (await row(heart, talk)).owner == Owner.BOT, "not in a row"
    for number in range(2, 4):
        await service.write_failure(heart, talk, await say(heart, talk, f"ojej {number}"))
    found = await row(heart, talk)
    assert (found.owner, found.owner_reason) == ("waiting", "failed")
    *_, said, end, owner, notice = await events(heart, talk)
    assert "Przekazuję" in said["text"]
    assert (end["outcome"], owner["owner"]) == ("failed", "waiting")
    assert handoff.BACK_TO_BOT in {button["payload"] for button in notice["buttons"]}


async def test_a_topics_button_pressed_while_waiting_goes_to_the_bot(heart: Heart) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    await press(heart, talk, "/ask_courses")
    async with heart.database.transaction(read_only=True) as session:
        assert [m.payload for m in await session.scalars(select(InboxMessage))] == ["/ask_courses"]
    assert (await row(heart, talk)).owner == Owner.BOT


async def test_no_button_takes_a_talk_away_from_a_counsellor(heart: Heart) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    for payload in (handoff.BACK_TO_BOT, handoff.TO_A_PERSON, "/ask_courses"):
        assert [e["type"] for e in await press(heart, talk, payload)] == ["turn_end"]
    assert (await row(heart, talk)).owner == Owner.COUNSELLOR


@pytest.mark.parametrize("typed", ["/back_to_bot", "/ask_human", "/restart", '/inform_interest{"interest": "x"}'])
async def test_nothing_typed_is_a_command(heart: Heart, typed: str) -> None:
    talk = await opened(heart)
    await say(heart, talk, typed)
    assert (await row(heart, talk)).owner == Owner.BOT
    await press(heart, talk, handoff.TO_A_PERSON)
    await say(heart, talk, f"{typed} ")
    assert (await row(heart, talk)).owner == Owner.WAITING


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zadzwoń 600 100 200", True),
        ("+48 600-100-200", True),
        ("mój mail to ktos@example.org", True),
        ("mam 17 lat i chodzę do 2 klasy", False),
        ("kwalifikacja MEC.05, 2026/2027", False),
    ],
)
async def test_a_contact_is_noticed_and_confirmed(heart: Heart, typed: str, *, kept: bool) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    prompt = await press(heart, talk, handoff.LEAVE_CONTACT)
    assert "e-mail" in prompt[0]["text"]
    assert prompt[-1]["outcome"] == "handed_over"
    seq = await say(heart, talk, typed)
    assert (await row(heart, talk)).contact_seq == (seq if kept else None)


async def test_a_closed_talk_goes_on_with_the_bot_when_the_pupil_writes_again(heart: Heart) -> None:
    talk = await opened(heart)
    await change(heart, talk, Owner.COUNSELLOR, ANNA)
    await change(heart, talk, Owner.CLOSED, ANNA, reason="solved")
    await say(heart, talk, "jeszcze jedno")
    assert (await row(heart, talk)).owner == Owner.BOT
    async with heart.database.transaction(read_only=True) as session:
        assert len(list(await session.scalars(select(InboxMessage)))) == 1


HELPLINE = {"text": "116 111", "buttons": [], "safety": True}


@pytest.mark.parametrize(
    ("danger", "owner", "outcome"),
    [
        ("distress", "bot", "answered"),
        ("report_violence", "waiting", "handed_over"),
        ("crisis", "waiting", "handed_over"),
    ],
)
async def test_rasas_vote_flags_the_talk_and_hands_it_over_where_it_is_grave(
    heart: Heart, danger: str, owner: str, outcome: str
) -> None:
    calm, urgent = await opened(heart), await opened(heart)
    await press(heart, calm, handoff.TO_A_PERSON)
    seq = await say(heart, urgent, "jest mi źle")
    await service.write_answer(heart, urgent, seq, answer(HELPLINE | {"danger": danger}))
    found = await row(heart, urgent)
    assert (found.owner, found.safety_class) == (owner, danger)
    assert found.owner_reason == ("safety" if owner == "waiting" else None)
    (end,) = [e for e in await events(heart, urgent) if e["type"] == "turn_end"]
    assert end["outcome"] == outcome
    async with heart.database.transaction(read_only=True) as session:
        assert [talk.id for talk in await desk.queue(session)] == [urgent, calm], "safety first, and each once"
        kinds = [news.kind for news in await desk.news_after(session, 0)]
    assert kinds == ["waiting", "safety"], "one call for one case"
    async with heart.database.transaction() as session:
        await handoff.settle_safety(session, urgent)
    async with heart.database.transaction(read_only=True) as session:
        left = [talk.id for talk in await desk.queue(session)]
    assert left == ([calm, urgent] if owner == "waiting" else [calm]), "who is settled and waits, waits like others"


async def test_every_change_is_kept_with_who_and_why(heart: Heart) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    await change(heart, talk, Owner.COUNSELLOR, ANNA, reason="took")
    await change(heart, talk, Owner.COUNSELLOR, ANNA, reason="assigned", counsellor=JAN)
    await change(heart, talk, Owner.BOT, JAN, reason="gave_back")
    async with heart.database.transaction(read_only=True) as session:
        kept = list(await session.scalars(select(OwnerChange).order_by(OwnerChange.version)))
    assert [(c.version, c.owner, c.counsellor_id, c.by_kind, c.by_id, c.reason) for c in kept] == [
        (1, "waiting", None, "pupil", None, "asked"),
        (2, "counsellor", 1, "staff", 1, "took"),
        (3, "counsellor", 2, "staff", 1, "assigned"),
        (4, "bot", None, "staff", 2, "gave_back"),
    ]


async def test_an_erased_talk_cannot_be_taken(heart: Heart) -> None:
    talk = await opened(heart)
    await press(heart, talk, handoff.TO_A_PERSON)
    async with heart.database.transaction() as session:
        await repository.erase(session, talk)
    with pytest.raises(NotFound):
        await change(heart, talk, Owner.COUNSELLOR, ANNA)


def local(day: int, clock: str) -> datetime:
    """A moment in the week of 23 November 2026 (a Monday), given in Warsaw's time."""
    at = datetime.strptime(f"2026-11-{day} {clock}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    return at.replace(tzinfo=hours.ZONE).astimezone(UTC)


def test_opening_hours_in_words_and_at_a_moment() -> None:
    week = hours.Hours({0: ("08:00", "15:00"), 1: ("08:00", "15:00"), 2: ("08:00", "15:00"), 5: ("09:00", "12:00")})
    assert week.in_words("pl") == "pon.–śr. 8:00–15:00, sob. 9:00–12:00"
    assert week.in_words("en") == "Mon–Wed 8:00–15:00, Sat 9:00–12:00"
    assert week.closes_at(local(23, "08:00")) == "15:00"
    assert week.closes_at(local(23, "15:00")) is None
    assert week.closes_at(local(26, "10:00")) is None
    assert not hours.Hours({}).known


async def test_outside_hours_the_pupil_hears_so_and_is_offered_an_appointment(heart: Heart) -> None:
    talk = await opened(heart)
    yesterday = (datetime.now(hours.ZONE) - timedelta(days=1)).weekday()
    async with heart.database.transaction() as session:
        await hours.replace(session, {yesterday: ("08:00", "15:00")})
    notice = next(e for e in await press(heart, talk, handoff.TO_A_PERSON) if e.get("sender") == "system")
    assert "Teraz nikogo tu nie ma" in notice["text"]
    assert "8:00–15:00" in notice["text"]
    assert "116 111" in notice["text"]
    assert "/ask_counselling" in {b["payload"] for b in notice["buttons"]}


async def test_without_hours_nothing_is_promised_and_the_line_is_told(heart: Heart) -> None:
    first, second = await opened(heart), await opened(heart)
    alone = next(e for e in await press(heart, first, handoff.TO_A_PERSON) if e.get("sender") == "system")
    behind = next(e for e in await press(heart, second, handoff.TO_A_PERSON) if e.get("sender") == "system")
    assert "nie wiem, kiedy" in alone["text"]
    assert "Przed Tobą" not in alone["text"]
    assert "Przed Tobą czeka 1 osoba." in behind["text"]


async def test_those_in_danger_stand_before_and_are_counted(heart: Heart) -> None:
    first, danger, last = [await opened(heart) for _ in range(3)]
    await press(heart, first, handoff.TO_A_PERSON)
    seq = await say(heart, danger, "…")
    await service.write_answer(heart, danger, seq, answer(HELPLINE | {"danger": "crisis"}))
    told = [e["text"] for e in await events(heart, danger) if e.get("sender") == "system"]
    assert "Przed Tobą" not in told[-1]
    behind = next(e for e in await press(heart, last, handoff.TO_A_PERSON) if e.get("sender") == "system")
    assert "Przed Tobą czekają 2 osoby." in behind["text"]


async def test_who_asked_in_the_night_is_first_in_the_morning_after_those_in_danger(heart: Heart) -> None:
    night, danger, morning = [await opened(heart) for _ in range(3)]
    await press(heart, night, handoff.TO_A_PERSON)
    async with heart.database.transaction() as session:
        asked = await session.get(Conversation, night)
        assert asked is not None
        asked.owner_since -= timedelta(hours=10)
    await press(heart, morning, handoff.TO_A_PERSON)
    async with heart.database.transaction() as session:
        await handoff.flag_safety(session, danger)
        assert [talk.id for talk in await desk.queue(session)] == [danger, night, morning]
