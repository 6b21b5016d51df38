"""What the page shows before and beside the talk: greeting, first questions, menu; and the payloads that stand there.

The payloads of topics are those of the greeting, which each conversation begins with, so they act in every one.
"""

from typing import Any

from api.texts import Language, button, text

START = "MESSENGER_START"
ERASE = "MESSENGER_ERASE"
# The bot's button about deleting needs no turn here: the channel itself can ask.
ASKS_TO_ERASE = (ERASE, "/delete_my_data")
ERASE_YES = "MESSENGER_ERASE_YES"
ERASE_NO = "MESSENGER_ERASE_NO"

# Meta's locales; "default" is everybody else.
LOCALES: tuple[tuple[str, Language], ...] = (("default", "pl"), ("en_US", "en"), ("en_GB", "en"))
ICE_BREAKERS = {
    "ice_suits": "interests",
    "ice_courses": "courses",
    "ice_internships": "internships",
    "ice_counselling": "counselling",
}
MENU = ("interests", "courses", "internships", "counselling", "human")


def profile() -> dict[str, Any]:
    """The page's Messenger profile in both languages, as Graph takes it."""
    return {
        "get_started": {"payload": START},
        "greeting": [
            {"locale": locale, "text": text("messenger.profile_greeting", language)} for locale, language in LOCALES
        ],
        "ice_breakers": [
            {"locale": locale, "call_to_actions": _ice_breakers(language)} for locale, language in LOCALES
        ],
        "persistent_menu": [
            {"locale": locale, "composer_input_disabled": False, "call_to_actions": _menu(language)}
            for locale, language in LOCALES
        ],
    }


def _ice_breakers(language: Language) -> list[dict[str, str]]:
    return [
        {"question": text(f"messenger.{key}", language), "payload": button(name, language)["payload"]}
        for key, name in ICE_BREAKERS.items()
    ]


def _menu(language: Language) -> list[dict[str, str]]:
    topics = [{"type": "postback", **button(name, language)} for name in MENU]
    return [*topics, {"type": "postback", "title": text("messenger.menu_erase", language), "payload": ERASE}]
