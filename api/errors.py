"""Errors that a caller of the API can cause, and the one shape in which all errors are answered.

ServiceError
├── Unauthorized (401)      no token, or one that nobody has
├── Forbidden (403)         the caller is known, but may not do this
├── NotFound (404)          no such record, or somebody else's
├── Conflict (409)          what is asked for is taken, or no longer possible
├── Invalid (422)           a field is wrong; names the field
├── TooMany (429)           too much too fast; says when to try again
└── Unavailable (503)       the database does not answer now; try again

{"error": {"code": "invalid", "message": "…", "field": "text"}}

A pupil in need whose message cannot be stored in time gets helplines beside the error: `"help": [messages]`.
"""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.database import DATABASE_AWAY

log = structlog.get_logger()


class ServiceError(Exception):
    """Base of the errors above."""

    status = 500
    code = "error"

    def __init__(self, message: str, *, field: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.headers = headers or {}
        # What the answer holds beside the error.
        self.more: dict[str, Any] = {}


class Unauthorized(ServiceError):
    """The token is missing or belongs to nobody."""

    status = 401
    code = "unauthorized"

    def __init__(self, message: str = "A valid bearer token is needed.") -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(ServiceError):
    """The caller is known, but may not do this."""

    status = 403
    code = "forbidden"


class NotFound(ServiceError):
    """There is no such record, or it is somebody else's."""

    status = 404
    code = "not_found"


class Conflict(ServiceError):
    """What is asked for is taken, or no longer possible."""

    status = 409
    code = "conflict"


class Invalid(ServiceError):
    """A field of the request is wrong."""

    status = 422
    code = "invalid"


class TooMany(ServiceError):
    """Too many requests; `retry_after` seconds from now it may work."""

    status = 429
    code = "too_many"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many requests. Try again in {retry_after} s.", headers={"Retry-After": str(retry_after)})


class Unavailable(ServiceError):
    """The database does not answer now; nothing of the request was kept."""

    status = 503
    code = "unavailable"

    def __init__(self) -> None:
        super().__init__("The service cannot store or read this now. Try again.", headers={"Retry-After": "1"})


def answer(
    status: int,
    code: str,
    message: str,
    *,
    field: str | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """An error in the one shape, with `more` beside it."""
    body = {"error": {"code": code, "message": message, **({"field": field} if field else {})}, **more}
    return JSONResponse(body, status_code=status, headers=headers)


async def _service_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for this type only
    return answer(error.status, error.code, error.message, field=error.field, headers=error.headers, **error.more)


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path")) or "body"
    return answer(422, "invalid", f"{field}: {first['msg']}", field=field)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    return answer(error.status_code, "error", str(error.detail), headers=dict(error.headers or {}))


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    log.error("database_away", error=type(error).__name__)
    return await _service_error(request, Unavailable())


def install(app: FastAPI) -> None:
    """Answer every error of the application in the one shape."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in DATABASE_AWAY:
        app.add_exception_handler(kind, _database_away)
