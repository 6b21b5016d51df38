"""What the API says with a turn goes on with each call of an action of this turn, and of no other one."""

from __future__ import annotations

import asyncio
from typing import List, Optional, Tuple

from aiohttp import web
from rasa.utils.endpoints import EndpointConfig

from bot import carried, lean

lean.install()


def test_each_turn_carries_its_own_headers_over_one_session() -> None:
    got: List[Tuple[Optional[str], Optional[str]]] = []

    async def action(request: web.Request) -> web.Response:
        got.append((request.headers.get("traceparent"), request.headers.get("X-Catalogue")))
        return web.json_response({"events": [], "responses": []})

    async def turn(endpoint: EndpointConfig, trace: Optional[str], catalogue: Optional[int]) -> None:
        carried.note(trace, catalogue)
        await asyncio.wait_for(endpoint.request(json={}), 60)

    async def talk() -> None:
        application = web.Application()
        application.router.add_post("/webhook", action)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
        await endpoint.request(json={})
        turns = [("00-a", 7), ("00-b", 8), (None, 0), (None, None)]
        await asyncio.gather(*(asyncio.ensure_future(turn(endpoint, *told)) for told in turns))
        async with endpoint.session() as session:
            await session.close()
        await runner.cleanup()

    asyncio.run(talk())
    assert got[0] == (None, None)
    assert sorted(got[1:], key=str) == sorted([("00-a", "7"), ("00-b", "8"), (None, "0"), (None, None)], key=str)
