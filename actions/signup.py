"""Signing up for a course, an interest list or an internship: asks, reads back, and notes it when there is consent."""

import re
from textwrap import shorten

from actions import bookings, forms
from actions.profile import direction, profile, told_now
from actions.registry import action, database
from actions.talk import Talk
from api.catalogue.kinds import CourseType
from api.catalogue.matching import suggest
from api.catalogue.view import Edition
from api.errors import NotFound
from api.person import AgeGroup
from api.requests import service as requests
from api.signups import service as signups
from api.signups.models import Kind, Status
from api.signups.service import ANY_INTERNSHIP, Applicant, Target
from api.texts import button, day, text

FORM = "signup_form"
STEPS = ("signup_target", "first_name", "school_name", "form_class", "age_group", "parent", "contact", "consent")
OFFERS = "internship_offers"
INTERNSHIP = re.compile(r"sta[żz]|praktyk|intern|placement|apprentic", re.IGNORECASE)
MOST_CHOICES = 4
LONGEST_TITLE = 60


@action("action_sign_up")
async def sign_up(talk: Talk) -> None:
    """Start a sign-up, for what the message names or else for one of what was shown last; or take one back."""
    if talk.entities("withdraw"):
        await withdraw(talk, talk.entities("withdraw")[0])
    elif bookings.wants_to_take_back(talk):
        await bookings.show_own(talk)
    else:
        forms.begin(talk, FORM)
        if not await choose(talk, "signup_target"):
            _offer_choices(talk, _shown_last(talk))


@action("validate_signup_form")
async def validate_signup_form(talk: Talk) -> None:
    """Take from the message what the sign-up can use."""
    taking_back = talk.intent == "sign_up" and bookings.wants_to_take_back(talk)
    if not talk.entities("withdraw") and not taking_back:
        await forms.listen(talk, FORM)


@action("action_ask_signup_target")
def ask_target(talk: Talk) -> None:
    """Ask for what, with what fits or was shown last to choose from."""
    choices = talk.tracker.get_slot("form_choices") or []
    missed = bool(talk.tracker.get_slot("form_misses"))
    buttons = [{"title": shorten(title, LONGEST_TITLE, placeholder=" …"), "payload": p} for p, title in choices]
    course = talk.tracker.get_slot("form_subject")
    if choices and course:
        talk.say("signup.which_date", buttons=[*buttons, button("cancel", talk.language)], what=course)
    elif choices:
        talk.say("signup.which", buttons=[*buttons, button("cancel", talk.language)])
    else:
        talk.say(
            "signup.again_signup_target" if missed else "signup.which_open",
            buttons=("courses", "internship_list", "cancel"),
        )


@action("action_submit_signup")
async def submit(talk: Talk) -> None:
    """Note the sign-up and confirm it with its code; or say why nothing was noted."""
    slot = talk.tracker.get_slot
    target = target_of(talk, str(slot("signup_target")))
    agreed, parent = slot("consent") == "yes", slot("parent")
    applicant = Applicant(
        first_name=str(slot("first_name")),
        school=str(slot("school_name")),
        grade=str(slot("form_class")),
        contact=str(slot("contact")),
        age_group=AgeGroup(slot("age_group")),
        parent_agreed=parent == "agreed",
        language=talk.language,
    )
    forms.clear(talk)
    if not agreed:
        talk.say("forms.parent_first", buttons=("courses", "counselling"))
        return
    if target is None:
        talk.say("signup.gone", buttons=("courses", "counselling"))
        return
    try:
        async with database().transaction() as session:
            signup = await signups.apply(session, talk.tracker.sender_id, target, applicant)
    except NotFound:
        talk.say("signup.gone", buttons=("courses", "counselling"))
        return
    key = "waiting" if signup.status == Status.WAITING else target.kind.value
    buttons = [bookings.withdraw_button(talk, signup), *(button(b, talk.language) for b in ("courses", "counselling"))]
    talk.say(f"signup.done_{key}", what=target.title, code=signup.code, buttons=buttons)
    if target.example:
        talk.say("signup.done_example")


async def withdraw(talk: Talk, code: str) -> None:
    """Take a sign-up or a request back."""
    try:
        async with database().transaction() as session:
            asked = [one.code for one in await requests.mine(session, talk.tracker.sender_id)]
            if code in asked:
                what = bookings.request_title(talk, await requests.withdraw(session, talk.tracker.sender_id, code))
            else:
                what = (await signups.withdraw(session, talk.tracker.sender_id, code)).title
    except NotFound:
        talk.say("signup.nothing_to_take_back", buttons=("courses", "help"))
        return
    talk.say("signup.withdrawn", what=what, code=code, buttons=("courses", "counselling"))


async def choose(talk: Talk, asked: str) -> bool:
    """Set the target that the message names, or what to choose from when it names several; whether it named any.

    Typed words count only while the target is asked for, and when they ask to sign up.
    """
    pressed = not talk.ranking
    if not (pressed or asked == "signup_target" or talk.intent == "sign_up"):
        return False
    wanted = _named(talk) or (_picked(talk) if asked == "signup_target" else [])
    if not wanted:
        return False
    if len(wanted) == 1 and (target := target_of(talk, wanted[0])) is not None:
        forms.fill(talk, "signup_target", wanted[0])
        forms.fill(talk, "form_subject", target.title)
        forms.fill(talk, "form_choices", None)
    elif len(wanted) > 1:
        forms.fill(talk, "signup_target", None)
        _offer_choices(talk, wanted)
    else:
        talk.say("signup.gone")
        forms.fill(talk, "form_choices", None)
    return True


def target_of(talk: Talk, reference: str) -> Target | None:
    """The target of a reference such as `edition:12`, `course:cnc`, `offer:any`; None when it is not there now."""
    kind, _, id_ = reference.partition(":")
    if kind == Kind.EDITION:
        edition = _edition(talk, id_)
        return Target(Kind.EDITION, id_, _edition_title(talk, id_), edition.demo) if edition else None
    if kind == Kind.COURSE:
        course = talk.catalogue.find(CourseType, id_)
        return Target(Kind.COURSE, id_, course.name(talk.language)) if course else None
    if id_ == ANY_INTERNSHIP:
        return Target(Kind.OFFER, id_, text("signup.internship_any", talk.language))
    offer = talk.catalogue.get(OFFERS, id_)
    return Target(Kind.OFFER, id_, offer.name(talk.language)) if offer else None


def _named(talk: Talk) -> list[str]:
    """References to what the message names: an edition, an offer, a course (by its editions), or what would fit."""
    courses = talk.entities("course_type", "like")
    edition = talk.entities("edition")
    if edition and edition[0].isdecimal():
        return [f"edition:{edition[0]}"]
    if edition and courses:
        return [f"course:{courses[0]}"]
    if talk.entities("offer"):
        return [f"offer:{talk.entities('offer')[0]}"]
    if talk.ranking and INTERNSHIP.search(talk.typed):
        return [f"offer:{ANY_INTERNSHIP}"]
    courses = [id_ for id_ in courses if talk.catalogue.find(CourseType, id_)]
    wish = direction(told_now(talk), {}, asked=True) if not courses else None
    if wish is not None:
        courses = [found.course.id for found in suggest(talk.catalogue, profile(talk, wish), talk.today)]
    if len(courses) == 1:
        editions = talk.catalogue.editions(courses[0], talk.today)[: MOST_CHOICES - 1]
        return [*(f"edition:{edition.id}" for edition in editions), f"course:{courses[0]}"]
    return [f"course:{id_}" for id_ in courses[:MOST_CHOICES]]


def _picked(talk: Talk) -> list[str]:
    """The one of the choices that a number or a word points at."""
    return [_reference(payload) for payload in forms.picked(talk)]


def _shown_last(talk: Talk) -> list[str]:
    """References to the courses on the cards that were shown last."""
    for event in reversed(talk.tracker.events):
        data = (event.get("data") or {}) if event.get("event") == "bot" else {}
        cards = (data.get("custom") or {}).get("cards") or []
        found = [f"course:{card['id']}" for card in cards if card["kind"] == "course"]
        if found:
            return found[:MOST_CHOICES]
    return []


def _offer_choices(talk: Talk, references: list[str]) -> None:
    """Keep what to choose from, as pairs of payload and title. Courses lead to their editions, if they have any.

    Where only the date of one course is open, the course is kept as the subject.
    """
    single = any(reference.startswith("edition:") for reference in references)
    choices = []
    subject = None
    for reference in references:
        target = target_of(talk, reference)
        if target is None:
            continue
        kind, _, id_ = reference.partition(":")
        title = target.title
        if kind == Kind.COURSE and single:
            subject = target.title
            payload, title = (
                f'/sign_up{{"course_type": "{id_}", "edition": "none"}}',
                text("signup.any_date", talk.language),
            )
        elif kind == Kind.COURSE:
            payload = f'/sign_up{{"course_type": "{id_}"}}'
        else:
            payload = f'/sign_up{{"{kind}": "{id_}"}}'
            title = _edition_title(talk, id_, with_course=False) if kind == Kind.EDITION else title
        choices.append([payload, title])
    forms.fill(talk, "form_choices", choices or None)
    forms.fill(talk, "form_subject", subject)


def _reference(payload: str) -> str:
    """The reference in a payload of `_offer_choices`."""
    match = re.search(r'"(course_type|edition|offer)": "([^"]+)"', payload)
    return f"{match[1].replace('_type', '')}:{match[2]}" if match else ""


def _edition(talk: Talk, id_: str) -> Edition | None:
    """The edition with this id that one can still join."""
    return next((edition for edition in talk.catalogue.open_editions(talk.today) if str(edition.id) == id_), None)


def _edition_title(talk: Talk, id_: str, *, with_course: bool = True) -> str:
    """The course with its date and place, an example marked as such."""
    edition = _edition(talk, id_)
    if edition is None:
        return ""
    course = talk.catalogue.find(CourseType, edition.course_id) if with_course else None
    parts = [
        course.name(talk.language) if course else "",
        day(edition.starts_on, talk.language),
        edition.place(talk.language) or "",
    ]
    line = ", ".join(part for part in parts if part)
    return text("cards.demo", talk.language, edition=line) if edition.demo else line


forms.form(FORM, STEPS, "signup", choose)
