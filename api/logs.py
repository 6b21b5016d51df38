"""Structured logs on stderr: one JSON line each, with ids and never with what a pupil wrote."""

import logging

import structlog


def configure(level: str) -> None:
    """Set up structlog for the process; `level` is a name such as INFO."""
    logging.basicConfig(level=level, format="%(levelname)s %(name)s %(message)s")
    # The access log would hold addresses of pupils, and the libraries say little that helps.
    for name in ("uvicorn.access", "httpx", "rasa_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
    )
