"""What a message does to a form: answer, correction, aside, way out, or nothing."""

import pytest

from actions import forms, prevention, signup
from actions.appointments import FORM as APPOINTMENT
from tests.actions.turns import said, slots_after, turn

FILLED = {
    "signup_target": "offer:any",
    "first_name": "Olek",
    "school_name": "ZSM nr 3",
    "form_class": "3b",
    "age_group": "16_17",
    "parent": "not_needed",
}


async def heard(typed: str, *ranking: tuple[str, float], asked: str, form: str = signup.FORM, **slots: object) -> dict:
    """The slots that a message sets in a form that asks for this, without the count of misses when it is 0."""
    known = {**FILLED, **slots, "requested_slot": asked, "language": "pl"}
    talk = turn(typed, *ranking, slots=known, form=form)
    await forms.listen(talk, form)
    return slots_after(talk)


@pytest.mark.parametrize("intent", ["crisis", "report_violence", "distress", "cancel", "ask_privacy", "bot_challenge"])
async def test_a_message_for_another_rule_sets_no_slot_so_that_the_form_is_left_alone(intent: str) -> None:
    for asked in ("first_name", "contact", "consent"):
        assert await heard("coś", (intent, 0.95), asked=asked) == {}


async def test_a_correction_is_taken_at_another_step() -> None:
    assert (await heard("źle, mam na imię Ola", ("distress", 0.48), asked="contact"))["first_name"] == "Ola"
    grade = await heard("nie, klasa 2b", ("deny", 0.72), asked="contact")
    assert grade["form_class"] == "2b"


async def test_a_contact_waits_until_the_parents_part_is_known() -> None:
    typed = "ola@example.com"
    assert "contact" not in await heard(typed, asked="first_name", parent=None, first_name=None)
    assert (await heard(typed, asked="contact"))["contact"] == typed


async def test_a_lower_age_takes_the_contact_back() -> None:
    changed = await heard("mam 15 lat", ("inform_qualification", 0.98), asked="consent", contact="ola@example.com")
    assert (changed["age_group"], changed["parent"], changed["contact"]) == ("under_16", None, None)


@pytest.mark.parametrize(
    ("typed", "ranking", "agreed"),
    [
        ("zgadzam się", ("affirm", 0.99), True),
        ("no może", ("affirm", 0.60), False),
        ("tak?", ("affirm", 0.90), False),
        ("nie", ("deny", 1.0), False),
    ],
)
async def test_only_a_clear_yes_is_consent(typed: str, ranking: tuple[str, float], agreed: bool) -> None:
    assert ((await heard(typed, ranking, asked="consent")).get("consent") == "yes") is agreed


async def test_yes_is_no_consent_when_the_form_asks_what_to_change() -> None:
    assert "consent" not in await heard("tak", ("affirm", 1.0), asked="consent", correcting=True)


async def test_a_word_names_what_to_change() -> None:
    changed = await heard("szkołę", ("ask_schools", 0.8), asked="consent", correcting=True)
    assert (changed["school_name"], changed["correcting"]) == (None, None)


async def test_misses_are_counted_and_forgotten() -> None:
    assert (await heard("nie", ("deny", 1.0), asked="first_name", first_name=None))["form_misses"] == 1
    assert (await heard("Ola", asked="first_name", first_name=None, form_misses=2))["form_misses"] == 0


async def test_the_contact_for_an_appointment_can_be_skipped_but_stop_is_stop() -> None:
    asked = {"asked": "age_group", "form": APPOINTMENT, "appointment_slot": "3", "age_group": None, "parent": None}
    skipped = await heard("pomiń", ("cancel", 0.82), **asked)  # type: ignore[arg-type]
    assert {skipped[slot] for slot in ("age_group", "parent", "contact")} == {"-"}
    assert await heard("stop", ("cancel", 0.99), **asked) == {}  # type: ignore[arg-type]


async def test_without_a_parent_a_form_that_needs_a_contact_ends() -> None:
    ended = await heard("jeszcze nie", ("deny", 0.99), asked="parent", age_group="under_16", parent=None)
    assert (ended["parent"], ended["contact"], ended["consent"]) == ("no", "-", "no")


async def test_price_and_reason_are_answered_on_the_spot() -> None:
    for typed in ("a ile to kosztuje?", "po co wam to?"):
        talk = turn(typed, slots={**FILLED, "requested_slot": "contact", "language": "pl"}, form=signup.FORM)
        await forms.listen(talk, signup.FORM)
        assert said(talk)
        assert slots_after(talk) == {"form_misses": 0}


async def test_a_topic_may_name_violence() -> None:
    slots = {"asked": "topic", "form": prevention.FORM}
    assert (await heard("hejt w internecie", ("report_violence", 0.63), **slots))["topic"] == "hejt w internecie"  # type: ignore[arg-type]
    assert await heard("biją mnie w szkole", ("report_violence", 0.9), **slots) == {}  # type: ignore[arg-type]


def test_all_that_a_form_has_asked_for_is_cleared() -> None:
    talk = turn("stop", slots={**FILLED, "contact": "x", "grade": "2"}, form=signup.FORM)
    forms.clear(talk)
    assert set(slots_after(talk)) == {*FILLED, "contact"}


@pytest.mark.parametrize(
    ("typed", "asked", "slot", "value"),
    [
        ("nie, jednak ZSM nr 1", "contact", "school_name", "ZSM nr 1"),
        ("sorry, zsg1", "form_class", "school_name", "zsg1"),
        ("no, ZSM 1", "age_group", "school_name", "ZSM 1"),
        ("jednak 3a", "age_group", "form_class", "3a"),
        ("no, 3a", "contact", "form_class", "3a"),
        ("no, it's 3a", "contact", "form_class", "3a"),
    ],
)
async def test_a_school_or_class_is_corrected_at_another_step(typed: str, asked: str, slot: str, value: str) -> None:
    assert (await heard(typed, ("deny", 0.6), asked=asked))[slot] == value


async def test_the_apology_is_no_part_of_the_school() -> None:
    assert (await heard("sorry, zsg1", asked="school_name", school_name=None))["school_name"] == "zsg1"


async def test_free_times_are_no_question_about_the_price() -> None:
    slots = {"requested_slot": "appointment_slot", "language": "en"}
    for typed, intent in (("no free times?", "deny"), ("a nie macie terminów?", "ask_courses")):
        talk = turn(typed, (intent, 0.7), slots=slots, form=APPOINTMENT)
        await forms.listen(talk, APPOINTMENT)
        assert not said(talk), "the question comes again and lists the times"
        assert slots_after(talk) == {"form_misses": 0}


async def test_a_short_question_about_the_course_leaves_the_form_alone() -> None:
    slots = {**FILLED, "requested_slot": "contact", "language": "pl", "question": "follow_up"}
    talk = turn("od ilu lat?", ("ask_courses", 0.4), slots=slots, form=signup.FORM)
    await forms.listen(talk, signup.FORM)
    assert not slots_after(talk)
    assert not said(talk)


@pytest.mark.parametrize(
    ("typed", "form", "slot"), [("termin", APPOINTMENT, "appointment_slot"), ("kurs", signup.FORM, "signup_target")]
)
async def test_what_a_form_is_about_can_be_changed_at_the_end(typed: str, form: str, slot: str) -> None:
    slots = {"appointment_slot": "3", "form_subject": "coś", "correcting": True}
    changed = await heard(typed, ("ask_courses", 0.5), asked="consent", form=form, **slots)
    assert (changed[slot], changed["form_subject"], changed["correcting"]) == (None, None, None)


@pytest.mark.parametrize("typed", ["mogę bez zgody?", "czy mama musi się zgodzić?", "can I without consent?"])
async def test_why_a_parent_must_agree_is_answered_and_the_form_goes_on(typed: str) -> None:
    slots = {"age_group": "under_16", "requested_slot": "parent", "language": "pl"}
    talk = turn(typed, ("ask_privacy", 0.8), slots=slots, form=signup.FORM)
    await forms.listen(talk, signup.FORM)
    assert "16 lat" in said(talk)
    assert slots_after(talk) == {"form_misses": 0}
