"""Career counselling: what it is, and a real appointment with a counsellor who has offered a time."""

import re

from actions import bookings, forms
from actions.contact import say_contact, shown_places
from actions.forms import CONTACT_ME
from actions.registry import action, database
from actions.talk import Talk
from api.appointments import service as appointments
from api.appointments.cards import appointment_card, place, slot_card, when
from api.appointments.models import AppointmentSlot
from api.catalogue.cards import institution_card, programme_card
from api.catalogue.kinds import Institution, Programme
from api.errors import Conflict, NotFound
from api.person import AgeGroup
from api.requests import service as requests
from api.requests.models import Kind
from api.settings import settings

FORM = "appointment_form"
STEPS = ("appointment_slot", "first_name", "age_group", "parent", "contact", "consent")
CAREER_CENTRE = "kok"
PATHWAY = "pathway-to-a-career"
WISH = re.compile(
    r"um[óo]w|umawia|zapisa|wizyt|spotka|termin|\bbook|appointment|meeting|schedule|sign up", re.IGNORECASE
)

ASKS_FOR_TIMES = re.compile(r"termin|kiedy|wolne|\btimes?\b|\bslots?\b|\bwhen\b", re.IGNORECASE)


@action("action_counselling")
async def counselling(talk: Talk) -> None:
    """The free career counselling, who runs it, and the way to an appointment; at once when one is asked for."""
    wish = talk.entities("appointment")
    if wish == ["call_off"] or bookings.wants_to_take_back(talk):
        await call_off(talk) if wish else await bookings.show_own(talk)
    elif wish or (talk.ranking and WISH.search(talk.typed)):
        await start(talk)
    else:
        centre = talk.catalogue.find(Institution, CAREER_CENTRE)
        programme = talk.catalogue.find(Programme, PATHWAY)
        cards = [institution_card(talk.catalogue, centre, talk.language)] if centre else []
        cards += [programme_card(talk.catalogue, programme, talk.language)] if programme else []
        talk.slot("offer", "action_appointment")
        talk.say("people.counselling", cards=cards, buttons=("appointment", "interests", "courses"))


def answer_about_counselling(talk: Talk, asked: list[str]) -> None:
    """What it costs, for whom it is, when one can come; of another office, or of the way there, the contact."""
    ids = {id_ for _, id_ in talk.shown}
    to_office = {"place", "phone", "email", "opening"} & set(asked)
    if to_office or not ids & {CAREER_CENTRE, PATHWAY}:
        say_contact(talk, shown_places(talk))
        return
    talk.slot("offer", "action_appointment")
    key = "price" if "price" in asked else "date" if "date" in asked else "who"
    talk.say(f"people.counselling_{key}", buttons=("appointment", "interests", "courses"))


@action("action_appointment")
async def start(talk: Talk) -> None:
    """Start an appointment; somebody who has one is shown it instead."""
    async with database().transaction(read_only=True) as session:
        mine = await appointments.mine(session, talk.tracker.sender_id)
    if mine is not None:
        card = appointment_card(mine, talk.language, settings().public)
        talk.slot("offer", None)
        talk.say("appointments.own", cards=[card], buttons=("appointment_cancel",))
        return
    forms.begin(talk, FORM)
    await choose(talk, "")


@action("validate_appointment_form")
async def validate_appointment_form(talk: Talk) -> None:
    """Take from the message what the appointment can use."""
    if talk.entities("appointment") != ["call_off"]:
        await forms.listen(talk, FORM)


@action("action_ask_appointment_slot")
async def ask_slot(talk: Talk) -> None:
    """Show the free times to choose from; when there are none say so, and offer to take a contact."""
    async with database().transaction(read_only=True) as session:
        free = await appointments.free(session)
    forms.fill(talk, "form_choices", [[str(slot.id), when(slot, talk.language)] for slot in free] or None)
    missed = bool(talk.tracker.get_slot("form_misses"))
    if free:
        cards = [slot_card(slot, talk.language) for slot in free]
        talk.say(
            f"appointments.{'again' if missed else 'ask'}_appointment_slot",
            cards=cards,
            buttons=("appointment_none_fits", "cancel"),
        )
    else:
        talk.say("appointments.no_slots", buttons=("appointment_contact", "cancel"))


@action("action_submit_appointment")
async def submit(talk: Talk) -> None:
    """Book the time and hand over the calendar file; or note that somebody wants to be called."""
    slot = talk.tracker.get_slot
    chosen, agreed, parent = str(slot("appointment_slot")), slot("consent") == "yes", slot("parent")
    contact = slot("contact") if slot("contact") != "-" else None
    group = AgeGroup(slot("age_group")) if contact else None
    name = str(slot("first_name"))
    if not agreed:
        forms.clear(talk)
        talk.say("forms.parent_first", buttons=("courses", "counselling"))
    elif chosen == CONTACT_ME and contact is not None and group is not None:
        async with database().transaction() as session:
            request = await requests.ask(
                session,
                talk.tracker.sender_id,
                Kind.MEETING,
                first_name=name,
                contact=contact,
                age_group=group,
                parent_agreed=parent == "agreed",
                language=talk.language,
            )
        forms.clear(talk)
        taking_back = bookings.withdraw_button(talk, request)
        talk.say("appointments.contact_noted", code=request.code, buttons=[taking_back, "courses", "help"])
    else:
        await _book(talk, chosen, name, contact, group, parent_agreed=parent == "agreed")


async def _book(
    talk: Talk, chosen: str, name: str, contact: str | None, group: AgeGroup | None, *, parent_agreed: bool
) -> None:
    try:
        async with database().transaction() as session:
            booked = await appointments.book(
                session,
                talk.tracker.sender_id,
                int(chosen),
                first_name=name,
                contact=contact,
                age_group=group,
                parent_agreed=parent_agreed,
                language=talk.language,
            )
    except (appointments.AlreadyBooked, NotFound):
        forms.clear(talk)
        await bookings.show_own(talk)
        return
    except Conflict:
        # Somebody was faster: keep what was told and let the pupil choose again.
        talk.say("appointments.taken")
        forms.ask_again(talk, FORM, "appointment_slot", "consent")
        return
    forms.clear(talk)
    card = appointment_card(booked, talk.language, settings().public)
    talk.say("appointments.done", cards=[card], when=when(booked.slot, talk.language), code=booked.code)
    talk.say("appointments.reminder", buttons=("appointment_cancel", "courses", "help"))


async def call_off(talk: Talk) -> None:
    """Cancel the coming appointment."""
    async with database().transaction() as session:
        gone = await appointments.cancel(session, talk.tracker.sender_id)
    if gone is None:
        talk.say("appointments.nothing_to_cancel", buttons=("appointment", "help"))
    else:
        talk.say("appointments.cancelled", when=when(gone.slot, talk.language), buttons=("appointment", "courses"))


async def choose(talk: Talk, asked: str) -> bool:
    """Set the time that a button or, while times are asked for, a word points at; whether there was one."""
    pressed = [value for value in talk.entities("appointment") if value == CONTACT_ME or value.isdecimal()]
    typed = forms.picked(talk) if asked == "appointment_slot" else forms.picked_anew(talk)
    if pressed == [CONTACT_ME] or (asked == "appointment_slot" and _wants_contact(talk)):
        forms.fill(talk, "appointment_slot", CONTACT_ME)
        return True
    if asked == "appointment_slot" and not pressed and not typed and ASKS_FOR_TIMES.search(talk.typed):
        # The question itself, which comes again, lists the times or says that there are none.
        return bool(talk.ranking)
    for id_ in (pressed or typed)[:1]:
        async with database().transaction(read_only=True) as session:
            found = next((slot for slot in await appointments.free(session, 1000) if str(slot.id) == id_), None)
        if found is None:
            talk.say("appointments.taken")
        forms.fill(talk, "appointment_slot", str(found.id) if found else None)
        forms.fill(talk, "form_subject", _subject(talk, found) if found else None)
        if found and typed and asked != "appointment_slot":
            talk.say("forms.corrected", value=when(found, talk.language))
        return True
    return False


def _subject(talk: Talk, slot: AppointmentSlot) -> str:
    return f"{when(slot, talk.language)}, {slot.counsellor} ({place(slot, talk.language)})"


def _wants_contact(talk: Talk) -> bool:
    """ "Yes" to the only thing that is left when no time is free."""
    return talk.intent == "affirm" and not talk.tracker.get_slot("form_choices")


forms.form(FORM, STEPS, "appointments", choose, "age_group", "contact")
