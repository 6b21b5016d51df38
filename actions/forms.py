"""How the forms that take down what somebody tells about itself hear an answer.

Sign-up, appointment and prevention class ask for a few words of one's own: a name, a school, a topic. The classifier
has never seen these ("ZSM nr 3" looks like a question for an address), so what a message means in a form is decided
here, from what is being asked and from how sure the classifier is:

1. A cry for help is never an answer. Only "mam na imię …" in full is not taken for one.
2. A datum in an unmistakable form is taken at any step: "nie, jednak 2 klasa", "źle, mam na imię Ola", a phone number.
3. Own words are taken at their own step, unless they are a question or the classifier is sure of something else.
4. A question about the price or the reason is answered on the spot; any other message goes to its own rule, short
   questions about a course among them.

After 4 the form asks its question again. A message that nothing fits counts as a miss: the question comes in other
words, from the second time on with a way out.
"""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk.events import FollowupAction

from actions.profile import direction, remember, told_now
from actions.readers import READERS, corrected, is_question, reads_as_name
from actions.registry import action, answers, perform
from actions.talk import Talk
from api.person import shown
from api.sealed import keyring
from api.texts import all_texts, button

SAFETY = frozenset({"crisis", "report_violence", "distress"})
# What starts another loop by its rule; inside a form it is answered here, so that the form goes on.
STARTERS = frozenset({"ask_courses", "inform_interest", "inform_qualification"})
# These say nothing by themselves where a datum is asked for.
EMPTY = frozenset({"affirm", "deny", "nlu_fallback", "sign_up", *STARTERS})
# "yes" binds only when it is clear.
SURE = 0.80
PATIENCE = 2
MOST_WORDS = 3
SHORT_WORD = 3
ORDINALS = tuple(
    re.compile(rf"\b(?:{words})")
    for words in ("pierwsz|first", "drug|second", "trzeci|third", "czwart|fourth", "pi[ąa]t[yąe]\\b|fifth")
)
FIELD_WORDS = {
    "signup_target": re.compile(r"kurs|sta[żz]|termin|course|internship|date", re.IGNORECASE),
    "appointment_slot": re.compile(r"termin|godzin|dzie[ńn]|\btime|date|\bday", re.IGNORECASE),
    "first_name": re.compile(r"imi[eę]|name", re.IGNORECASE),
    "school_name": re.compile(r"szko[łl]|school", re.IGNORECASE),
    "form_class": re.compile(r"klas|class|grade", re.IGNORECASE),
    "topic": re.compile(r"temat|topic|subject", re.IGNORECASE),
    "age_group": re.compile(r"wiek|lata|\bage\b", re.IGNORECASE),
    "contact": re.compile(r"kontakt|mail|telefon|numer|contact|phone|number", re.IGNORECASE),
}
COST = re.compile(
    r"kosztuj|koszt\b|cen[aęyie]\b|płat[nio]|darmo|za ile|\bcost|price|\bpay\b|\bfee"
    r"|\bfree\b(?!\s+(?:time|slot|seat|place|date|day|hour|appointment|meeting))",
    re.IGNORECASE,
)
REASON = re.compile(r"^(?:a\s+|ale\s+)?(?:po co|dlaczego|czemu|na co)\b|^(?:but\s+)?(?:why|what for)\b", re.IGNORECASE)
PARENT = re.compile(r"zg[oó]d|rodzic|opiekun|\bmam[aęy]\b|\btat[aęy]\b|consent|parent|guardian|without", re.IGNORECASE)

# The first step of an appointment when no time is free or fits: a counsellor is to get in touch.
CONTACT_ME = "contact"
# The value of a datum that was left out.
NOT_GIVEN = "-"

SLOTS = (
    "signup_target",
    "appointment_slot",
    "first_name",
    "school_name",
    "form_class",
    "topic",
    "age_group",
    "parent",
    "contact",
    "consent",
    "form_subject",
    "form_choices",
    "form_misses",
    "correcting",
)


@dataclass(frozen=True)
class Form:
    """A form: its steps in order, where its texts stand, which steps may be skipped, and how its first is read.

    `choose` reads the first step from any message: it sets the slots that it finds and says whether it found any.
    """

    name: str
    steps: tuple[str, ...]
    texts: str
    optional: frozenset[str]
    choose: "Choose"


type Choose = Callable[[Talk, str], Awaitable[bool]]

FORMS: dict[str, Form] = {}


def form(name: str, steps: Sequence[str], texts: str, choose: Choose, *optional: str) -> Form:
    """Register a form; its texts are `<texts>.ask_<slot>`, `<texts>.why_<slot>`, `<texts>.cost`."""
    FORMS[name] = Form(name, tuple(steps), texts, frozenset(optional), choose)
    return FORMS[name]


def begin(talk: Talk, name: str) -> None:
    """Start a form with clean slots, but for the class when it is the pupil's own and known; hand on to the form."""
    clear(talk)
    if "first_name" in FORMS[name].steps and "form_class" in FORMS[name].steps:
        fill(talk, "form_class", talk.tracker.get_slot("grade"))
    for slot in ("requested_slot", "offer"):
        talk.slot(slot, None)
    talk.say(f"{FORMS[name].texts}.intro")
    talk.events.append(FollowupAction(name))


def ask_again(talk: Talk, name: str, *slots: str) -> None:
    """Go on with a form that had ended, asking for these slots anew."""
    for slot in (*slots, "requested_slot"):
        fill(talk, slot, None)
    talk.events.append(FollowupAction(name))


def picked_anew(talk: Talk) -> list[str]:
    """The key of the choice that a correction points at, at a later step: "nie, jednak pierwszy"."""
    return picked(talk) if corrected(talk) else []


def picked(talk: Talk) -> list[str]:
    """The key of the choice that a typed number or word points at: "2", "drugi", "wtorek". One at most."""
    choices = talk.tracker.get_slot("form_choices") or []
    if not talk.ranking or is_question(talk.typed):
        return []
    words = talk.typed.casefold().strip(" .!")
    ordinals = [number for number, ordinal in enumerate(ORDINALS, start=1) if ordinal.search(words)]
    number = int(words) if words.isdecimal() else ordinals[0] if len(ordinals) == 1 else 0
    if len(words.split()) <= MOST_WORDS and 1 <= number <= len(choices):
        return [str(choices[number - 1][0])]
    long_words = [word for word in re.findall(r"\w+", words) if len(word) > SHORT_WORD]
    found = [key for key, title in choices if any(word in title.casefold() for word in long_words)]
    return found if len(found) == 1 else []


def clear(talk: Talk) -> None:
    """Forget all that a form has asked for, and have name and contact masked in the talk."""
    names, contacts = (_values(talk, slot) for slot in ("first_name", "contact"))
    if names or contacts:
        talk.concealed = keyring().seal(json.dumps([names, contacts]))
    for slot in SLOTS:
        if talk.tracker.get_slot(slot) is not None:
            fill(talk, slot, None)


def _values(talk: Talk, slot: str) -> list[str]:
    """What the slot holds, and what it held before it was corrected."""
    former = [event.get("value") for event in talk.tracker.events if event.get("name") == slot]
    values = [str(value) for value in (*former, talk.tracker.get_slot(slot)) if value]
    return [value for value in dict.fromkeys(values) if len(value) > 1 and value != NOT_GIVEN]


def fill(talk: Talk, slot: str, value: object) -> None:
    """Set a slot, for the rest of this action as well."""
    talk.slot(slot, value)
    talk.tracker.slots[slot] = value


def active(talk: Talk) -> Form | None:
    """The form of ours that is active."""
    return FORMS.get(str((talk.tracker.active_loop or {}).get("name")))


async def listen(talk: Talk, name: str) -> None:
    """Take from the message what the form can use. Sets no slot at all when the message is for another rule."""
    current = FORMS[name]
    asked = talk.tracker.get_slot("requested_slot")
    if asked not in current.steps:
        fill(talk, "form_misses", 0)
        return
    if talk.intent in SAFETY and not _means_no_harm(talk, asked):
        return
    if talk.intent == "cancel" and not _skips(talk, current, asked):
        return
    correcting = bool(talk.tracker.get_slot("correcting"))
    if await _hear(talk, current, asked):
        fill(talk, "form_misses", 0)
        if correcting:
            fill(talk, "correcting", None)
    elif _answer_of_its_own(talk, current, asked):
        fill(talk, "form_misses", 0)
    elif talk.tracker.get_slot("question") and is_question(talk.typed):
        return
    elif await _answer_aside(talk, asked):
        fill(talk, "form_misses", 0)
    elif _is_empty(talk, asked):
        fill(talk, "form_misses", int(talk.tracker.get_slot("form_misses") or 0) + 1)


async def _hear(talk: Talk, current: Form, asked: str) -> bool:
    """Take data from the message, wherever in the form they belong; whether there were any."""
    if _names_field(talk, current):
        return True
    if talk.ranking:
        found = _data(talk, current, asked)
    else:
        found = {slot: value for slot in current.steps for value in talk.entities(slot)}
    heard = await current.choose(talk, asked)
    for slot, value in found.items():
        former = talk.tracker.get_slot(slot)
        if slot != asked and former is not None and former != value:
            talk.say("forms.corrected", value=value)
        take(talk, current, slot, value)
        heard = True
    return heard or _yes_or_no(talk, current, asked)


def _data(talk: Talk, current: Form, asked: str) -> dict[str, str]:
    """What the typed words tell. Words that clearly tell something else are not the answer in one's own words."""
    open_steps = [slot for slot in current.steps if slot in READERS]
    if talk.tracker.get_slot("parent") is None:
        open_steps = [slot for slot in open_steps if slot != "contact"]
    told = {slot: READERS[slot](talk, False) for slot in open_steps}
    if asked in open_steps and not any(told.values()):
        told = {asked: READERS[asked](talk, True)}
    return {slot: value for slot, value in told.items() if value and value != talk.tracker.get_slot(slot)}


def take(talk: Talk, current: Form, slot: str, value: str) -> None:
    """Set a datum, with what follows from it: an age decides about the parent's part, and what may be kept."""
    fill(talk, slot, value)
    if slot == "age_group" and value in ("16_17", "adult"):
        fill(talk, "parent", "not_needed")
    elif slot == "age_group":
        fill(talk, "parent", None)
        fill(talk, "contact", None)


def _names_field(talk: Talk, current: Form) -> bool:
    """A button or, after "what shall I change?", a word that names the datum to be asked for again."""
    fields = talk.entities("field")
    if talk.tracker.get_slot("correcting") and talk.ranking and len(talk.typed.split()) <= MOST_WORDS:
        fields = [slot for slot, words in FIELD_WORDS.items() if words.search(talk.typed)]
    fields = [slot for slot in fields if slot in current.steps]
    for slot in fields:
        fill(talk, slot, None)
        if slot == "age_group":
            fill(talk, "parent", None)
            fill(talk, "contact", None)
        elif slot in ("signup_target", "appointment_slot"):
            fill(talk, "form_subject", None)
    return bool(fields)


def _yes_or_no(talk: Talk, current: Form, asked: str) -> bool:
    """Yes and no where they are an answer: consent, a parent's word, a datum that need not be given."""
    yes, no = _says(talk, "affirm"), _says(talk, "deny")
    if may_skip(talk, current, asked) and (no or talk.intent == "cancel"):
        skip(talk, current, asked)
    elif asked == "consent" and yes and not talk.tracker.get_slot("correcting"):
        fill(talk, "consent", "yes")
    elif asked == "consent" and no:
        fill(talk, "correcting", True)
    elif asked == "parent" and yes:
        fill(talk, "parent", "agreed")
    elif asked == "parent" and no:
        _without_parent(talk, current)
    else:
        return False
    return True


def skip(talk: Talk, current: Form, asked: str) -> None:
    """Leave out a datum that need not be given, and what would only follow from it."""
    for slot in ("age_group", "parent", "contact"):
        if slot == asked or talk.tracker.get_slot(slot) is None:
            fill(talk, slot, "-")


def _without_parent(talk: Talk, current: Form) -> None:
    """No parent has agreed: no contact is taken. A form that cannot do without ends here."""
    fill(talk, "parent", "no")
    fill(talk, "contact", "-")
    if not may_skip(talk, current, "contact"):
        for slot in current.steps:
            if talk.tracker.get_slot(slot) is None:
                fill(talk, slot, "no")


def _says(talk: Talk, intent: str) -> bool:
    sure = float(talk.tracker.latest_message.get("intent", {}).get("confidence") or 0) >= SURE
    return talk.intent == intent and sure and not is_question(talk.typed)


def _skips(talk: Talk, current: Form, asked: str) -> bool:
    """ "pomiń" at a step that may be skipped is no wish to leave; "stop" always is."""
    words = talk.typed.casefold()
    return may_skip(talk, current, asked) and any(
        part in words for part in ("pomi", "skip", "nie chc", "bez ", "don't")
    )


def _means_no_harm(talk: Talk, asked: str) -> bool:
    """The two kinds of message that sound like a cry for help in a form and are none: a name, and a class's topic."""
    return reads_as_name(talk.typed) or (asked == "topic" and READERS["topic"](talk, True) is not None)


def _answer_of_its_own(talk: Talk, current: Form, asked: str) -> bool:
    """Answer what only the form knows: the price, the reason of a question."""
    if talk.ranking and COST.search(talk.typed):
        talk.say(f"{current.texts}.cost")
        return True
    if talk.ranking and REASON.search(talk.typed) and f"{current.texts}.why_{asked}" in all_texts():
        talk.say(f"{current.texts}.why_{asked}")
        return True
    if asked == "parent" and is_question(talk.typed) and PARENT.search(talk.typed):
        talk.say("forms.why_parent")
        return True
    return False


async def _answer_aside(talk: Talk, asked: str) -> bool:
    """Answer what must not start another loop."""
    if talk.intent not in STARTERS or asked == "signup_target":
        return False
    told = told_now(talk)
    subject = direction(told, remember(talk, told), asked=True) if told else None
    if subject is None:
        if talk.intent != "ask_courses":
            return False
        talk.say("forms.courses_later")
        return True
    talk.tracker.slots["direction"] = subject
    await perform(answers["action_suggest_courses"], talk)
    return True


def _is_empty(talk: Talk, asked: str) -> bool:
    """Whether no rule would have a fitting answer, so that the form should ask in other words."""
    if asked == "signup_target" and talk.intent == "ask_courses":
        return False
    looks_like_datum = asked in ("contact", "form_class", "age_group") and bool(re.search(r"\d|@", talk.typed))
    return looks_like_datum or (talk.intent in EMPTY and bool(talk.ranking))


def ask(slot: str, *buttons: str) -> None:
    """Register the action that asks for a slot in whatever form is active, in other words after a miss."""

    @action(f"action_ask_{slot}")
    def question(talk: Talk) -> None:
        current = active(talk)
        if current is None:
            raise LookupError(slot)
        misses = int(talk.tracker.get_slot("form_misses") or 0)
        key = f"forms.again_{slot}" if misses else _question(talk, current, slot)
        named = [*(["skip"] if may_skip(talk, current, slot) else []), *buttons]
        if misses >= PATIENCE:
            named += ["human", "cancel"]
        talk.say(key, buttons=[button(name, talk.language) for name in named])


def may_skip(talk: Talk, current: Form, slot: str) -> bool:
    """Whether the datum need not be given: the contact for an appointment, unless it is all that there is."""
    return slot in current.optional and talk.tracker.get_slot("appointment_slot") != CONTACT_ME


def _question(talk: Talk, current: Form, slot: str) -> str:
    """The key of a question; one that all forms share stands in `forms.yml`."""
    key = f"{current.texts}.ask_{slot}"
    if talk.tracker.get_slot("appointment_slot") == CONTACT_ME and f"{key}_needed" in all_texts():
        return f"{key}_needed"
    return key if key in all_texts() else f"forms.ask_{slot}"


ask("first_name")
ask("school_name")
ask("form_class")
ask("topic", "topic_violence", "topic_hate", "topic_discrimination", "topic_equality")
ask("age_group", "age_under_16", "age_16_17", "age_adult")
ask("parent", "parent_yes", "parent_no")
ask("contact")


@action("action_ask_consent")
def ask_consent(talk: Talk) -> None:
    """Read everything back once and ask for consent; or, after a "no", what to change."""
    current = active(talk)
    if current is None:
        raise LookupError("consent")
    if talk.tracker.get_slot("correcting"):
        fields = [slot for slot in current.steps if slot in READERS or slot == current.steps[0]]
        fields = [slot for slot in fields if talk.tracker.get_slot(slot) != CONTACT_ME]
        talk.say("forms.what_to_change", buttons=[*(f"change_{slot}" for slot in fields), "cancel"])
        return
    values: dict[str, Any] = {slot: talk.tracker.get_slot(slot) or "–" for slot in (*current.steps, "form_subject")}
    given = values.get("contact", "-")
    values["contact"] = "–" if given == "-" else shown(given)
    if values.get("age_group") in ("16_17", "under_16") and f"{current.texts}.parent_note" in all_texts():
        talk.say(f"{current.texts}.parent_note")
    talk.say(_question(talk, current, "consent"), buttons=("agree", "change", "cancel"), **values)


@action("action_leave_form")
def leave_form(talk: Talk) -> None:
    """The pupil wants to stop: nothing of the form is kept."""
    clear(talk)
    talk.say("forms.left", buttons=("courses", "counselling", "help"))
