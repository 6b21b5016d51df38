"""The talk itself: greeting, thanks, help, privacy, complaints, and what to do when the bot does not understand."""

from actions.bookings import show_own, wants_to_take_back
from actions.registry import action, answers, perform
from actions.talk import MENU, Talk
from api.texts import text

# Below this a guess is not worth offering as a button.
WORTH_OFFERING = 0.12
NOT_OFFERED = frozenset({"out_of_scope"})


def _simple(name: str, key: str, buttons: tuple[str, ...] = MENU) -> None:
    """Register an action that says one text."""

    @action(name)
    def say(talk: Talk) -> None:
        talk.say(key, buttons=buttons)


_simple("action_greet", "talk.greet")
_simple("action_goodbye", "talk.goodbye", ())
_simple("action_thank", "talk.thank")
_simple("action_help", "talk.help", (*MENU, "demand", "human"))
_simple("action_who", "talk.who", ("help", "privacy", "human"))
_simple("action_privacy", "talk.privacy", ("help",))
_simple("action_delete_data", "talk.delete_data", ())
_simple("action_complain", "talk.complain", (*MENU, "human"))
_simple("action_out_of_scope", "talk.out_of_scope")


@action("action_cancel")
async def cancel(talk: Talk) -> None:
    """Drop the topic; whoever wants to take back a sign-up or call off an appointment is shown how."""
    if wants_to_take_back(talk):
        await show_own(talk)
    else:
        talk.say("talk.cancel", buttons=MENU)


@action("action_affirm")
async def affirm(talk: Talk) -> None:
    """Do what the bot has just offered, else offer the menu."""
    offer = talk.tracker.get_slot("offer")
    if offer:
        talk.slot("offer", None)
        await perform(answers[offer], talk)
    else:
        talk.say("talk.affirm", buttons=MENU)


@action("action_deny")
def deny(talk: Talk) -> None:
    """Drop what the bot has offered."""
    talk.slot("offer", None)
    talk.say("talk.deny", buttons=MENU)


@action("action_change_language")
def change_language(talk: Talk) -> None:
    """Go on in the other language: the one that the message asks for or is written in, else the one not used so far."""
    wanted = wanted_language(str(talk.tracker.latest_message.get("text") or ""))
    if wanted is None:
        wanted = "en" if talk.language == "pl" else "pl"
    talk.slot("language", wanted)
    talk.tracker.slots["language"] = wanted
    talk.say("talk.change_language", buttons=MENU)


def wanted_language(message: str) -> str | None:
    """The language that the message names; None when it names none or both."""
    message = message.lower()
    polish = any(word in message for word in ("polsk", "polish"))
    english = any(word in message for word in ("angiel", "english", "inglis"))
    return None if polish == english else "pl" if polish else "en"


@action("action_fallback")
def fallback(talk: Talk) -> None:
    """Not understood: say so honestly, offer the two best guesses, and a person the second time in a row."""
    language = talk.tracker.latest_message.get("language")
    if talk.tracker.latest_message.get("language_sure") and language not in ("pl", "en"):
        talk.say("talk.foreign_uk" if language == "uk" else "talk.foreign", buttons=("help", "human"))
        return
    guesses = [
        guess["name"]
        for guess in talk.ranking[:2]
        if guess["confidence"] >= WORTH_OFFERING and guess["name"] not in NOT_OFFERED
    ]
    if guesses and not _was_unsure_before(talk):
        buttons = [{"title": text(f"guesses.{name}", talk.language), "payload": f"/{name}"} for name in guesses]
        talk.say("talk.unsure", buttons=[*buttons, "help"])
    else:
        talk.say("talk.lost", buttons=(*MENU, "human"))


def _was_unsure_before(talk: Talk) -> bool:
    """Whether the turn before this one ended in the fallback, too."""
    actions = [
        event["name"]
        for event in talk.tracker.events
        if event.get("event") == "action" and event["name"] not in ("action_listen", "action_extract_slots")
    ]
    return actions[-1:] == ["action_fallback"]
