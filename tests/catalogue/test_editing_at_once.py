"""Two change the same record at the same moment, on SQLite and on PostgreSQL: one wins, the other is told."""

import asyncio

from api.catalogue import editing, loader
from api.catalogue.editing import EDITIONS, Editor
from api.database import Database
from api.errors import Conflict
from api.settings import ROOT

AT_ONCE = 8


async def change(store: Database, kind: str, id_: str, texts: dict[str, str], number: int) -> bool:
    """Save a form that was opened at revision `number`; whether it was kept."""
    try:
        async with store.transaction() as session:
            stored = await editing.find(session, kind, id_)
            await asyncio.sleep(0)
            wanted = await editing.draft(session, kind, stored.texts | texts, stored)
            await editing.keep(session, Editor(1, "Ewa"), wanted, number)
    except Conflict:
        return False
    return True


async def test_of_many_who_save_at_once_one_is_kept(store: Database) -> None:
    await loader.load(store, ROOT / "data" / "catalogue")
    kept = await asyncio.gather(
        *(change(store, "course_types", "cnc", {"name_en": f"Version {number}"}, 0) for number in range(AT_ONCE))
    )
    assert sum(kept) == 1
    async with store.transaction(read_only=True) as session:
        (only,) = await editing.history(session, "course_types", "cnc")
        assert (await editing.find(session, "course_types", "cnc")).body == only.after


async def test_an_edition_comes_back_under_its_own_number(store: Database) -> None:
    await loader.load(store, ROOT / "data" / "catalogue")
    async with store.transaction() as session:
        texts = editing.empty(EDITIONS) | {"course_id": "cnc", "starts_on": "2027-01-09"}
        made = await editing.keep(session, Editor(1, "Ewa"), await editing.draft(session, EDITIONS, texts, None), 0)
        await editing.remove_edition(session, Editor(1, "Ewa"), made.id)
        removal = (await editing.history(session, EDITIONS, made.id))[0]
        await editing.undo(session, Editor(1, "Ewa"), EDITIONS, made.id, removal.id)
        assert (await editing.find(session, EDITIONS, made.id)).body == made.body
