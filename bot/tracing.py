"""Hands the mark of a trace (`traceparent`) from the API's call on to the calls of the actions; nothing else.

The API and the actions make the spans (`api/traces.py`). OpenTelemetry's libraries cannot be installed beside Rasa 3.6,
which pins an older protobuf.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Optional, Text

import aiohttp

NAME = "traceparent"
COLLECTORS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
MARK: "ContextVar[Optional[Text]]" = ContextVar(NAME, default=None)


def is_on() -> bool:
    """Whether a collector is named, by the same variables as for the other processes."""
    return any(os.environ.get(name) for name in COLLECTORS)


def config() -> aiohttp.TraceConfig:
    """For a session: each request carries the mark of the turn that it belongs to, if that has one."""
    found = aiohttp.TraceConfig()
    found.on_request_start.append(_add)
    return found


async def _add(_session: aiohttp.ClientSession, _: SimpleNamespace, params: aiohttp.TraceRequestStartParams) -> None:
    mark = MARK.get()
    if mark:
        params.headers[NAME] = mark
