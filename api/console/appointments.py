"""Appointments: the times that counsellors offer, and who has booked one.

A counsellor sees and changes the own times; a coordinator everybody's. A booked time is taken back only by somebody
who has seen that it is booked; the pupil is told in the chat.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api import sheets
from api.accounts import audit
from api.accounts.roles import Permission
from api.accounts.service import Signed
from api.appointments import cards
from api.appointments import service as appointments
from api.appointments.models import Appointment, AppointmentSlot, Mode, Status
from api.console import lists
from api.console.catalogue_files import as_file
from api.console.deps import Appointments, DatabaseDep, HeartDep
from api.console.lists import Words
from api.console.pages import ZONE, ConsoleRoute, language_of, render, see
from api.conversations import notices
from api.conversations.service import announce
from api.database import Database, now
from api.errors import Conflict, Forbidden, Invalid, NotFound
from api.texts import Language, text

router = APIRouter(prefix="/console/appointments", route_class=ConsoleRoute, include_in_schema=False)
HOME = "/console/appointments"
COLUMNS = (
    "code", "status", "starts_at", "minutes", "mode", "place", "counsellor", "first_name", "contact", "age_group",
    "parent", "language",
)  # fmt: skip
OF_THE_SLOT = ("starts_at", "minutes", "mode", "place", "counsellor")
MOST_AT_ONCE = 12
LONG_AGO = datetime(2000, 1, 1, tzinfo=ZONE)
TYPED = ("counsellor", "day", "start", "minutes", "count", "mode", "place", "speaks")
Text = Annotated[str, Form()]
Wish = Annotated[str, Query()]


@router.get("")
async def page(
    request: Request, signed: Appointments, database: DatabaseDep, past: Wish = "", status: Wish = ""
) -> Response:
    """The appointments and times to come (with `past` all); the look is noted."""
    return await _show(request, signed, database, past=past, status=status)


@router.post("")
async def offer(request: Request, signed: Appointments, database: DatabaseDep) -> Response:
    """Offer one time, or several one after the other."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in TYPED}
    if not signed.may(Permission.SIGN_UPS):
        typed["counsellor"] = signed.staff.name
    try:
        begins, minutes, count = _moment(typed), _number(typed, "minutes", 240), _number(typed, "count", MOST_AT_ONCE)
        mode = lists.one_of(Mode, typed["mode"])
        if mode is None:
            raise Invalid("Choose how one meets.", field="mode")
        async with database.transaction() as session:
            for place in range(count):
                await appointments.offer(
                    session, starts_at=begins + timedelta(minutes=minutes * place), minutes=minutes, mode=mode,
                    counsellor=typed["counsellor"], language=typed["speaks"] or "pl", place=typed["place"] or None,
                )  # fmt: skip
            audit.write(session, signed.staff, "offered_times", counsellor=typed["counsellor"], count=count)
    except Invalid as wrong:
        return await _show(request, signed, database, code=422, problem=f"wrong_{wrong.field}", typed=typed)
    except Conflict:
        return await _show(request, signed, database, code=409, problem="offered_already", typed=typed)
    return see(HOME)


@router.post("/{id}/withdraw")
async def withdraw(
    request: Request, id: int, signed: Appointments, database: DatabaseDep, heart: HeartDep, told: Text = ""
) -> Response:
    """Take a time back. One that is booked asks first; then the pupil gets a message."""
    async with database.transaction() as session:
        slot = next((one for one in await appointments.find_slots(session) if one.id == id), None)
        if slot is None:
            raise NotFound("There is no such time.")
        if not _may_see(signed, slot):
            raise Forbidden("This is somebody else's time.")
        booked = await appointments.booked(session, id)
        if booked is None or told == "true":
            gone = await appointments.withdraw(session, id)
            audit.write(session, signed.staff, "withdrew_time", slot=id, **({"code": gone.code} if gone else {}))
            if gone is not None:
                language: Language = "en" if gone.language == "en" else "pl"
                line = text("lists.called_off", language, when=cards.when(slot, language), name=slot.counsellor)
                await notices.tell(session, gone.conversation_id, line, language, ("counselling",))
        else:
            audit.write(session, signed.staff, "looked_at_appointments", codes=[booked.code])
    if booked is not None and told == "true":
        announce(heart, booked.conversation_id)
    if booked is None or told == "true":
        return see(HOME)
    words = Words(language_of(request))
    return render(
        request, "withdraw.html", status=409, signed=signed, w=words, slot=slot, booked=booked,
        when_slot=cards.when(slot, words.language), place=cards.place(slot, words.language),
    )  # fmt: skip


@router.get("/export.{form}")
async def export(
    request: Request, form: str, signed: Appointments, database: DatabaseDep, past: Wish = "", status: Wish = ""
) -> Response:
    """The appointments as a file."""
    words = Words(language_of(request))
    async with database.transaction() as session:
        found = _fitting(signed, await appointments.find_all(session, LONG_AGO if past else None), status)
        audit.write(session, signed.staff, "exported_appointments", form=form, rows=len(found))
    rows = []
    for one in found:
        row = {key: getattr(one.slot if key in OF_THE_SLOT else one, key) for key in COLUMNS}
        row["starts_at"] = one.slot.starts_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
        rows.append({words.t(f"column_{key}"): words.cell(key if key != "starts_at" else "", row[key]) for key in row})
    return as_file("spotkania", form, sheets.write(form, [words.t(f"column_{key}") for key in COLUMNS], rows))


async def _show(
    request: Request, signed: Signed, database: Database, *, past: str = "", status: str = "", code: int = 200,
    problem: str = "", typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    words = Words(language_of(request))
    async with database.transaction() as session:
        everything = await appointments.find_all(session, LONG_AGO if past else None)
        found = _fitting(signed, everything, status)
        slots = [one for one in await appointments.find_slots(session) if _may_see(signed, one) and not one.withdrawn]
        audit.write(session, signed.staff, "looked_at_appointments", codes=[one.code for one in found])
    return render(
        request, "appointments.html", status=code, signed=signed, w=words, found=found, slots=slots, modes=Mode,
        statuses=Status, chosen=status, past=past, problem=problem, most=MOST_AT_ONCE,
        typed=dict.fromkeys(TYPED, "") | {"minutes": "45", "count": "1", "counsellor": signed.staff.name}
        | (typed or {}),
        taken={one.slot_id: one for one in everything if one.status == Status.BOOKED},
        when_slot=lambda slot: cards.when(slot, words.language), place=lambda slot: cards.place(slot, words.language),
        sees_all=signed.may(Permission.SIGN_UPS), tomorrow=(now().astimezone(ZONE) + timedelta(days=1)).date(),
        query=lists.query(past=past, status=status),
    )  # fmt: skip


def _may_see(signed: Signed, slot: AppointmentSlot) -> bool:
    return signed.may(Permission.SIGN_UPS) or slot.counsellor == signed.staff.name


def _fitting(signed: Signed, found: Iterable[Appointment], status: str) -> list[Appointment]:
    return [one for one in found if _may_see(signed, one.slot) and status in ("", one.status)]


def _moment(typed: dict[str, str]) -> datetime:
    try:
        day = date.fromisoformat(typed["day"])
    except ValueError as error:
        raise Invalid("This is not a day.", field="day") from error
    try:
        return datetime.combine(day, time.fromisoformat(typed["start"]), ZONE)
    except ValueError as error:
        raise Invalid("This is not a time.", field="start") from error


def _number(typed: dict[str, str], field: str, most: int) -> int:
    if not typed[field].isdecimal() or not 1 <= int(typed[field]) <= most:
        raise Invalid("This is not such a number.", field=field)
    return int(typed[field])
