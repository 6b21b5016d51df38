"""Search and doubts on both kinds of database: the same answers."""

from sqlalchemy import select

from api.conversations import doubts, search, service
from api.conversations.models import Conversation, Event
from api.conversations.notifier import Notifier
from api.conversations.search import Wanted
from api.conversations.service import Heart
from api.database import Database
from tests.console.talks import begin, said, turn


async def test_words_and_filters_find_the_same(store: Database) -> None:
    heart = Heart(store, Notifier())
    talk, seq = await said(heart, "Łącznik 100% ŚRUBA", "nlu_fallback")
    await said(heart, "zupełnie co innego")
    async with store.transaction(read_only=True) as session:
        for words in ("lacznik", "śruba 100%", "ŁĄCZ"):
            found = await search.find(session, Wanted(words=words, unsure=True), None, limit=5)
            assert [one.id for one in found] == [talk]
            lines = await search.first_lines(session, words, [talk])
            assert lines[talk].seq == seq
        assert await search.find(session, Wanted(words="100_"), None, limit=5) == []
        among = select(Conversation.id).where(Conversation.id != talk)
        assert talk not in [one.id for one in await search.find(session, Wanted(), among, limit=5)]
        told = (await search.summaries(session, [talk]))[talk]
        assert (told.messages["pupil"], told.unsure, told.topics, told.outcome) == (1, 1, [], "")


async def test_what_went_wrong_is_found_once_and_not_after_it_is_settled(store: Database) -> None:
    heart = Heart(store, Notifier())
    talk = await begin(heart)
    fine = await turn(heart, talk, "macie kurs", "ask_courses", 0.9)
    blamed = await turn(heart, talk, "pokaz staz", "ask_demand", 0.9)
    await turn(heart, talk, "zle", "complain", 0.9)
    await turn(heart, talk, "dalej zle", "complain", 0.9)
    await turn(heart, talk, "Ola", None, None)
    lost = await turn(heart, talk, "hm", "nlu_fallback", 1.0)
    again = await turn(heart, talk, "hmm", "nlu_fallback", 1.0)
    broken = await service.accept(heart, talk, "x", typed="ojej", payload=None)
    await service.write_failure(heart, talk, broken)
    nothing = select(Event.conversation_id, Event.seq).where(Event.seq < 0)
    one = select(Event.conversation_id, Event.seq).where(Event.seq == lost)
    async with store.transaction(read_only=True) as session:
        found = {doubt.seq: doubt.reason for doubt in await doubts.find(session, nothing, 20)}
        assert found == {blamed: "complaint", lost: "unsure", again: "twice", broken: "failed"}
        assert lost not in {doubt.seq for doubt in await doubts.find(session, one, 20)}
        line = await doubts.line(session, talk, fine)
        assert line is not None
        assert (line.heard, line.confidence) == ("ask_courses", 0.9)
        assert await doubts.line(session, talk, fine + 1) is None


async def test_lines_whose_text_is_gone_are_not_shown(store: Database) -> None:
    heart = Heart(store, Notifier())
    talk, seq = await said(heart, "hm", "nlu_fallback")
    nothing = select(Event.conversation_id, Event.seq).where(Event.seq < 0)
    async with store.transaction() as session:
        event = await session.get_one(Event, (talk, seq))
        event.body = {}
        await session.flush()
        assert await doubts.find(session, nothing, 20) == []
        assert await doubts.line(session, talk, seq) is None
        assert await search.find(session, Wanted(words="hm"), None, limit=5) == []
