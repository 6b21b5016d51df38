"""The main job: from what the pupil likes and learns to one to three fitting courses."""

from rasa_sdk.events import FollowupAction

from actions.choices import industry_buttons
from actions.lexicon import both, pattern, words_of
from actions.profile import FACTS, Direction, Told, direction, profile, remember, told_now
from actions.questionnaire import correct_by_words
from actions.readback import known_facts, read_back
from actions.registry import action
from actions.talk import Talk
from api.catalogue.callings import suggest_internships
from api.catalogue.cards import course_card, internship_card, why
from api.catalogue.matching import suggest
from api.texts import plain

FORM = "guidance_form"
ASKING = ("ask_courses",)
INFORMING = ("inform_interest", "inform_qualification")
PATIENCE = 2
MOST_COURSES = 3
ELSEWHERE = ("internships", "counselling")


@action("action_guidance")
def guidance(talk: Talk) -> None:
    """Take what the message tells, and show courses when there is something to go by; else let the form ask.

    Inside another form this is an interruption: it is answered, and that form goes on.
    """
    if correct_by_words(talk):
        return
    _, said, chosen = _take(talk)
    if chosen:
        show_courses(talk, chosen, internships=said, others=_wants_others(talk))
    elif not talk.tracker.active_loop.get("name"):
        talk.events.append(FollowupAction(FORM))
    elif not said:
        talk.say("profile.about_courses" if talk.intent in ASKING else "profile.later")


@action("validate_guidance_form")
def validate_guidance_form(talk: Talk) -> None:
    """Take from the message all that it tells; the form goes on asking until there is something to go by.

    A message that informs of nothing usable counts as a miss, so that the form asks in other words. Any other message
    sets no slot: then Rasa leaves the form for the answer to that message, and comes back to it.
    """
    if talk.intent not in ASKING + INFORMING or talk.tracker.get_slot("question"):
        return
    told, said, chosen = _take(talk)
    talk.slot("direction", chosen)
    if said or (chosen is None and told.keys() & set(FACTS)):
        talk.slot("misses", 0)
    elif chosen is None:
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
    """Show the courses that fit what the form has found out."""
    show_courses(talk, talk.tracker.get_slot("direction") or {}, internships=True)


def show_courses(talk: Talk, chosen: Direction, *, internships: bool, others: bool = False) -> None:
    """Show the courses that fit, each with its reason, and apart from them those whose condition fails.

    A course that was asked for comes first, even then. `others` leaves out what was shown before. With the last message
    comes, if wanted, the form of internship for the pupil's school, where it is known.
    """
    who = profile(talk, chosen)
    before = _shown_before(talk) if others else set()
    limit = MOST_COURSES + len(before)
    every = suggest(talk.catalogue, who, talk.today, limit)
    are_more = len(suggest(talk.catalogue, who, talk.today, limit + 1)) > limit
    found = [one for one in every if one.course.id not in before][:MOST_COURSES]
    talk.slot("direction", None)
    talk.slot("misses", 0)
    if not found:
        talk.say("courses.no_others" if every else "courses.nothing", buttons=[*industry_buttons(talk), "counselling"])
        return
    fitting = [course_card(talk.catalogue, one, talk.language, talk.today) for one in found if one.fits]
    failing = [course_card(talk.catalogue, one, talk.language, talk.today) for one in found if not one.fits]
    sets = [("courses.others" if before else "courses.found", fitting), ("courses.not_yet", failing)]
    if any(one.is_wished and not one.fits for one in found) and not any(one.is_wished and one.fits for one in found):
        sets = [("courses.asked_not_yet", failing), ("courses.instead", fitting)]
    for key, cards in sets:
        if cards:
            talk.say(key, cards=cards, count=len(cards))
    has_editions = any(suggestion.editions for suggestion in found)
    internship_cards = []
    for form in suggest_internships(talk.catalogue, who)[: int(internships)]:
        reason = why(talk.catalogue, form.reasons, talk.language)
        internship_cards.append(internship_card(talk.catalogue, form.rule, talk.language) | {"why": reason})
    talk.say(
        "courses.examples_only" if has_editions else "courses.kinds_only",
        cards=internship_cards,
        buttons=("sign_up", *(["other_courses"] if are_more else []), *ELSEWHERE),
    )


def _wants_others(talk: Talk) -> bool:
    """Whether a button or the words ask for courses beside those that were shown."""
    asks = talk.intent in ASKING and pattern(both(words_of("talk")["other_ones"])).search(plain(talk.words))
    return bool(talk.entities("more") or asks)


def _shown_before(talk: Talk) -> set[str]:
    """The courses on the cards of the last turns."""
    shown = [event.get("value") or [] for event in talk.tracker.events if event.get("name") == "shown"]
    return {id_ for cards in [talk.shown, *shown] for kind, id_ in cards if kind == "course"}


def _take(talk: Talk) -> tuple[Told, bool, Direction | None]:
    """Note what the message tells: what that is, whether it was read back, and what suggestions should go by now."""
    if not talk.ranking and talk.intent in ASKING and talk.entities("profession"):
        # "Courses for this job" on a card asks about that job; it does not say that the pupil learns it.
        return {}, False, {"profession": talk.entities("profession")}
    before = known_facts(talk)
    told = told_now(talk)
    known = remember(talk, told)
    said = read_back(talk, told, before)
    return told, said, direction(told, known, asked=talk.intent in ASKING)
