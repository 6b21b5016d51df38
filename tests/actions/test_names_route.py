"""The action server tells the bot the names in the catalogue, and that nothing has changed."""

import httpx
import pytest

from actions import server
from api.catalogue import editing, loader
from api.catalogue.editing import Editor
from api.database import Database
from api.settings import ROOT


async def test_the_names_are_given_once_for_each_version(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "database", lambda: database)
    await loader.load(database, ROOT / "data" / "catalogue")
    transport = httpx.ASGITransport(app=server.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://actions.test") as bot:
        first = await bot.get("/names")
        assert set(first.json()) == {"industries", "professions", "course_types"}
        known = {"If-None-Match": first.headers["ETag"]}
        assert (await bot.get("/names", headers=known)).status_code == 304
        async with database.transaction() as session:
            stored = await editing.find(session, "course_types", "cnc")
            wanted = await editing.draft(session, "course_types", stored.texts | {"aliases_pl": "wiórki"}, stored)
            await editing.keep(session, Editor(1, "Ewa"), wanted, 0)
        again = await bot.get("/names", headers=known)
    course = next(one for one in again.json()["course_types"] if one["id"] == "cnc")
    assert course["aliases_pl"] == ["wiórki"]
