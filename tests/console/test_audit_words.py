"""The audit log's page in words: each action that the code writes has a text in both languages."""

import ast
from collections.abc import Iterator

from fastapi import FastAPI
from sqlalchemy import text as sql

from api.accounts.roles import Role
from api.settings import ROOT
from api.texts import all_texts
from tests.console.conftest import Hire


def actions() -> Iterator[str]:
    """What is given as an action, straight or by the two functions that hand it on."""
    for file in (ROOT / "api").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called, given = ast.unparse(node.func), []
            if called == "audit.write":
                given = node.args[2:3]
            elif called == "_change":
                given = node.args[4:5]
            elif called in ("view", "service.view"):
                given = [keyword.value for keyword in node.keywords if keyword.arg == "why"]
            for part in (one for argument in given for one in ast.walk(argument)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def test_each_action_has_a_text() -> None:
    written = {*actions(), "looked", "changed_catalogue", "added_to_catalogue"} - {"outcome"}
    assert len(written) > 40
    assert {f"audit.{name}" for name in written} == {key for key in all_texts() if key.startswith("audit.")}


async def test_the_page_says_what_was_done_and_leaves_out_what_is_empty(hire: Hire) -> None:
    boss = await hire("Boss", Role.ADMIN, Role.COORDINATOR)
    await boss.get("/console/sign-ups")
    page = (await boss.get("/console/audit")).text
    assert "<td>lista zapisów otwarta</td>" in page
    assert '<option value="looked_at_sign_ups">lista zapisów otwarta</option>' in page
    assert "codes" not in page
    chosen = (await boss.get("/console/audit?action=accepted_invitation")).text
    assert "<td>zaproszenie przyjęte</td>" in chosen
    assert "<td>lista zapisów otwarta</td>" not in chosen


async def test_an_action_of_an_older_version_is_shown_as_it_is(app: FastAPI, hire: Hire) -> None:
    boss = await hire("Boss", Role.ADMIN)
    async with app.state.database.transaction() as session:
        await session.execute(
            sql("INSERT INTO audit (at, staff_name, action, detail) VALUES ('2026-01-01', 'Jan', 'danced', '{}')")
        )
    assert "<td>danced</td>" in (await boss.get("/console/audit")).text
