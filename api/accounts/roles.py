"""Who may do what in the console. A person may have several roles."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What somebody is trusted with."""

    COUNSELLOR = "counsellor"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a page or an action of the console asks for."""

    TALKS = "talks"  # queue, transcripts, replies: everything with pupils' words
    CATALOGUE = "catalogue"
    SIGN_UPS = "sign_ups"
    APPOINTMENTS = "appointments"  # one's own times; with SIGN_UPS everybody's
    HOURS = "hours"
    STATISTICS = "statistics"
    PEOPLE = "people"
    AUDIT = "audit"


# An admin gives roles but reads no talks, and an auditor sees who did what but no pupil's words.
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.COUNSELLOR: frozenset({Permission.TALKS, Permission.APPOINTMENTS, Permission.STATISTICS}),
    Role.COORDINATOR: frozenset(
        {
            Permission.CATALOGUE,
            Permission.SIGN_UPS,
            Permission.APPOINTMENTS,
            Permission.HOURS,
            Permission.STATISTICS,
        }
    ),
    Role.ADMIN: frozenset({Permission.PEOPLE, Permission.HOURS, Permission.AUDIT, Permission.STATISTICS}),
    Role.AUDITOR: frozenset({Permission.AUDIT, Permission.STATISTICS}),
}


def permissions(roles: Iterable[str]) -> frozenset[Permission]:
    """All that these roles allow."""
    return frozenset(permission for role in roles for permission in ALLOWED[Role(role)])
