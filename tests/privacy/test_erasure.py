"""Erasing: nothing of the talk is left in any table, whichever tables there are."""

from api.conversations.rasa import RasaClient
from api.database import Database
from api.privacy import erasure
from tests.privacy.full_talk import STAYS, WORDS, everything_stored, full_talk, rows

NO_RASA = "http://127.0.0.1:9"


async def test_erasing_leaves_nothing_of_the_talk_in_any_table_and_nothing_else_goes(store: Database) -> None:
    talk, other = await full_talk(store), await full_talk(store)
    before = await rows(store, other)
    rasa = RasaClient(NO_RASA, "token")
    await erasure.erase(store, rasa, talk)
    await rasa.close()
    left = {name: count for name, count in (await rows(store, talk)).items() if count}
    assert set(left) == STAYS, "who looked stays for the auditors; that Rasa must forget waits for it"
    assert await rows(store, other) == before
    assert talk not in str({k: v for k, v in left.items() if k not in STAYS})


async def test_after_erasing_no_word_is_stored(store: Database) -> None:
    talk = await full_talk(store)
    assert WORDS["note"] in await everything_stored(store)
    rasa = RasaClient(NO_RASA, "token")
    await erasure.erase(store, rasa, talk)
    await rasa.close()
    stored = await everything_stored(store)
    assert [name for name, word in WORDS.items() if word in stored] == []
