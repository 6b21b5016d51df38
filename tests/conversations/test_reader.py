"""Readers resume exactly: whenever they come back, they see each event once and in order."""

import asyncio
import random

from api.conversations import reader, service
from api.conversations.service import Heart

MESSAGES = 40


async def follow(heart: Heart, talk: str, dice: random.Random) -> list[int]:
    """The numbers that a reader sees who leaves after a few events, or while it waits, and resumes."""
    numbers: list[int] = []
    while len(numbers) < MESSAGES + 1:
        stays = dice.randint(1, 5)
        if dice.random() < 0.5:
            after = numbers[-1] if numbers else 0
            events = await reader.read(heart, talk, after, wait=dice.choice([0, 0.01, 60]))
            numbers += [event["seq"] for event in events or []]
            continue
        stream = reader.stream(heart, talk, numbers[-1] if numbers else 0)
        try:
            for _ in range(stays):
                event = await asyncio.wait_for(anext(stream), dice.choice([0.005, 0.05]))
                numbers += [event["seq"]] if event else []
                if len(numbers) == MESSAGES + 1:
                    break
        except TimeoutError:
            pass
        finally:
            await stream.aclose()
    return numbers


async def test_readers_that_leave_and_come_back_see_each_event_once_and_in_order(heart: Heart) -> None:
    conversation, _ = await service.open_conversation(heart, "web", "pl")
    talk = conversation.id
    readers = [asyncio.create_task(follow(heart, talk, random.Random(seed))) for seed in range(6)]
    for number in range(MESSAGES):
        await service.accept(heart, talk, str(number), typed=f"nr {number}", payload=None)
        await asyncio.sleep(0.002)
    for numbers in await asyncio.gather(*readers):
        assert numbers == list(range(1, MESSAGES + 2))
    assert len(heart.notifier) == 0
