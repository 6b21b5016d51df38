"""The statistics' page over HTTP: every figure with its table and CSV, and no pupil's words."""

import csv
import io
import re

import pytest
from fastapi import FastAPI

from api.accounts.roles import Role
from api.console.charts import bars, columns
from api.insights.figures import FIGURES
from tests.console.conftest import Hire
from tests.console.talks import begin, turn


async def some_talks(app: FastAPI) -> None:
    """Three talks with words that must not be seen."""
    for intent in ("ask_courses", "ask_clinic", "nlu_fallback"):
        talk = await begin(app.state.heart)
        await turn(app.state.heart, talk, "sekretne słowa", intent, card="clinic" * (intent == "ask_clinic"))


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_sees_all_figures_and_no_words(app: FastAPI, hire: Hire, role: Role) -> None:
    await some_talks(app)
    worker = await hire("Anna", role)
    page = (await worker.get("/console/insights")).text
    assert re.findall(r'<section class="card figure" aria-labelledby="(\w+)">', page) == list(FIGURES)
    assert "33 %" in page
    assert "Poradnia psychologiczna" in page
    assert "sekretne" not in page
    assert " style=" not in page, "the policy of the pages forbids it"


@pytest.mark.parametrize("name", FIGURES)
async def test_each_figure_comes_as_csv(app: FastAPI, hire: Hire, name: str) -> None:
    await some_talks(app)
    worker = await hire("Anna", Role.AUDITOR)
    answer = await worker.get(f"/console/insights/{name}.csv")
    assert answer.status_code == 200
    head, *rows = list(csv.reader(io.StringIO(answer.text)))
    assert head[1] == "name"
    assert all(len(row) == len(head) for row in rows)
    assert "sekretne" not in answer.text
    if name == "reach":
        assert rows[0] == ["any", "cokolwiek z tego", str(1 / 3), "1"]


async def test_wrong_choices_are_refused(hire: Hire) -> None:
    worker = await hire("Anna", Role.ADMIN)
    for query in ("since=2026-05-02&until=2026-05-01", "since=1999-01-01&until=2026-01-01", "since=x"):
        assert (await worker.get(f"/console/insights?{query}")).status_code == 422
    assert (await worker.get("/console/insights/secrets.csv")).status_code == 404
    assert (await worker.get("/console/insights?channel=%3Cb%3E&language=xx")).status_code == 200


def test_a_picture_never_carries_markup_from_a_name() -> None:
    for draw in (bars, columns):
        picture = draw("<b>", [("<script>", 3, "3"), ("x", None, "–")])
        assert "<script>" not in picture
        assert 'aria-label="&lt;b&gt;"' in picture
