"""Names that staff save are recognised from the next turn on, without a restart."""

from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Dict, Iterator, List

import pytest
import yaml

from bot import lexicon
from bot.entities import CatalogueEntityExtractor, EntityFinder
from bot.lexicon import CATALOGUE
from bot.matcher import Matcher
from bot.names import Names
from bot.terms import Meaning


class Answers:
    """What the action server would answer, and how often it was asked and answered in full."""

    def __init__(self) -> None:
        read = {
            name: yaml.safe_load((CATALOGUE / f"{name}.yaml").read_text())
            for name in ("qualifications", "course_types")
        }
        self.lists: Dict[str, Any] = {
            "industries": read["qualifications"]["industries"],
            "professions": read["qualifications"]["professions"],
            "course_types": read["course_types"]["course_types"],
        }
        self.version, self.asked, self.given = 1, 0, 0


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """A server on a port of its own."""
    known = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked += 1
            tag = f'"{known.version}"'
            if self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                self.end_headers()
                return
            known.given += 1
            body = json.dumps(known.lists, default=str).encode()
            self.send_response(200)
            for name, value in (
                ("ETag", tag),
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("ACTIONS_URL", f"http://127.0.0.1:{server.server_port}/webhook")
    monkeypatch.setattr(CatalogueEntityExtractor, "latest", None)
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


def values(finder: EntityFinder, text: str, kind: str) -> List[str]:
    """The ids of this kind that a text names."""
    return [entity["value"] for entity in finder.find(text) if entity["entity"] == kind]


def test_a_new_course_and_a_new_alias_are_known_after_the_next_question(answers: Answers) -> None:
    names = Names()

    async def talk() -> None:
        await names.refresh()
        assert CatalogueEntityExtractor.latest is None, "as shipped: nothing to build"
        course = {
            "id": "haft",
            "name_pl": "Haft maszynowy",
            "name_en": "Machine embroidery",
            "aliases_pl": ["wyszywanki"],
        }
        answers.lists["course_types"].append(course)
        answers.lists["industries"][0]["aliases_pl"] = ["blacharka artystyczna"]
        answers.version = 2
        await names.refresh()
        finder = CatalogueEntityExtractor.latest
        assert finder is not None
        assert values(finder, "macie kurs haftu maszynowego?", "course_type") == ["haft"]
        assert values(finder, "chodzi mi o wyszywanki", "course_type") == ["haft"]
        assert values(finder, "coś z blacharki artystycznej", "industry") == [answers.lists["industries"][0]["id"]]
        assert values(finder, "spawacz", "profession"), "all that was known stays known"
        answers.version = 3
        await names.refresh()
        assert CatalogueEntityExtractor.latest is finder, "another change of the catalogue, and the same names"
        await names.close()

    asyncio.run(talk())
    assert (answers.asked, answers.given) == (3, 3)


def test_without_a_change_nothing_is_read(answers: Answers) -> None:
    names = Names()

    async def talk() -> None:
        for _ in range(5):
            await names.refresh()
        await names.close()

    asyncio.run(talk())
    assert (answers.asked, answers.given) == (5, 1)


def test_nobody_is_asked_for_names_of_a_version_that_is_known(answers: Answers) -> None:
    names = Names()

    async def talk() -> None:
        for version in (1, 1, 1, None, 2, 2):
            answers.version = version or answers.version
            await names.refresh(version)
        await names.close()

    asyncio.run(talk())
    assert (answers.asked, answers.given) == (3, 2)


def test_without_an_answer_the_known_names_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:9/webhook")
    monkeypatch.setattr(CatalogueEntityExtractor, "latest", None)
    names = Names()

    async def talk() -> None:
        await names.refresh()
        await names.close()

    asyncio.run(talk())
    assert CatalogueEntityExtractor.latest is None


@pytest.mark.parametrize(
    "alias", ["?!?", "a-b", "to be", "to", "3 x 3", "ŁĄCZENIE", "...", "l'art", "C++", "  x  y ", "漢字漢"]
)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_no_alias_that_somebody_types_stops_the_bot(alias: str, language: str) -> None:
    term = lexicon._term(alias, language, (Meaning("course_type", "x"),))
    Matcher([one for one in [term] if one.words])
