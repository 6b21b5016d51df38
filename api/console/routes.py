"""The console, put together from its pages."""

from fastapi import APIRouter

from api.console import audit_log, hours, people, queue, replies, sign_in, talk

PAGES = (sign_in, queue, talk, replies, hours, people, audit_log)

router = APIRouter(include_in_schema=False)
for page in PAGES:
    router.include_router(page.router)
