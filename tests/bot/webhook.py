"""A double of the action server: one function behind its address."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import AsyncIterator, Awaitable, Callable

from aiohttp import web
from rasa.utils.endpoints import EndpointConfig

Action = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def served(action: Action, port: int = 0) -> AsyncIterator[int]:
    """Answers calls on this port, or on a free one, while the block lasts; gives the port."""
    application = web.Application()
    application.router.add_post("/webhook", action)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


def endpoint(port: int) -> EndpointConfig:
    """How Rasa reaches it."""
    return EndpointConfig(f"http://127.0.0.1:{port}/webhook")


async def hang_up(actions: EndpointConfig) -> None:
    """Close the connections that `bot/lean.py` keeps."""
    async with actions.session() as session:
        await session.close()
