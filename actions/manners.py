"""The talk itself: greeting, thanks, help, complaints, and what to do when the bot does not understand."""

import json

from actions.bookings import show_own, wants_to_take_back
from actions.lexicon import both, pattern, words_of
from actions.registry import action, answers, perform
from actions.talk import MENU, Talk, marked
from api.catalogue.cards import helpline_card
from api.catalogue.kinds import Helpline
from api.safety.answers import LINES
from api.texts import plain, text

# Below this a guess is not worth offering as a button.
WORTH_OFFERING = 0.12
# "Do you mean: yes?" helps nobody.
NOT_OFFERED = frozenset({"out_of_scope", "greet", "goodbye", "thank", "affirm", "deny"})
# What a guess is about goes with its button: "chcę spawać" must not end in "what do you like?".
SUBJECTS = ("course_type", "interest", "profession", "industry")
WITH_SUBJECT = frozenset({"ask_courses", "ask_occupation", "ask_demand", "ask_schools", "ask_internships", "sign_up"})
TOPICS = (*MENU, "occupations", "demand", "schools", "clinic", "human", "more_topics")
MORE_TOPICS = (
    "qualifications",
    "science",
    "prevention",
    "adults",
    "returnees",
    "contact",
    "privacy",
    "other_language",
    "start_over",
    "human",
)
# What starting over does not forget: the language, and what Rasa keeps for itself.
KEPT = frozenset({"language", "requested_slot", "session_started_metadata"})


def _simple(name: str, key: str, buttons: tuple[str, ...] = MENU) -> None:
    """Register an action that says one text."""

    @action(name)
    def say(talk: Talk) -> None:
        talk.say(key, buttons=buttons)


_simple("action_greet", "talk.greet")
_simple("action_goodbye", "talk.goodbye", ())
_simple("action_thank", "talk.thank")
_simple("action_who", "talk.who", ("help", "privacy", "human"))
_simple("action_out_of_scope", "talk.out_of_scope")


@action("action_help")
def help_(talk: Talk) -> None:
    """What the bot can do, with a button for each topic on two pages."""
    if talk.entities("more"):
        talk.say("talk.help_more", buttons=MORE_TOPICS)
    else:
        talk.say("talk.help", buttons=TOPICS)


@action("action_complain")
def complain(talk: Talk) -> None:
    """Sorry, and on to a person."""
    talk.say("talk.complain", handoff="complaint")


@action("action_cancel")
async def cancel(talk: Talk) -> None:
    """Leave what we are doing; "start over" also forgets what the pupil has told, and says so.

    Whoever wants to take back a sign-up or call off an appointment is shown how.
    """
    if wants_to_take_back(talk):
        await show_own(talk)
        return
    if not (talk.entities("again") or pattern(both(words_of("talk")["start_over"])).search(plain(talk.words))):
        talk.slot("offer", None)
        talk.say("talk.cancel", buttons=(*MENU, "start_over"))
        return
    for name, value in talk.tracker.slots.items():
        if value is not None and name not in KEPT:
            talk.slot(name, None)
    talk.say("talk.start_over", buttons=MENU)


@action("action_affirm")
async def affirm(talk: Talk) -> None:
    """Do what the bot has just offered, else offer the menu."""
    offer = talk.tracker.get_slot("offer")
    if offer:
        talk.slot("offer", None)
        await perform(answers[offer], talk)
    elif not _missed(talk):
        talk.say("talk.affirm", buttons=MENU)


@action("action_deny")
def deny(talk: Talk) -> None:
    """Drop what the bot has offered."""
    talk.slot("offer", None)
    if not _missed(talk):
        talk.say("talk.deny", buttons=MENU)


def _missed(talk: Talk) -> bool:
    """Whether the bot has asked what the pupil likes: there "yes" and "no" say nothing, and it asks in other words."""
    if talk.tracker.active_loop.get("name") != "guidance_form":
        return False
    talk.slot("misses", int(talk.tracker.get_slot("misses") or 0) + 1)
    return True


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
    """Not understood: say so honestly and offer the two best guesses, or what the bot can do when there are none.

    The second time in a row the talk goes on to a person. The second wish of a message that was answered otherwise is
    only offered.
    """
    reason = "unsure" if _failed_before(talk) else None
    language = talk.tracker.latest_message.get("language")
    if talk.tracker.latest_message.get("language_sure") and language not in ("pl", "en"):
        _foreign(talk, str(language), reason)
        return
    likely = [guess["name"] for guess in talk.ranking if guess["confidence"] >= WORTH_OFFERING]
    about = subject(talk)
    guesses = [name for name in likely if name not in NOT_OFFERED][:2]
    if about and "ask_courses" not in guesses:
        guesses = ["ask_courses", *guesses][:2]
    buttons = [
        {"title": text(f"guesses.{name}", talk.language), "payload": f"/{name}{about if name in WITH_SUBJECT else ''}"}
        for name in guesses
    ]
    if guesses and talk.tracker.latest_message.get("second"):
        talk.say("talk.second", buttons=buttons)
    elif reason:
        talk.say("talk.lost_again", handoff=reason)
    elif guesses:
        # "Yes" would say nothing here; it must not take up what was offered before.
        talk.slot("offer", None)
        talk.say("talk.unsure", buttons=[*buttons, "help"])
    else:
        talk.say("talk.lost", buttons=(*MENU, "human"))


def subject(talk: Talk) -> str:
    """What the message names, as the entities of a payload; empty when it names nothing."""
    named = {kind: found[0] for kind in SUBJECTS if (found := talk.entities(kind, "like"))}
    return json.dumps(named) if named else ""


def _foreign(talk: Talk, language: str, reason: str | None) -> None:
    """A message that nobody here can read may be a cry for help: the helplines are one tap away."""
    found = (talk.catalogue.find(Helpline, id_) for id_ in LINES["crisis"])
    cards = [helpline_card(talk.catalogue, line, talk.language) for line in found if line]
    buttons = () if reason else ("help", "human")
    talk.say("talk.foreign_uk" if language == "uk" else "talk.foreign", cards=cards, buttons=buttons, handoff=reason)


def _failed_before(talk: Talk) -> bool:
    """Whether the turn before was not understood either. One for which a person was called is settled, and a second
    wish in doubt stood beside an answer.
    """
    before = talk.turn(back=1)
    failed = any(event.get("name") == "action_fallback" for event in before)
    doubted = any((event.get("parse_data") or {}).get("second") for event in before)
    return failed and not doubted and not marked(before, "handoff")
