"""The widget's files as they are served, without a browser."""

import gzip
import re
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from api import errors
from api.widget import assets
from api.widget.routes import router

LOADER_BYTES = 3_000


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    errors.install(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver") as made:
        yield made


async def test_the_loader_is_small(client: AsyncClient) -> None:
    answer = await client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) <= LOADER_BYTES


async def test_compressed_and_plain_are_the_same(client: AsyncClient) -> None:
    for name in assets.PARTS:
        plain = await client.get(f"/widget/{name}", headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(assets.PARTS[name].packed) == plain.content
        assert (await client.get(f"/widget/{name}", headers={"Accept-Encoding": "gzip"})).content == plain.content


async def test_parts_are_kept_for_good_and_usable_from_any_page(client: AsyncClient) -> None:
    for name in assets.PARTS:
        headers = (await client.get(f"/widget/{name}")).headers
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Vary"] == "Accept-Encoding"


async def test_the_loader_is_asked_for_again_but_not_sent_again(client: AsyncClient) -> None:
    first = await client.get("/widget.js")
    assert "immutable" not in first.headers["Cache-Control"]
    again = await client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.content


async def test_files_answer_to_head(client: AsyncClient) -> None:
    for path in ("/", "/embed", "/widget.js"):
        assert (await client.head(path)).status_code == 200


@pytest.mark.parametrize("name", ["panel.js", "routes.py", "..%2Froutes.py", "panel-000000000000.js"])
async def test_nothing_else_is_served(client: AsyncClient, name: str) -> None:
    answer = await client.get(f"/widget/{name}")
    assert answer.status_code == 404


def test_no_placeholder_is_left() -> None:
    served = [asset.plain.decode() for asset in (*assets.PARTS.values(), assets.SCRIPT)]
    for text in (*served, assets.PAGES["page.html"]):
        assert "{{" not in text
    assert set(re.findall(r"{{(.*?)}}", assets.PAGES["embed.html"])) == {"origin"}


def test_every_named_file_is_served() -> None:
    texts = [asset.plain.decode() for asset in (*assets.PARTS.values(), assets.SCRIPT)] + list(assets.PAGES.values())
    named = {name for text in texts for name in re.findall(r"[\w.]+-[0-9a-f]{12}\.\w+", text)}
    assert named == set(assets.PARTS)


@pytest.mark.parametrize("path", ["/", "/embed"])
async def test_pages_have_a_strict_policy_and_nothing_inline(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.text)


async def test_the_snippet_names_our_own_address(client: AsyncClient) -> None:
    page = (await client.get("/embed", headers={"Host": "chat.example.org"})).text
    assert '&lt;script src="http://chat.example.org/widget.js" data-language="pl" defer&gt;' in page
    assert "<script>" not in (await client.get("/embed", headers={"Host": "x<script>"})).text


def test_both_languages_say_the_same_things() -> None:
    source = (assets.FOLDER / "texts.js").read_text(encoding="utf-8")
    packs = re.findall(r"^  (\w\w): {\n(.*?)^  },$", source, re.MULTILINE | re.DOTALL)
    keys = {language: re.findall(r"^    (\w+): ", pack, re.MULTILINE) for language, pack in packs}
    assert keys["pl"] == keys["en"]
    assert len(keys["pl"]) > 60
    places = {language: [sorted(re.findall(r"{\w+}", line)) for line in pack.splitlines()] for language, pack in packs}
    assert places["pl"] == places["en"]


def test_every_text_is_used() -> None:
    source = (assets.FOLDER / "texts.js").read_text(encoding="utf-8")
    keys = set(re.findall(r"^    (\w+): ", source, re.MULTILINE))
    code = "".join((assets.FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in ("panel", "lines", "dialogs"))
    kinds = {
        "course", "internship", "occupation", "qualification", "school", "clinic", "career_centre", "programme",
        "science_place", "helpline", "appointment", "interests",
    }  # fmt: skip
    owners = {"bot", "waiting", "counsellor", "closed"}
    unused = {key for key in keys - kinds - owners if not re.search(rf"\.{key}\b|[,{{] ?{key}\b.*}} = ", code)}
    assert not unused
    assert kinds <= keys


def test_sources_hold_no_text_of_several_lines() -> None:
    """Lines lose their indentation when they are served."""
    for file in assets.FOLDER.glob("*.js"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert line.count("`") % 2 == 0, f"{file.name}: {line}"


def test_no_code_writes_markup() -> None:
    for file in assets.FOLDER.glob("*.js"):
        code = file.read_text(encoding="utf-8")
        for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", ".style"):
            assert danger not in code, f"{file.name}: {danger}"
