"""The main job: from what the pupil likes and learns to one to three fitting courses."""

from actions.profile import direction, profile, remember, told_now
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import course_card
from api.catalogue.kinds import Industry
from api.catalogue.matching import suggest
from api.texts import button

ASKING = ("ask_courses",)
INFORMING = ("inform_interest", "inform_qualification")
PATIENCE = 2


@action("validate_guidance_form")
def validate_guidance_form(talk: Talk) -> None:
    """Take from the message all that it tells; the form goes on asking until there is something to go by.

    A message that informs of nothing usable counts as a miss, so that the form asks in other words. Any other message
    sets no slot: then Rasa leaves the form for the answer to that message, and comes back to it.
    """
    if talk.intent not in ASKING + INFORMING:
        known = talk.tracker.get_slot("direction")
        if known and not talk.tracker.active_loop.get("name"):
            talk.slot("direction", known)
        return
    told = told_now(talk)
    known_slots = remember(talk, told)
    chosen = direction(told, known_slots, asked=talk.intent in ASKING)
    talk.slot("direction", chosen)
    if chosen is None:
        talk.slot("misses", int(talk.tracker.get_slot("misses") or 0) + (talk.intent in INFORMING))


@action("action_ask_direction")
def ask_direction(talk: Talk) -> None:
    """Ask what the pupil likes or learns, in other words after each miss, and offer a person after the second."""
    misses = int(talk.tracker.get_slot("misses") or 0)
    key = "courses.ask_direction"
    if misses:
        key = "courses.ask_direction_again" if misses < PATIENCE else "courses.ask_direction_person"
    buttons = industry_buttons(talk)
    talk.say(key, buttons=[*buttons, "counselling"] if misses >= PATIENCE else buttons)


@action("action_suggest_courses")
def suggest_courses(talk: Talk) -> None:
    """Show the courses that fit, each with its reason; say so when there is none, and what is only an example."""
    wish = talk.tracker.get_slot("direction") or {}
    found = suggest(talk.catalogue, profile(talk, wish), talk.today)
    talk.slot("direction", None)
    talk.slot("misses", 0)
    if not found:
        talk.say("courses.nothing", buttons=[*industry_buttons(talk), "counselling"])
        return
    cards = [course_card(talk.catalogue, suggestion, talk.language, talk.today) for suggestion in found]
    talk.say("courses.found", cards=cards, count=len(cards))
    has_editions = any(suggestion.editions for suggestion in found)
    talk.say(
        "courses.examples_only" if has_editions else "courses.kinds_only",
        buttons=("sign_up", "internships", "counselling"),
    )


@action("action_undecided")
def undecided(talk: Talk) -> None:
    """Two ways on for a pupil who does not know: telling what it likes, or a career counsellor."""
    talk.slot("offer", "action_counselling")
    talk.say("courses.undecided", buttons=[*industry_buttons(talk), "counselling"])


def industry_buttons(talk: Talk) -> list[dict[str, str]]:
    """A button for each industry of the catalogue."""
    return [
        button("industry", talk.language, industry=record.id, name=_capital(record.text("name", talk.language)))
        for record in talk.catalogue.all(Industry)
    ]


def _capital(name: object) -> str:
    return str(name)[:1].upper() + str(name)[1:]
