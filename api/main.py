"""The web application: puts the rooms together.

uvicorn api.main:app --factory
"""

import asyncio
import ctypes
import resource
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import described, errors, garbage, logs, metrics, traces
from api.accounts import oidc
from api.alerts import job as alerts
from api.alerts import mail
from api.appointments.routes import router as appointments
from api.catalogue import service as versions
from api.catalogue.routes import router as catalogue
from api.channels.messenger import channel as messenger
from api.channels.messenger.configuration import configuration as messenger_configuration
from api.channels.messenger.routes import router as messenger_routes
from api.channels.web.limits import Limiter
from api.channels.web.routes import router as web_channel
from api.channels.web.streams import Streams
from api.console.routes import router as console
from api.conversations.jobs import every
from api.conversations.notifier import Notifier
from api.conversations.rasa import RasaClient
from api.conversations.service import Heart
from api.conversations.worker import Worker
from api.database import Database
from api.hardening import LARGEST_BODY, Hardening
from api.insights import collector
from api.observe import Observer, Timing
from api.privacy import retention
from api.privacy.concealing import conceal
from api.privacy.routes import router as privacy
from api.safety.detector import Detector
from api.safety.guard import Guard
from api.settings import HalfSet, Settings, settings
from api.widget.routes import router as widget

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from api.conversations.wakeups import Wakeups

MOST_FILES = 65_536
# Nobody waits longer for what only saves time.
REDIS_SECONDS = 0.5


def app(configuration: Settings | None = None) -> FastAPI:
    """The application with all its routes; `configuration` is for tests."""
    chosen = configuration or settings()
    logs.configure(chosen.log_level)
    application = FastAPI(
        title="Drogowskaz",
        version="1",
        description="Career guidance for pupils of vocational schools: web channel and catalogue.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    application.state.settings = chosen
    try:
        application.state.messenger_configuration = messenger_configuration(chosen)
        application.state.post = mail.post(chosen)
        application.state.provider = oidc.provider(chosen)
    except HalfSet as problem:
        raise SystemExit(str(problem)) from problem
    errors.install(application)
    # The widget runs on the pages of schools; a conversation is protected by its token, not by where the page is.
    application.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["authorization", "content-type"],
        expose_headers=["retry-after"],
    )
    application.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    application.add_middleware(Hardening, secure=chosen.public.startswith("https:"))
    application.add_middleware(Timing)
    application.add_middleware(Streams)
    for router in (web_channel, messenger_routes, catalogue, appointments, privacy, widget, console):
        application.include_router(router)
    application.add_api_route("/docs", described.page, include_in_schema=False)
    application.add_api_route("/healthz", _healthz, include_in_schema=False)
    application.add_api_route("/readyz", _readyz, include_in_schema=False)
    return application


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncGenerator[None]:
    """Open the database and the way to Rasa, start the worker; close all of it at the end."""
    chosen: Settings = application.state.settings
    state = application.state
    _allow_many_connections()
    state.database = Database(chosen.database)
    state.rasa = RasaClient(chosen.rasa, chosen.rasa_token())
    guard = Guard(Detector(chosen.drogowskaz_var), state.database)
    await guard.prepare()
    state.heart = Heart(
        state.database,
        Notifier(),
        watch=guard,
        conceal=conceal,
        version=versions.version,
    )
    _give_memory_back()
    redis = shared(chosen.redis_url)
    wakeups = _begin_wakeups(state.heart.notifier, redis) if redis is not None else None
    state.limiter = Limiter(on=chosen.rate_limits, redis=redis)
    end_traces = traces.start("drogowskaz-api", chosen)
    end_metrics = metrics.serve(chosen.metrics_port, chosen.metrics_host) if chosen.metrics_port else None
    observer = Observer(state.heart, messenger_is_on=state.messenger_configuration is not None)
    if end_metrics is not None:
        observer.start()
    worker = Worker(state.heart, state.rasa)
    worker.start()
    mailing = await _begin_mailing(application)
    clearing = asyncio.create_task(
        every(retention.LOOK_SECONDS, retention.daily(state.database, retention.limits(chosen)))
    )
    state.messenger = messenger.start(state.heart, state.rasa, state.messenger_configuration)
    statistics = asyncio.create_task(every(collector.SECONDS, collector.job(state.database)))
    garbage.settle()
    yield
    if state.messenger is not None:
        await state.messenger.stop()
    for task in (clearing, statistics, *mailing):
        task.cancel()
    await asyncio.gather(clearing, statistics, *mailing, return_exceptions=True)
    await worker.stop()
    await observer.stop()
    if end_metrics is not None:
        await asyncio.to_thread(end_metrics)
    await asyncio.to_thread(end_traces)
    if redis is not None and wakeups is not None:
        await wakeups.stop()
        await redis.aclose()
    await state.rasa.close()
    await state.database.close()


async def _begin_mailing(application: FastAPI) -> list[asyncio.Task[None]]:
    """The task that calls counsellors by e-mail, if a mail server is set."""
    post: mail.Post | None = application.state.post
    if post is None:
        return []
    database, public_url = application.state.database, application.state.settings.public
    await alerts.begin(database)
    return [asyncio.create_task(every(alerts.LOOK_SECONDS, alerts.mailing(database, post, public_url)))]


def shared(address: str | None) -> "Redis | None":
    """The Redis that several API processes share; None for a process alone, which spares its memory (20 MiB)."""
    if address is None:
        return None
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    once = Retry(NoBackoff(), 0)
    return Redis.from_url(address, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS, retry=once)


def _begin_wakeups(notifier: Notifier, redis: "Redis") -> "Wakeups":
    from api.conversations.wakeups import Wakeups

    wakeups = Wakeups(notifier, redis)
    wakeups.start()
    return wakeups


def _give_memory_back() -> None:
    """What only loading the encoder has needed (some 25 MiB) goes back to the system, where the C library can do so."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _allow_many_connections() -> None:
    """Each open stream of events is an open file; many systems allow a process 1,024 unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


async def _healthz() -> Response:
    """200 while the process lives."""
    return JSONResponse({"status": "alive"})


async def _readyz(request: Request) -> Response:
    """200 when the database, Rasa with its model, and the actions answer; else 503 with the parts that are missing."""
    missing = []
    try:
        async with request.app.state.database.transaction(read_only=True) as session:
            await session.execute(sql("SELECT 1"))
    except (SQLAlchemyError, OSError):
        missing.append("database")
    missing += await request.app.state.rasa.missing()
    body = {"status": "waiting" if missing else "ready", "missing": missing}
    return JSONResponse(body, status_code=503 if missing else 200)
