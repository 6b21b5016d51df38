"""What the API says with a turn goes on with each call of an action of this turn, and of no other one."""

from __future__ import annotations

import asyncio
from typing import List, Optional, Tuple

from aiohttp import web
from rasa.utils.endpoints import EndpointConfig

from bot import carried, lean
from tests.bot.webhook import endpoint, hang_up, served

lean.install()


def test_each_turn_carries_its_own_headers_over_one_session() -> None:
    got: List[Tuple[Optional[str], Optional[str]]] = []

    async def action(request: web.Request) -> web.Response:
        got.append((request.headers.get("traceparent"), request.headers.get("X-Catalogue")))
        return web.json_response({"events": [], "responses": []})

    async def turn(actions: EndpointConfig, trace: Optional[str], catalogue: Optional[int]) -> None:
        carried.note(trace, catalogue)
        await asyncio.wait_for(actions.request(json={}), 60)

    async def talk() -> None:
        async with served(action) as port:
            actions = endpoint(port)
            await actions.request(json={})
            turns = [("00-a", 7), ("00-b", 8), (None, 0), (None, None)]
            await asyncio.gather(*(asyncio.ensure_future(turn(actions, *told)) for told in turns))
            await hang_up(actions)

    asyncio.run(talk())
    assert got[0] == (None, None)
    assert sorted(got[1:], key=str) == sorted([("00-a", "7"), ("00-b", "8"), (None, "0"), (None, None)], key=str)
