"""What the bot says about privacy is true to the settings, and whoever asks for their data gets them."""

import re

import pytest

from actions import privacy
from api.privacy import links
from api.sealed import Keyring
from api.settings import Settings
from api.texts import LANGUAGES, Language
from tests.actions.turns import said, turn


@pytest.fixture(autouse=True)
def chosen(monkeypatch: pytest.MonkeyPatch, keys: Keyring) -> Settings:
    """Settings unlike the defaults."""
    own = Settings(text_days=31, signup_days=77, public_url="https://bot.example.org")
    monkeypatch.setattr(privacy, "settings", lambda: own)
    return own


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_name_the_days_of_the_settings(language: Language) -> None:
    talk = turn("czy to jest anonimowe", ("ask_privacy", 0.9), slots={"language": language})
    privacy.privacy(talk)
    assert "31" in said(talk)
    assert "90" not in said(talk)
    more = turn("", slots={"language": language}, entities=[{"entity": "more", "value": "yes"}])
    privacy.privacy(more)
    assert {"31", "77"} <= set(re.findall(r"\d+", said(more)))


def test_a_longer_time_for_safety_is_said(chosen: Settings) -> None:
    chosen.safety_days = 365
    talk = turn("jak długo to trzymacie", ("ask_privacy", 0.9))
    privacy.privacy(talk)
    assert "365" in said(talk)


@pytest.mark.parametrize(
    ("typed", "intent"),
    [
        ("jakie dane o mnie macie?", "ask_privacy"),
        ("co o mnie wiesz", "ask_privacy"),
        ("Chcę zobaczyć moje dane", "delete_my_data"),
        ("what do you know about me?", "ask_privacy"),
        ("can I get a copy of my data", "delete_my_data"),
        ("na podstawie RODO proszę o moje dane", "ask_privacy"),
        ("proszę mi przekazać moje dane", "ask_privacy"),
        ("under GDPR I want access to my data", "ask_privacy"),
        ("who can send me my data?", "ask_privacy"),
    ],
)
def test_who_asks_for_the_own_data_gets_a_link_to_them(typed: str, intent: str) -> None:
    talk = turn(typed, (intent, 0.9))
    (privacy.privacy if intent == "ask_privacy" else privacy.delete)(talk)
    found = re.search(r"https://bot\.example\.org/my-data/(\S+)\.json", said(talk))
    assert found is not None
    assert links.conversation_of(found[1]) == "someone"


@pytest.mark.parametrize(
    "typed",
    [
        "what do you do with my data?",
        "is my data safe?",
        "co robicie z danymi o mnie zapisanymi?",
        "czy moje dane są bezpieczne",
    ],
)
def test_who_asks_what_becomes_of_the_data_is_told(typed: str) -> None:
    talk = turn(typed, ("ask_privacy", 0.9))
    privacy.privacy(talk)
    assert "my-data/" not in said(talk)


@pytest.mark.parametrize(
    "typed", ["usuń moje dane", "skasujcie wszystko co o mnie macie", "delete everything about me"]
)
def test_who_wants_to_delete_is_told_how(typed: str) -> None:
    talk = turn(typed, ("delete_my_data", 0.9))
    privacy.delete(talk)
    assert "my-data" not in said(talk)
    assert "Usuń" in said(talk)


@pytest.mark.parametrize(("channel", "way"), [("web", "okna czatu"), ("messenger", "„Usunięcie rozmowy”")])
def test_how_to_delete_is_true_in_the_pupils_channel(channel: str, way: str) -> None:
    talk = turn("usuń moje dane", ("delete_my_data", 0.9), channel=channel)
    privacy.delete(talk)
    assert way in said(talk)
    offered = [button["payload"] for message in talk.dispatcher.messages for button in message["buttons"]]
    assert ("/delete_my_data" in offered) == (channel == "messenger")


@pytest.mark.parametrize("channel", ["web", "messenger"])
def test_on_messenger_it_is_said_that_meta_has_the_talk_too(channel: str) -> None:
    talk = turn("czy to jest anonimowe", ("ask_privacy", 0.9), channel=channel)
    privacy.privacy(talk)
    assert ("Meta" in said(talk)) == (channel == "messenger")


@pytest.mark.parametrize("typed", ["czy ktoś to czyta", "is this anonymous", "kto jest administratorem danych"])
def test_a_question_about_privacy_is_not_a_wish_for_the_data(typed: str) -> None:
    talk = turn(typed, ("ask_privacy", 0.9))
    privacy.privacy(talk)
    assert "my-data" not in said(talk)
