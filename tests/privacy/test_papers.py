"""The papers name the days of the settings, and the audit knows the libraries as they are locked."""

import re
from pathlib import Path

import pytest

from api.settings import ROOT, Settings
from scripts import audit
from scripts.audit import Finding

LAW = ROOT / "docs" / "law"
DEFAULTS = {name: Settings.model_fields[name].default for name in ("text_days", "signup_days")}


@pytest.mark.parametrize("name", ["privacy-notice.pl.md", "privacy-notice.en.md", "processing-register.md"])
def test_a_paper_names_the_days_of_the_settings(name: str) -> None:
    words = (LAW / name).read_text("utf-8")
    days = {int(found) for found in re.findall(r"(?<!\[)\b(\d+) (?:dni|days)\b", words)}
    assert days == set(DEFAULTS.values())


def test_what_is_kept_is_said_with_the_settings_and_their_defaults() -> None:
    words = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    for name, days in DEFAULTS.items():
        assert f"`{name.upper()}` ({days})" in words


def test_every_paper_is_in_the_list_and_marks_what_a_lawyer_checks() -> None:
    listed = set(re.findall(r"\]\(([a-z.-]+\.md)\)", (LAW / "README.md").read_text("utf-8")))
    papers = {file.name for file in LAW.glob("*.md")} - {"README.md"}
    assert listed == papers
    for name in papers - {"processing-register.md"}:
        assert "[§]" in (LAW / name).read_text("utf-8"), name


def test_the_links_of_the_papers_lead_somewhere() -> None:
    for page in [*LAW.glob("*.md"), ROOT / "docs" / "privacy.md", ROOT / "docs" / "audit.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_reviewed_libraries_are_locked_at_these_versions() -> None:
    lock = (ROOT / "requirements" / "bot.txt").read_text("utf-8")
    found = audit.reviewed((ROOT / "docs" / "audit.md").read_text("utf-8"))
    assert len(found) > 20
    assert [one for one in found if not re.search(rf"^{one[0]}=={re.escape(one[1])}[ ;\\]", lock, re.MULTILINE)] == []


def test_only_what_was_reviewed_at_this_version_passes() -> None:
    report = {
        "dependencies": [
            {"name": "sanic", "version": "21.12.2", "vulns": [{"id": "B"}, {"id": "A"}]},
            {"name": "aiohttp", "version": "9.9", "vulns": [{"id": "C"}]},
            {"name": "clean", "version": "1", "vulns": []},
            {"name": "skipped", "skip_reason": "unknown"},
        ]
    }
    found = audit.findings(report)
    assert found == [Finding("sanic", "21.12.2", ("A", "B")), Finding("aiohttp", "9.9", ("C",))]
    assert audit.open_ones(found, {("sanic", "21.12.2"), ("aiohttp", "3.9.5")}) == found[1:]


def test_a_service_that_does_not_answer_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not audit.is_reachable("http://127.0.0.1:9/")
    monkeypatch.setattr(audit, "is_reachable", lambda: False)
    assert audit.main() == 0
    assert "NOT AUDITED" in capsys.readouterr().out


@pytest.mark.parametrize(("advisories", "code"), [([], 0), ([{"id": "X"}], 1)])
def test_an_advisory_for_the_service_s_own_library_ends_the_audit_badly(
    monkeypatch: pytest.MonkeyPatch, advisories: list[dict[str, str]], code: int
) -> None:
    def ask(lock: Path) -> object:
        own = lock.name == "app.txt"
        return {
            "dependencies": [{"name": "sanic", "version": "21.12.2", "vulns": advisories if own else [{"id": "Y"}]}]
        }

    monkeypatch.setattr(audit, "is_reachable", lambda: True)
    monkeypatch.setattr(audit, "ask", ask)
    assert audit.main() == code
