"""Cards of times that counsellors offer and of appointments, in the shape of the contract."""

from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from api.appointments.models import Appointment, AppointmentSlot
from api.texts import Language, button, text

WARSAW = ZoneInfo("Europe/Warsaw")
WHEN = {"pl": "EEEE, d MMMM y, 'godz.' H:mm", "en": "EEEE, d MMMM y, H:mm"}


def when(slot: AppointmentSlot, language: Language) -> str:
    """Its beginning in words, by Polish time: "wtorek, 1 grudnia 2026, godz. 15:00"."""
    local = slot.starts_at.astimezone(WARSAW)
    return format_datetime(local, WHEN[language], locale=language)


def place(slot: AppointmentSlot, language: Language) -> str:
    """Where or how one meets, in one line."""
    mode = text(f"appointments.mode_{slot.mode}", language)
    return f"{mode}: {slot.place}" if slot.place else mode


def slot_card(slot: AppointmentSlot, language: Language) -> dict[str, Any]:
    """A time that can be chosen, by the button on the card."""
    choose = button("appointment_choose", language, slot=slot.id)
    return {**_card(slot, language), "buttons": [choose]}


def appointment_card(appointment: Appointment, language: Language, address: str) -> dict[str, Any]:
    """A booked appointment; its link, below the service's `address`, opens the calendar file."""
    card = _card(appointment.slot, language)
    code = {"label": text("appointments.label_code", language), "value": appointment.code}
    card["facts"].append(code)
    return {
        **card,
        "id": appointment.code,
        "url": f"{address}/appointments/{appointment.token}.ics",
        "buttons": [button("appointment_cancel", language)],
    }


def _card(slot: AppointmentSlot, language: Language) -> dict[str, Any]:
    facts = {
        "minutes": text("appointments.minutes", language, minutes=slot.minutes),
        "counsellor": slot.counsellor,
        "language": text(f"appointments.language_{slot.language}", language),
        "cost": text("appointments.free_of_charge", language),
    }
    return {
        "kind": "appointment",
        "id": str(slot.id),
        "title": when(slot, language),
        "subtitle": place(slot, language),
        "why": None,
        "url": None,
        "facts": [{"label": text(f"appointments.label_{key}", language), "value": v} for key, v in facts.items()],
        "source": {"title": text("appointments.source", language), "url": None, "as_of": None},
        "buttons": [],
    }
