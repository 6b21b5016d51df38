"""Review over HTTP: which lines come up, what is stored of them, and that nobody's data leave the talk."""

import re

from fastapi import FastAPI

from api.accounts.roles import Role
from api.conversations import repository as conversations
from api.conversations import service as heart_service
from api.review import repository
from api.review.models import ReviewItem
from tests.console.conftest import Hire
from tests.console.talks import begin, said, turn


async def item(app: FastAPI, talk: str, seq: int) -> ReviewItem | None:
    """What is stored of a line."""
    async with app.state.database.transaction(read_only=True) as session:
        return await repository.of_line(session, talk, seq)


async def ready(app: FastAPI) -> list[str]:
    """The sentences that would be exported."""
    async with app.state.database.transaction(read_only=True) as session:
        return [one.text for one in await repository.to_export(session)]


def stream(page: str) -> list[str]:
    """The lines to review that the page shows, the first of each group."""
    return re.findall(r'<a class="quoted" href="/console/review/[^"]+" lang="\w+">([^<]*)</a>', page)


async def test_the_stream_has_the_lines_that_went_wrong_and_no_other(app: FastAPI, hire: Hire) -> None:
    anna, heart = await hire("Anna", Role.COUNSELLOR), app.state.heart
    await said(heart, "macie kurs spawania", "ask_courses", 0.95)
    await said(heart, "blablabla", "nlu_fallback", 1.0)
    await said(heart, "moze cos o autach", "ask_internships", 0.45)
    talk = await begin(heart)
    await turn(heart, talk, "pokaz prace wakacyjne", "ask_demand", 0.9)
    await turn(heart, talk, "beznadziejny jestes", "complain", 0.9)
    broken = await begin(heart)
    seq = await heart_service.accept(heart, broken, "x", typed="to sie zepsulo", payload=None)
    await heart_service.write_failure(heart, broken, seq)
    page = (await anna.get("/console/review")).text
    assert set(stream(page)) == {"blablabla", "moze cos o autach", "pokaz prace wakacyjne", "to sie zepsulo"}
    assert "potem skarga" in page
    assert "bot się wahał" in page
    assert "błąd bota" in page


async def test_what_a_form_understood_is_told_so_and_is_not_in_the_stream(app: FastAPI, hire: Hire) -> None:
    anna, heart = await hire("Anna", Role.COUNSELLOR), app.state.heart
    talk = await begin(heart)
    seq = await turn(heart, talk, "3b", None, None)
    assert stream((await anna.get("/console/review")).text) == []
    for address in (f"/console/talks/{talk}", f"/console/review/{talk}/{seq}"):
        page = (await anna.get(address)).text
        assert "Odpowiedź na pytanie formularza" in page
        assert "Bot nie odpowiadał" not in page


async def test_the_second_misunderstanding_in_a_row_says_so(app: FastAPI, hire: Hire) -> None:
    anna, heart = await hire("Anna", Role.COUNSELLOR), app.state.heart
    talk = await begin(heart)
    await turn(heart, talk, "qwerty uiop", "nlu_fallback", 1.0)
    await turn(heart, talk, "zupelnie cos nowego", "nlu_fallback", 1.0)
    page = (await anna.get("/console/review")).text
    assert page.count("drugi raz z rzędu") == 1


async def test_near_duplicates_are_one_row_and_one_decision(app: FastAPI, hire: Hire) -> None:
    anna, heart = await hire("Anna", Role.COUNSELLOR), app.state.heart
    lines = ["Macie kursy o dronach?", "macie kursy o dronach", "macie kurs o dronach", "gdzie jest basen"]
    talks = [await said(heart, words, "nlu_fallback", 1.0) for words in lines]
    page = (await anna.get("/console/review")).text
    assert len(stream(page)) == 2
    assert "3 podobne" in page
    talk, seq = talks[0]
    form = (await anna.get(f"/console/review/{talk}/{seq}")).text
    also = re.findall(r'name="also" value="([^"]+)"', form)
    assert len(also) == 2
    saved = await anna.post(
        f"/console/review/{talk}/{seq}",
        verdict="wrong",
        intent="ask_courses",
        sentence=lines[0],
        confirmed="true",
        also=also,
    )
    assert saved.headers["location"] == "/console/review"
    assert sorted(await ready(app)) == sorted(lines[:3])
    assert stream((await anna.get("/console/review")).text) == ["gdzie jest basen"]


async def test_personal_data_do_not_leave_the_talk(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk, seq = await said(app.state.heart, "nazywam się Ola Kos, tel 600 700 800, kurs?", "nlu_fallback", 1.0)
    for path in ("/console/review", f"/console/review/{talk}/{seq}"):
        page = (await anna.get(path)).text
        assert "600 700 800" not in page
        assert "Kos" not in page
    # Typed back in by the counsellor, it is masked once more.
    await anna.post(
        f"/console/review/{talk}/{seq}",
        verdict="wrong",
        intent="ask_courses",
        sentence="mam na imię Ola, ola@example.org, kurs?",
        suggestion="Zadzwoń do Oli: 600 700 800",
    )
    stored = await item(app, talk, seq)
    assert stored is not None
    assert stored.text == "mam na imię [imię], [e-mail], kurs?"
    assert "600" not in stored.suggestion
    assert await ready(app) == [], "nobody has confirmed it"


async def test_what_is_confirmed_later_may_be_shortened_first(app: FastAPI, hire: Hire) -> None:
    anna, jan = await hire("Anna", Role.COUNSELLOR), await hire("Jan", Role.COUNSELLOR)
    talk, seq = await said(app.state.heart, "jestem od pana Nowaka i chce kurs", "nlu_fallback", 1.0)
    address = f"/console/review/{talk}/{seq}"
    await anna.post(address, verdict="wrong", intent="ask_courses", sentence="jestem od pana Nowaka i chce kurs")
    assert "pana Nowaka" in (await jan.get("/console/review")).text
    await jan.post("/console/review/items/1/confirm", sentence="chce kurs")
    assert await ready(app) == ["chce kurs"]
    stored = await item(app, talk, seq)
    assert stored is not None
    assert (stored.staff_id, stored.confirmed_by) == (anna.staff.id, jan.staff.id)


async def test_right_keeps_what_was_heard_and_wrong_needs_an_intent(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk, seq = await said(app.state.heart, "kursy na wozki", "ask_courses", 0.5)
    address = f"/console/review/{talk}/{seq}"
    for fields in ({}, {"verdict": "wrong"}, {"verdict": "wrong", "intent": "made_up"}, {"verdict": "maybe"}):
        assert (await anna.post(address, sentence="kursy na wozki", **fields)).status_code == 422
    assert (await anna.post(address, sentence=" ", verdict="right")).status_code == 422
    assert await item(app, talk, seq) is None
    await anna.post(address, sentence="kursy na wozki", verdict="right", confirmed="true", talk="true")
    stored = await item(app, talk, seq)
    assert stored is not None
    assert (stored.verdict, stored.intent) == ("right", "ask_courses")
    assert "ocena: dobrze" in (await anna.get(f"/console/talks/{talk}")).text


async def test_not_understanding_is_right_for_what_is_out_of_scope(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk, seq = await said(app.state.heart, "kto wygral mecz", "nlu_fallback", 1.0)
    await anna.post(f"/console/review/{talk}/{seq}", sentence="kto wygral mecz", verdict="right")
    stored = await item(app, talk, seq)
    assert stored is not None
    assert stored.intent == "out_of_scope"


async def test_entities_are_those_heard_or_of_the_catalogue(app: FastAPI, hire: Hire) -> None:
    anna, heart = await hire("Anna", Role.COUNSELLOR), app.state.heart
    talk = await begin(heart)
    seq = await turn(heart, talk, "3 klasa i kurs", "ask_courses", 0.5, entities=(("grade", "3"),))
    address = f"/console/review/{talk}/{seq}"
    assert 'value="grade:3" checked' in (await anna.get(address)).text
    wrong = {"sentence": "x", "verdict": "right", "entity": ["industry:made-up"]}
    assert (await anna.post(address, **wrong)).status_code == 422
    await anna.post(address, sentence="3 klasa i kurs", verdict="right", entity=["grade:3", "grade:4", ""])
    stored = await item(app, talk, seq)
    assert stored is not None
    assert stored.entities == [{"entity": "grade", "value": "3"}, {"entity": "grade", "value": "4"}]


async def test_only_lines_of_pupils_can_be_reviewed(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    talk, seq = await said(app.state.heart, "kurs")
    assert (await anna.get(f"/console/review/{talk}/{seq + 1}")).status_code == 404
    assert (await anna.get(f"/console/review/none/{seq}")).status_code == 404


async def test_a_review_goes_with_its_talk_and_can_be_taken_back(app: FastAPI, hire: Hire) -> None:
    anna = await hire("Anna", Role.COUNSELLOR)
    kept, gone = await said(app.state.heart, "raz", "nlu_fallback"), await said(app.state.heart, "trzy", "nlu_fallback")
    for talk, seq in (kept, gone):
        await anna.post(f"/console/review/{talk}/{seq}", verdict="right", sentence="zdanie", confirmed="true")
    async with app.state.database.transaction() as session:
        await conversations.erase(session, gone[0])
    assert await ready(app) == ["zdanie"]
    await anna.post("/console/review/items/1/drop")
    assert await ready(app) == []
    assert stream((await anna.get("/console/review")).text) == ["raz"]
