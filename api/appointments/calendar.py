"""An appointment as a calendar file. It names neither the pupil nor its contact."""

from datetime import timedelta
from typing import cast

from icalendar import Alarm, Calendar, Event

from api.appointments import cards
from api.appointments.models import Appointment, Status
from api.texts import Language, text

REMINDER = timedelta(days=1)


def calendar_file(appointment: Appointment) -> bytes:
    """The file, with a reminder a day before; one that was called off is marked so that calendars cross it out."""
    language = cast(Language, appointment.language)
    slot = appointment.slot
    is_on = appointment.status == Status.BOOKED
    event = Event()
    event.add("uid", f"{appointment.token}@drogowskaz")
    event.add("dtstamp", appointment.created_at)
    event.add("dtstart", slot.starts_at)
    event.add("dtend", slot.ends_at)
    event.add("summary", text("appointments.calendar_title", language, counsellor=slot.counsellor))
    event.add("location", cards.place(slot, language))
    event.add("description", text("appointments.calendar_text", language, code=appointment.code))
    event.add("status", "CONFIRMED" if is_on else "CANCELLED")
    event.add("sequence", 0 if is_on else 1)
    if is_on:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -REMINDER)
        alarm.add("description", text("appointments.calendar_title", language, counsellor=slot.counsellor))
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Drogowskaz//PL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH" if is_on else "CANCEL")
    calendar.add_component(event)
    return cast(bytes, calendar.to_ical())
