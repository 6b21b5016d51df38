"""Pupils by school, from what they leave when they sign up or ask for something; nowhere else is a school known."""

import re
from collections import defaultdict

from sqlalchemy.ext.asyncio import AsyncSession

from api.requests import service as requests
from api.signups import service as signups


async def pupils(session: AsyncSession) -> dict[str, int]:
    """How many different pupils have left something, by the school's name; different means different contacts.

    Not for showing: `privacy.by_school` decides what may be shown.
    """
    left = [(one.school, one.contact) for one in await signups.find_all(session)]
    left += [(one.school or "", one.contact) for one in await requests.find_all(session)]
    found: defaultdict[str, set[str]] = defaultdict(set)
    written: defaultdict[str, list[str]] = defaultdict(list)
    for school, contact in left:
        if name := _plain(school):
            found[name].add(contact.casefold())
            written[name].append(" ".join(school.split()))
    return {max(sorted(set(written[name])), key=written[name].count): len(people) for name, people in found.items()}


def _plain(school: str) -> str:
    """A school's name without case and punctuation: "ZSM nr 3" and "zsm Nr. 3" are one."""
    return " ".join(re.findall(r"\w+", school.casefold()))
