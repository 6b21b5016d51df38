"""The desk over HTTP: queue, page, taking, writing, guard, notes and tags, without a script."""

import re
from typing import Any

import httpx
from fastapi import FastAPI

from api.accounts.roles import Role
from api.conversations import repository, service
from api.conversations.models import Conversation
from api.conversations.rasa import Answer
from tests.console.conftest import Hire, Worker


async def waiting_talk(app: FastAPI, words: str = "chodzi o staż") -> str:
    """A pupil who asked for a person and wrote something."""
    conversation, _ = await service.open_conversation(app.state.heart, "web", "pl")
    await service.accept(app.state.heart, conversation.id, "a", typed=None, payload="/ask_human")
    await service.accept(app.state.heart, conversation.id, "b", typed=words, payload=None)
    return conversation.id


async def row(app: FastAPI, talk: str) -> Conversation:
    """The talk as stored."""
    async with app.state.database.transaction(read_only=True) as session:
        found = await session.get(Conversation, talk)
    assert found is not None
    return found


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


async def write(worker: Worker, talk: str, words: str, seen: int, **more: Any) -> httpx.Response:
    """Send a reply by the form."""
    return await worker.post(f"/console/talks/{talk}/lines", client_id=words, seen=seen, text=words, **more)


async def test_a_waiting_talk_is_in_the_queue_and_its_page_shows_every_word(app: FastAPI, hire: Hire) -> None:
    anna, talk = await hire("Anna", Role.COUNSELLOR), await waiting_talk(app)
    queue = (await anna.get("/console/queue")).text
    assert f"/console/talks/{talk}" in queue
    assert "2 nowe" in queue
    page = (await anna.get(f"/console/talks/{talk}")).text
    assert "chodzi o staż" in page
    assert "Rozmowa z człowiekiem" in page
    assert "nowe" not in (await anna.get("/console/queue/list")).text, "a look marks it as read"


async def test_two_take_at_once_and_the_second_sees_who_was_faster(app: FastAPI, hire: Hire) -> None:
    anna, jan = await hire("Anna", Role.COUNSELLOR), await hire("Jan", Role.COUNSELLOR)
    talk = await waiting_talk(app)
    version = hidden((await jan.get(f"/console/talks/{talk}")).text, "version")
    assert (await anna.post(f"/console/talks/{talk}/take", version=version)).status_code == 303
    late = await jan.post(f"/console/talks/{talk}/take", version=version)
    assert late.status_code == 409
    assert "Prowadzi Anna" in late.text
    assert (await row(app, talk)).counsellor_id == anna.staff.id
    refused = await write(jan, talk, "ja też", 100)
    assert refused.status_code == 409
    assert "ja też" in refused.text, "the draft is not lost"


async def test_a_reply_reaches_the_pupil_once_and_a_stale_view_is_stopped(app: FastAPI, hire: Hire) -> None:
    anna, talk = await hire("Anna", Role.COUNSELLOR), await waiting_talk(app)
    await anna.post(f"/console/talks/{talk}/take", version=1)
    seen = int(hidden((await anna.get(f"/console/talks/{talk}")).text, "seen"))
    await service.accept(app.state.heart, talk, "c", typed="a, już wiem", payload=None)
    stopped = await write(anna, talk, "Dzień dobry!", seen)
    assert stopped.status_code == 409
    assert 'name="anyway"' in stopped.text
    assert (await write(anna, talk, "Dzień dobry!", seen, anyway="true")).status_code == 303
    assert (await write(anna, talk, "Dzień dobry!", seen)).status_code == 303, "the same reply again changes nothing"
    page = (await anna.get(f"/console/talks/{talk}")).text
    assert page.count('class="line counsellor"') == 1


async def test_the_script_is_told_how_many_lines_are_newer(app: FastAPI, hire: Hire) -> None:
    anna, talk = await hire("Anna", Role.COUNSELLOR), await waiting_talk(app)
    await anna.post(f"/console/talks/{talk}/take", version=1)
    fields = {"client_id": "x", "seen": "0", "text": "hej"}
    headers = {"accept": "application/json", "x-csrf-token": anna.csrf}
    answer = await anna.client.post(f"/console/talks/{talk}/lines", data=fields, headers=headers)
    assert answer.status_code == 409
    error = {"code": "stale", "message": "Są 2 nowsze wiadomości. Wysłać mimo to?"}
    assert answer.json() == {"error": error}


async def test_give_back_put_back_assign_and_close(app: FastAPI, hire: Hire) -> None:
    anna, jan = await hire("Anna", Role.COUNSELLOR), await hire("Jan", Role.COUNSELLOR)
    talk = await waiting_talk(app)
    await anna.post(f"/console/talks/{talk}/take", version=1)
    await anna.post(f"/console/talks/{talk}/assign", version=2, to=jan.staff.id)
    assert (await row(app, talk)).counsellor_name == "Jan"
    await jan.post(f"/console/talks/{talk}/put-back", version=3)
    assert (await row(app, talk)).owner == "waiting"
    await jan.post(f"/console/talks/{talk}/take", version=4)
    await jan.post(f"/console/talks/{talk}/give-back", version=5)
    assert (await row(app, talk)).owner == "bot"
    await jan.post(f"/console/talks/{talk}/take", version=6)
    assert (await jan.post(f"/console/talks/{talk}/close", version=7, outcome="nothing")).status_code == 422
    await jan.post(f"/console/talks/{talk}/close", version=7, outcome="referred")
    found = await row(app, talk)
    assert (found.owner, found.owner_reason) == ("closed", "referred")


async def test_a_talk_is_not_assigned_to_somebody_who_reads_no_talks(app: FastAPI, hire: Hire) -> None:
    anna, boss = await hire("Anna", Role.COUNSELLOR), await hire("Boss", Role.ADMIN)
    talk = await waiting_talk(app)
    await anna.post(f"/console/talks/{talk}/take", version=1)
    assert (await anna.post(f"/console/talks/{talk}/assign", version=2, to=boss.staff.id)).status_code == 422


async def test_what_the_bot_understood_stands_beside_the_line_and_in_the_profile(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    conversation, _ = await service.open_conversation(app.state.heart, "web", "pl")
    seq = await service.accept(app.state.heart, conversation.id, "a", typed="lubię roboty", payload=None)
    entities = [{"entity": "grade", "value": "2"}, {"entity": "interest", "value": "robots", "role": "like"}]
    nlu = {"intent": "inform_interest", "confidence": 0.873, "entities": entities}
    answer = Answer(messages=[{"text": "Fajnie", "buttons": []}], language="pl", nlu=nlu)
    await service.write_answer(app.state.heart, conversation.id, seq, answer)
    page = (await anna.get(f"/console/talks/{conversation.id}")).text
    assert "Mówię, co lubię" in page
    assert "87 %" in page
    assert "grade: 2" in page
    assert re.search(r"<dt>Klasa</dt><dd>2</dd>", page)


async def test_notes_and_tags_stay_in_the_console_and_go_with_the_talk(app: FastAPI, hire: Hire) -> None:
    anna, talk = await hire("Anna", Role.COUNSELLOR), await waiting_talk(app)
    await anna.post(f"/console/talks/{talk}/notes", text="zadzwonić do pedagoga")
    await anna.post(f"/console/talks/{talk}/tags", tag="  Staż   Gastro ")
    page = (await anna.get(f"/console/talks/{talk}")).text
    assert "zadzwonić do pedagoga" in page
    assert "staż gastro" in page
    assert "staż gastro" in (await anna.get("/console/queue")).text
    await anna.post(f"/console/talks/{talk}/tags", remove="staż gastro")
    assert "staż gastro" not in (await anna.get("/console/queue")).text
    async with app.state.database.transaction() as session:
        await repository.erase(session, talk)
    assert (await anna.get(f"/console/talks/{talk}")).status_code == 404


async def test_what_a_pupil_writes_is_never_markup(app: FastAPI, hire: Hire) -> None:
    anna, talk = await hire("Anna", Role.COUNSELLOR), await waiting_talk(app, "<script>alert(1)</script>")
    page = (await anna.get(f"/console/talks/{talk}")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_canned_replies_are_everybodys_or_ones_own(hire: Hire) -> None:
    anna, jan = await hire("Anna", Role.COUNSELLOR), await hire("Jan", Role.COUNSELLOR)
    await anna.post("/console/replies", title="Powitanie", pl="Dzień dobry!", en="Good morning!", own="true")
    await anna.post("/console/replies", title="Adres", pl="Zapytaj w szkole.", en="Ask at school.")
    assert "Powitanie" in (await anna.get("/console/replies")).text
    theirs = (await jan.get("/console/replies")).text
    assert "Powitanie" not in theirs
    assert "Adres" in theirs
    assert (await jan.post("/console/replies/1/remove")).status_code == 404
    assert (await jan.post("/console/replies/2/remove")).status_code == 303
    assert (await jan.post("/console/replies", title="Bez", pl="x")).status_code == 422


async def test_hours_are_told_to_pupils_and_mistakes_change_nothing(app: FastAPI, hire: Hire) -> None:
    boss = await hire("Boss", Role.ADMIN)
    wrong = await boss.post("/console/hours", opens_0="15:00", closes_0="08:00")
    half = await boss.post("/console/hours", opens_0="15:00")
    assert (wrong.status_code, half.status_code) == (422, 422)
    assert "nie wiadomo, kiedy" in (await boss.get("/console/hours")).text
    await boss.post("/console/hours", opens_0="08:00", closes_0="15:00", opens_1="08:00", closes_1="15:00")
    assert "pon.–wt. 8:00–15:00" in (await boss.get("/console/hours")).text


async def test_the_last_admin_stays(hire: Hire) -> None:
    boss = await hire("Boss", Role.ADMIN)
    assert (await boss.post(f"/console/people/{boss.staff.id}", roles="auditor", active="true")).status_code == 409
    assert (await boss.post(f"/console/people/{boss.staff.id}", roles="admin")).status_code == 409
    invited = await boss.post("/console/people", email="jan@example.org", name="Jan", roles="admin")
    assert "/console/invitation/" in invited.text
