"""The action server: Rasa calls it over loopback for every action.

    uvicorn actions.server:app --factory --host 127.0.0.1 --port 5055

rasa-sdk's own server starts a second process, listens on all addresses unless told otherwise, and echoes the whole
tracker into the answer when an action fails. This one serves the same executor without these.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

import actions
from actions.registry import database, told_version
from api import garbage, logs, traces
from api.catalogue import service as catalogue
from api.database import DATABASE_AWAY
from api.settings import settings
from api.tables import ALL_TABLES

assert ALL_TABLES  # noqa: S101 - imported so that tables find the ones they refer to

log = structlog.get_logger()

NAMED = ("industries", "professions", "course_types")


def app() -> FastAPI:
    """The application with all actions registered."""
    logs.configure(settings().log_level)
    executor = ActionExecutor()
    executor.register_package(actions)
    application = FastAPI(openapi_url=None, lifespan=_lifespan)
    application.state.executor = executor
    application.add_api_route("/webhook", _webhook, methods=["POST"])
    application.add_api_route("/health", _health)
    application.add_api_route("/names", _names)
    return application


@asynccontextmanager
async def _lifespan(_application: FastAPI) -> AsyncGenerator[None]:
    end_traces = traces.start("drogowskaz-actions", settings())
    garbage.settle()
    yield
    await asyncio.to_thread(end_traces)
    await database().close()


async def _health() -> dict[str, str]:
    """200 while the process lives."""
    return {"status": "ok"}


async def _names(request: Request) -> Response:
    """The records whose names the bot recognises (`bot/names.py`); 304 while the catalogue has not changed."""
    async with database().transaction(read_only=True) as session:
        tag = f'"{await catalogue.version(session)}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return JSONResponse(await catalogue.bodies(session, NAMED), headers={"ETag": tag})


async def _webhook(request: Request) -> JSONResponse:
    """Run one action: its events and messages, 400 when it refuses to run, 500 (without any text) when it fails.

    503 when the database does not answer now: the turn is played again later.
    """
    call: dict[str, Any] = await request.json()
    told = request.headers.get("X-Catalogue", "")
    told_version.set(int(told) if told.isdecimal() else None)
    try:
        # Rasa is told to leave the domain out (`bot/endpoints.yml`); rasa-sdk wants at least an empty one.
        with traces.called(f"action {call.get('next_action')}", request.headers):
            result = await request.app.state.executor.run({"domain": {}, **call})
    except ActionExecutionRejection as refusal:
        return JSONResponse({"error": refusal.message, "action_name": refusal.action_name}, status_code=400)
    except DATABASE_AWAY as error:
        log.warning("database_away", action=call.get("next_action"), error=type(error).__name__)
        return JSONResponse({"error": "database_away"}, status_code=503)
    except Exception as error:  # noqa: BLE001 - a bug in one action must not take the others along
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        log.error(
            "action_failed",
            action=call.get("next_action"),
            conversation=call.get("sender_id"),
            error=type(error).__name__,
            line=f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else None,
        )
        return JSONResponse({"error": "action_failed"}, status_code=500)
    return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})
