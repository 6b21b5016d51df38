"""The set-up guide is true to the code, in both languages: settings, addresses, fields, commands, words of the log."""

import re

import pytest

from api.channels.messenger.graph import FIELDS
from api.channels.messenger.routes import router
from api.settings import ROOT, Settings
from api.texts import text

GUIDE = (ROOT / "docs" / "messenger.md").read_text(encoding="utf-8")
PARTS = dict(zip(("pl", "en"), re.split(r"^## In English$", GUIDE, flags=re.MULTILINE), strict=True))
CODE = "\n".join(path.read_text() for path in (ROOT / "api" / "channels" / "messenger").glob("*.py"))


@pytest.mark.parametrize("language", PARTS)
def test_the_guide_is_true_to_the_code(language: str) -> None:
    guide = PARTS[language]
    settings = {name.upper() for name in Settings.model_fields if name.startswith("messenger_")} | {"PUBLIC_URL"}
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", guide, flags=re.MULTILINE)) == settings
    assert re.findall(r"\w+", re.findall(r"```text\n(.*?)```", guide, re.DOTALL)[0]) == list(FIELDS)
    (webhook, deletion) = (rf"https://\S+{router.prefix}/{name}\b" for name in ("webhook", "deletion"))
    assert re.search(webhook, guide)
    assert re.search(deletion, guide)
    for script in re.findall(r"-m scripts\.(\w+)", guide):
        assert (ROOT / "scripts" / f"{script}.py").exists()
    for event in set(re.findall(r"`(messenger_\w+)`", guide)):
        assert f'"{event}"' in CODE
    alerts = (ROOT / "deploy" / "observability" / "alerts.yaml").read_text()
    for alert in ("PageStopped", "NotForgotten"):
        assert f"`{alert}`" in guide
        assert f"alert: {alert}" in alerts
    assert text("messenger.menu_erase", "pl" if language == "pl" else "en") in guide
