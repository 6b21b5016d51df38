"""Search over HTTP: words, filters, the talk on paper, one row for each talk without texts."""

import csv
import io

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.accounts.models import AuditEntry
from api.accounts.roles import Role
from api.conversations import handoff
from api.conversations.models import Owner
from tests.console.conftest import Hire, Worker
from tests.console.talks import begin, said, turn


async def found(worker: Worker, **filters: str) -> set[str]:
    """The talks on the page, by their ids."""
    answer = await worker.get("/console/search", params=filters)
    assert answer.status_code == 200
    return {part.split('"')[0] for part in answer.text.split('href="/console/talks/')[1:]}


@pytest.mark.parametrize("words", ["żółw spawa", "ZOLW", "zolw spaw", "Żół"])
async def test_words_are_found_whatever_their_case_and_diacritics(app: FastAPI, hire: Hire, words: str) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk, _ = await said(app.state.heart, "Czy Żółw SPAWA?")
    await said(app.state.heart, "coś innego")
    assert await found(anna, words=words) == {talk}


@pytest.mark.parametrize("words", ["100%", "a_b", "'; drop table events --"])
async def test_signs_of_the_query_language_are_plain_signs(app: FastAPI, hire: Hire, words: str) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    await said(app.state.heart, "1000 a-b")
    assert await found(anna, words=words) == set()
    talk, _ = await said(app.state.heart, f"mam {words} pewności")
    assert await found(anna, words=words) == {talk}


async def test_all_words_stand_in_one_message(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk = await begin(app.state.heart)
    await turn(app.state.heart, talk, "lubię drewno")
    await turn(app.state.heart, talk, "i gotowanie")
    assert await found(anna, words="drewno lubię") == {talk}
    assert await found(anna, words="drewno gotowanie") == set()


async def test_each_filter_keeps_what_fits_and_they_add_up(app: FastAPI, hire: Hire) -> None:
    anna, heart = await hire("Anna", Role.COUNSELLOR), app.state.heart
    plain, _ = await said(heart, "kurs")
    english = await begin(heart, "en", "messenger")
    await turn(heart, english, "hm", "nlu_fallback", language="en")
    grave, _ = await said(heart, "staż", "ask_internships")
    async with heart.database.transaction() as session:
        await handoff.flag_safety(session, grave)
        await handoff.change_owner(
            session, grave, to=Owner.CLOSED, by=handoff.Actor("staff", anna.staff.id), reason="referred"
        )
    await anna.post(f"/console/talks/{plain}/tags", tag="ważne")
    everything = {plain, english, grave}
    assert await found(anna) == everything
    assert await found(anna, language="en") == {english}
    assert await found(anna, channel="messenger") == {english}
    assert await found(anna, topic="ask_courses") == {plain}
    assert await found(anna, unsure="true") == {english}
    assert await found(anna, safety="any") == {grave}
    assert await found(anna, safety="crisis") == set()
    assert await found(anna, outcome="referred") == {grave}
    assert await found(anna, tag="ważne") == {plain}
    assert await found(anna, tag="ważne", topic="ask_internships") == set()
    assert await found(anna, since="2020-01-01") == everything
    assert await found(anna, until="2020-01-01") == set()
    assert (await anna.get("/console/search", params={"since": "gestern"})).status_code == 422


async def test_a_talk_in_which_nobody_wrote_is_no_talk(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    await begin(app.state.heart)
    assert await found(anna) == set()


async def test_what_is_shown_of_a_line_is_redacted_and_never_markup(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    await said(app.state.heart, "zadzwoń 600 700 800 <b>proszę</b>")
    page = (await anna.get("/console/search", params={"words": "zadzwoń"})).text
    assert "[telefon]" in page
    assert "600 700 800" not in page
    assert "<b>proszę" not in page


async def test_the_csv_has_a_row_for_each_talk_and_no_texts(app: FastAPI, hire: Hire) -> None:
    anna, heart = await hire("Anna", Role.COUNSELLOR), app.state.heart
    talk = await begin(heart)
    await turn(heart, talk, "sekretne słowa", "ask_courses")
    await turn(heart, talk, "hm?", "nlu_fallback")
    await anna.post(f"/console/talks/{talk}/tags", tag="=SUMA(1)")
    await said(heart, "inne", "ask_clinic")
    answer = await anna.get("/console/search/export.csv", params={"topic": "ask_courses"})
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["id"], row["topics"], row["unsure_turns"], row["pupil_lines"]) == (talk, "ask_courses", "1", "2")
    assert row["tags"] == "'=suma(1)", "a spreadsheet must not take it for a formula"
    assert "sekretne" not in answer.text
    assert "Odpowiedź" not in answer.text


async def test_many_talks_come_on_pages_and_all_in_the_csv(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talks = {(await said(app.state.heart, f"kurs {number}"))[0] for number in range(103)}
    pages = [await found(anna, number=str(number)) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 3]
    assert set.union(*pages) == talks
    rows = list(csv.DictReader(io.StringIO((await anna.get("/console/search/export.csv")).text)))
    assert {row["id"] for row in rows} == talks
    assert len(rows) == len(talks)


async def test_the_printed_talk_has_every_line_and_nothing_to_click(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk, _ = await said(app.state.heart, "chcę spawać")
    page = (await anna.get(f"/console/talks/{talk}/print")).text
    assert "chcę spawać" in page
    assert "Odpowiedź bota" in page
    assert "<script" not in page
    assert "<button" not in page.split("<main")[1]


async def test_every_look_is_in_the_audit_log_without_the_words(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk, _ = await said(app.state.heart, "kurs")
    await anna.get("/console/search", params={"words": "Kowalska", "language": "pl"})
    await anna.get("/console/search/export.csv", params={"unsure": "true"})
    await anna.get(f"/console/talks/{talk}/print")
    async with app.state.database.transaction(read_only=True) as session:
        entries = list(await session.scalars(select(AuditEntry).where(AuditEntry.staff_id == anna.staff.id)))
    told = {entry.action: entry for entry in entries}
    assert told["searched"].detail == {"by": ["words", "language"], "found": 0}
    assert told["exported_talks"].detail == {"by": ["unsure"]}
    assert told["printed"].conversation_id == talk
    assert "Kowalska" not in str([entry.detail for entry in entries])
