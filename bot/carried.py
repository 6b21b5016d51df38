"""What the API says with a turn and the calls of its actions carry on: the mark of its trace, the catalogue's version.

The API and the actions make the spans of a trace (`api/traces.py`). OpenTelemetry's libraries do not fit beside Rasa,
which pins an older protobuf. An action that is told the version need not ask the database for it.
"""

from __future__ import annotations

from contextvars import ContextVar
from types import SimpleNamespace
from typing import Dict, Optional, Text

import aiohttp

TRACE, CATALOGUE = "traceparent", "X-Catalogue"
HEADERS: "ContextVar[Dict[Text, Text]]" = ContextVar("headers")


def note(trace: Optional[Text], catalogue: Optional[int]) -> None:
    """Let what is called from here on carry these."""
    told = {TRACE: trace, CATALOGUE: None if catalogue is None else str(catalogue)}
    HEADERS.set({name: value for name, value in told.items() if value is not None})


def config() -> aiohttp.TraceConfig:
    """For a session: each request carries what was noted for the turn that it belongs to."""
    found = aiohttp.TraceConfig()
    found.on_request_start.append(_add)
    return found


async def _add(_session: aiohttp.ClientSession, _: SimpleNamespace, params: aiohttp.TraceRequestStartParams) -> None:
    params.headers.update(HEADERS.get({}))
