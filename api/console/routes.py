"""The console, put together from its pages."""

from fastapi import APIRouter

from api.console import (
    appointments,
    audit_log,
    catalogue,
    catalogue_files,
    class_requests,
    data,
    hours,
    insights,
    oidc,
    people,
    queue,
    replies,
    review,
    search,
    sign_in,
    sign_ups,
    talk,
)

PAGES = (
    sign_in,
    oidc,
    queue,
    talk,
    search,
    review,
    replies,
    data,
    catalogue,
    catalogue_files,
    sign_ups,
    class_requests,
    appointments,
    hours,
    people,
    audit_log,
    insights,
)

router = APIRouter(include_in_schema=False)
for page in PAGES:
    router.include_router(page.router)
