"""What is kept of a talk, how long and who reads it; everything that is kept, as a file; and how to delete it."""

from actions.lexicon import both, pattern, words_of
from actions.registry import action
from actions.talk import Talk
from api.privacy import links
from api.settings import settings
from api.texts import plain


@action("action_privacy")
def privacy(talk: Talk) -> None:
    """The answer, more of it, or the link to the file with everything."""
    chosen = settings()
    if talk.entities("about") or (_asks("my_data", talk) and not _asks("handling", talk)):
        show_my_data(talk)
    elif talk.entities("more"):
        buttons = ("my_data", "delete", "human")
        talk.say("privacy.more", buttons=buttons, days=chosen.text_days, signup_days=chosen.signup_days)
    else:
        longer = chosen.safety_days if (chosen.safety_days or 0) > chosen.text_days else None
        if longer:
            talk.say("privacy.safety", days=longer)
        if talk.on_messenger:
            talk.say("privacy.messenger")
        talk.say("privacy.answer", buttons=("my_data", "privacy_more", "delete", "help"), days=chosen.text_days)


@action("action_delete_data")
def delete(talk: Talk) -> None:
    """How to delete the talk; who only wants to see the data gets them."""
    if _asks("my_data", talk) and not _asks("delete", talk):
        show_my_data(talk)
    elif talk.on_messenger:
        # There the button itself asks whether to delete (`api/channels/messenger/handlers.py`).
        talk.say("talk.delete_data_messenger", buttons=("delete", "my_data", "privacy"))
    else:
        talk.say("talk.delete_data", buttons=("my_data", "privacy", "help"))


def show_my_data(talk: Talk) -> None:
    """Give the link to the file."""
    link = f"{settings().public}{links.path(talk.tracker.sender_id)}"
    talk.say("privacy.my_data", buttons=("delete", "privacy", "help"), link=link)


def _asks(what: str, talk: Talk) -> bool:
    return bool(pattern(both(words_of("privacy")[what])).search(plain(talk.words)))
