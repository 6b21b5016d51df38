"""The names of the catalogue as staff have saved them, without a restart: read from the action server before a turn.

The action server shares the API's database and answers with a tag of the catalogue's version. The API says with each
turn which version there is, and as long as that stays nobody is asked. New names are put in order in a thread, and used
from then on by the turn that waited for them and all later ones.
"""

from __future__ import annotations

import asyncio
import logging
import os
from functools import partial
from typing import Any, Dict, List, Optional, Text, Tuple

import aiohttp

from bot import lexicon
from bot.entities import CatalogueEntityExtractor, EntityFinder

logger = logging.getLogger(__name__)

WAIT = aiohttp.ClientTimeout(total=5)
# Shorter than the action server's own patience (5 s): a connection that it is closing must not be used.
KEPT_OPEN_SECONDS = 2

Stored = Dict[Text, List[Dict[Text, Any]]]


class Names:
    """What was read last; `refresh` before each turn."""

    def __init__(self) -> None:
        self._tag: Optional[Text] = None
        self._known = lexicon.shipped()
        self._lock = asyncio.Lock()
        self._session: Optional[aiohttp.ClientSession] = None

    async def read_once(self) -> None:
        """Read the names, unless that was done before."""
        if self._tag is None:
            await self.refresh()

    async def refresh(self, version: Optional[int] = None) -> None:
        """Read the names if the catalogue has changed. Without an answer the known ones stay in use.

        Nobody is asked when the names of the version are known already.
        """
        if version is not None and self._tag == f'"{version}"':
            return
        try:
            stored, tag = await self._ask()
        except (aiohttp.ClientError, asyncio.TimeoutError) as away:
            # The turn itself meets the same server, and is played again later.
            logger.warning("the catalogue's names could not be read: %s", type(away).__name__)
            return
        if stored is None:
            return
        # Only putting them in order is done one at a time: those who have asked meanwhile find it done.
        async with self._lock:
            if stored != self._known:
                build = partial(EntityFinder, stored=stored)
                CatalogueEntityExtractor.latest = await asyncio.get_running_loop().run_in_executor(None, build)
            self._known, self._tag = stored, tag

    async def close(self) -> None:
        """Give the connection back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(self) -> Tuple[Optional[Stored], Optional[Text]]:
        """All names with their tag, or None when they are those of the last answer."""
        address = os.environ["ACTIONS_URL"].rpartition("/")[0] + "/names"
        headers = {"If-None-Match": self._tag} if self._tag else {}
        if self._session is None:
            connector = aiohttp.TCPConnector(keepalive_timeout=KEPT_OPEN_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=WAIT)
        async with self._session.get(address, headers=headers) as answer:
            if answer.status == 304:
                return None, self._tag
            answer.raise_for_status()
            return lexicon.names_of(await answer.json()), answer.headers.get("ETag")
