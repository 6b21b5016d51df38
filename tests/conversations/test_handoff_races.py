"""A thousand races for a talk: nobody writes who does not own it, nothing is lost, nothing comes twice."""

import asyncio
import random
from typing import Any

from api.conversations import handoff, reader, service
from api.conversations.handoff import Actor
from api.conversations.models import Conversation, Owner
from api.conversations.rasa import Answer
from api.conversations.service import Heart
from api.errors import Conflict

RACES = 1000
PER_TALK = 10
ANNA, JAN = Actor("staff", 1, "Anna"), Actor("staff", 2, "Jan")


class Race:
    """One conversation and all that was tried in it."""

    def __init__(self, heart: Heart, talk: str, chance: random.Random) -> None:
        self.heart, self.talk, self.chance = heart, talk, chance
        self.sent: list[int] = []
        self.written: dict[str, int] = {}
        self.refused: set[str] = set()
        self.count = 0

    async def seen(self) -> Conversation:
        """The talk as somebody's page shows it."""
        async with self.heart.database.transaction(read_only=True) as session:
            found = await session.get(Conversation, self.talk)
        assert found is not None
        return found

    async def pause(self) -> None:
        """Let the others go ahead, or not."""
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)

    async def pupil(self) -> None:
        """The pupil writes."""
        self.count += 1
        name = f"pupil {self.count}"
        await self.pause()
        self.sent.append(await service.accept(self.heart, self.talk, name, typed=name, payload=None))

    async def bot(self, seq: int) -> None:
        """The bot's answer to a message arrives, perhaps late."""
        await self.pause()
        answer = Answer(messages=[{"text": f"bot {seq}", "buttons": []}], language="pl", nlu={})
        assert await service.write_answer(self.heart, self.talk, seq, answer)

    async def change(self, to: Owner, by: Actor, version: int) -> int:
        """Take or give back, as the page showed it; whether it worked."""
        await self.pause()
        try:
            async with self.heart.database.transaction() as session:
                await handoff.change_owner(session, self.talk, to=to, by=by, reason="race", expected_version=version)
        except Conflict:
            return 0
        return 1

    async def line(self, by: Actor) -> None:
        """A counsellor's line, sent twice as after a broken connection."""
        self.count += 1
        words = f"{by.name} {self.count}"
        await self.pause()
        for _ in range(2):
            try:
                async with self.heart.database.transaction() as session:
                    seq = await handoff.write_line(session, self.talk, by, words, client_id=words, seen=0, anyway=True)
                assert self.written.setdefault(words, seq) == seq
            except Conflict:
                if words not in self.written:
                    self.refused.add(words)

    async def run(self) -> None:
        """Everybody at once."""
        page = await self.seen()
        version = page.owner_version
        takes = [self.change(Owner.COUNSELLOR, who, version) for who in (ANNA, JAN)]
        back = self.change(Owner.BOT, self.chance.choice((ANNA, JAN)), version)
        unanswered = [self.bot(seq) for seq in self.sent[-2:]]
        others = [self.pupil(), self.line(ANNA), self.line(JAN), *unanswered]
        self.chance.shuffle(others)
        took, took_too, gave, *_ = await asyncio.gather(*takes, back, *others)
        changed = (await self.seen()).owner_version - version
        assert changed <= 1, "one version, one change"
        assert took + took_too + gave >= 1
        self.refused -= self.written.keys()


def check(race: Race, events: list[dict[str, Any]]) -> None:
    """The rules, read off the events."""
    owner, name = "bot", None
    lines: list[str] = []
    for event in events[1:]:
        if event["type"] == "owner":
            owner, name = event["owner"], event["name"]
        elif event.get("sender") == "bot":
            assert owner == "bot", f"the bot talks over {name}"
        elif event.get("sender") == "counsellor":
            assert (owner, event["text"].split()[0]) == ("counsellor", name)
            lines.append(event["text"])
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert sorted(lines) == sorted(race.written), "each accepted line once, no refused one"
    ends = [event["reply_to"] for event in events if event["type"] == "turn_end"]
    assert sorted(ends) == sorted(race.sent), "each message ends once"
    answered = [event["reply_to"] for event in events[1:] if event.get("sender") == "bot"]
    assert len(answered) == len(set(answered)), "no answer twice"
    assert [event["text"] for event in events if event.get("sender") == "pupil"] != []


async def test_a_thousand_races(heart: Heart) -> None:
    for number in range(RACES // PER_TALK):
        conversation, _ = await service.open_conversation(heart, "web", "pl")
        race = Race(heart, conversation.id, random.Random(number))
        await race.pupil()
        for _ in range(PER_TALK):
            await race.run()
        async with heart.database.transaction() as session:
            await handoff.change_owner(session, race.talk, to=Owner.BOT, by=ANNA, reason="end")
        for seq in race.sent:
            await race.bot(seq)
        check(race, await reader.read(heart, race.talk, 0, wait=0))
