"""The walls between the rooms (design, "Shape"), held by reading the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import ROOT

# What each room may import of ours. The tools for all are the modules directly under `api/`.
TOOLS = {
    "api.database",
    "api.errors",
    "api.garbage",
    "api.hardening",
    "api.logs",
    "api.metrics",
    "api.person",
    "api.sealed",
    "api.settings",
    "api.sheets",
    "api.sqlite",
    "api.texts",
    "api.tls",
    "api.traces",
    "api.yaml_files",
}
MAY_IMPORT = {
    "e5": {"e5"},
    "bot": {"bot", "e5"},
    "actions": {
        "actions",
        "api.appointments",
        "api.catalogue",
        "api.privacy.links",
        "api.requests",
        "api.safety",
        "api.signups",
        "api.tables",
        *TOOLS,
    },
    "api.conversations": {"api.conversations", *TOOLS},
    "api.privacy": {
        "api.privacy",
        "api.appointments",
        "api.channels.messenger.service",
        "api.console.repository",
        "api.conversations",
        "api.requests",
        "api.review",
        "api.signups",
        *TOOLS,
    },
    "api.alerts": {"api.alerts", "api.conversations", *TOOLS},
    "api.appointments": {"api.appointments", *TOOLS},
    "api.requests": {"api.requests", *TOOLS},
    "api.signups": {"api.signups", "api.catalogue", *TOOLS},
    "api.channels": {"api.channels", "api.conversations", "api.privacy", *TOOLS},
    "api.catalogue": {"api.catalogue", *TOOLS},
    "api.accounts": {"api.accounts", *TOOLS},
    "api.review": {"api.review", "api.conversations", "api.privacy.redaction", *TOOLS},
    "api.insights": {
        "api.insights",
        "api.appointments",
        "api.catalogue",
        "api.conversations",
        "api.requests",
        "api.signups",
        *TOOLS,
    },
    "api.console": {
        "api.console",
        "api.accounts",
        "api.appointments",
        "api.catalogue",
        "api.channels.messenger.service",
        "api.conversations",
        "api.insights",
        "api.privacy",
        "api.requests",
        "api.review",
        "api.signups",
        *TOOLS,
    },
    "api.safety": {"api.safety", "api.catalogue", "e5", *TOOLS},
    "api.widget": {"api.widget", *TOOLS},
}
OURS = ("api", "actions", "bot", "e5", "scripts", "tests")
FOLDERS = ("api", "actions", "bot", "e5", "scripts")
LONGEST_FILE = 500
# What a log line must not carry: what a pupil wrote, or who it is.
PRIVATE_WORDS = {"text", "typed", "payload", "message", "body", "name", "contact", "comment", "token"}


def files() -> list[Path]:
    """All Python files of the product."""
    found = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    return sorted(file for file in found if ".venv" not in file.parts)


def room(file: Path) -> str:
    """The room that a file stands in; "" for the modules that put rooms together."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return next((name for name in MAY_IMPORT if tuple(name.split(".")) == parts[: name.count(".") + 1]), "")


def imports(file: Path) -> Iterator[str]:
    """The full names of all modules (and what is taken from them) that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, parents: set[str]) -> bool:
    """Whether a dotted name is one of the parents or lies below one."""
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_imports_only_what_the_design_allows(file: Path) -> None:
    allowed = MAY_IMPORT.get(room(file))
    if allowed is None:
        return
    ours = [name for name in imports(file) if is_within(name, set(OURS))]
    assert [name for name in ours if not is_within(name, allowed)] == []


def test_rasa_stays_on_its_island() -> None:
    strangers = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in files()
        for name in imports(file)
        if (is_within(name, {"rasa"}) and room(file) != "bot")
        or (is_within(name, {"rasa_sdk"}) and room(file) != "actions")
    ]
    assert strangers == []


def test_routes_know_no_sql() -> None:
    routes = [file for file in files() if file.name == "routes.py"]
    assert routes
    assert [str(file) for file in routes for name in imports(file) if is_within(name, {"sqlalchemy"})] == []


def test_nobody_commits_but_by_leaving_the_transaction() -> None:
    committing = [
        str(file.relative_to(ROOT))
        for file in files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert committing == []


def test_no_log_line_carries_what_a_pupil_wrote() -> None:
    for file in files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "logger")
            ):
                given = {keyword.arg for keyword in node.keywords}
                assert not given & PRIVATE_WORDS, f"{file.relative_to(ROOT)}:{node.lineno}"


def test_no_file_is_too_long() -> None:
    long = [str(f.relative_to(ROOT)) for f in files() if len(f.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    assert long == []
