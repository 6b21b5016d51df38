"""The interest questionnaire: statements with three steps, going back, stopping early, a result that can be corrected.

All buttons send `/undecided` with an entity: `answer` ("start", "r1:2", "r1:skip", "back", "end", "fix") or `letter`
("A:+", "R:-"). A button of an older message still means its own statement, whenever it is pressed.
"""

import itertools
import re

from rasa_sdk.events import FollowupAction

from actions import statements
from actions.choices import choice, industry_buttons
from actions.profile import profile, remember, told_now
from actions.readback import known_facts, read_back
from actions.registry import action
from actions.statements import LETTERS, Answers, Result
from actions.talk import Talk
from api.catalogue.callings import suggest_occupations
from api.catalogue.card_parts import write
from api.catalogue.cards import occupation_card, why
from api.catalogue.course_cards import letters
from api.texts import text

FORM = "questionnaire_form"
SLOT = "questionnaire"
DONE = "done"
INFORMING = ("inform_interest", "inform_qualification")
# Words of the list ("I don't know") may sound like distress to the classifier; these weigh more than the list.
SAFETY = ("crisis", "report_violence")
ASKS_FOR_A_TEST = re.compile(r"\b(?:test|ankiet|quiz|kwestionariusz|questionnaire|survey)", re.I)


@action("action_undecided")
def undecided(talk: Talk) -> None:
    """Two ways on for a pupil who does not know: telling what it likes, or the questionnaire; and a counsellor."""
    pressed = _pressed(talk)
    letter = next(iter(talk.entities("letter")), "")
    if letter:
        _set(talk, "riasec", statements.corrected(talk.tracker.get_slot("riasec") or {}, *letter.split(":")))
        show_result(talk)
    elif pressed == "fix":
        _ask_what_is_wrong(talk)
    elif ":" in pressed and statements.waiting(_answers(talk)) is None:
        _set(talk, "answers", _with_step(talk, pressed))
        _set(talk, "riasec", statements.result(_answers(talk)))
        show_result(talk)
    elif pressed or ASKS_FOR_A_TEST.search(str(talk.tracker.latest_message.get("text") or "")):
        start(talk)
    elif _is_running(talk):
        talk.say("interests.no_wrong_answers")
    else:
        talk.slot("offer", "action_start_questionnaire")
        begin = choice(talk, "interests.start", "undecided", answer="start")
        talk.say("courses.undecided", buttons=[begin, *industry_buttons(talk), "counselling"])


@action("action_start_questionnaire")
def start(talk: Talk) -> None:
    """Open the form: where it was left, or from the beginning when it was finished."""
    pressed = _pressed(talk)
    if statements.waiting(_answers(talk)) is None or talk.tracker.get_slot(SLOT):
        _set(talk, "answers", {})
    elif ":" in pressed:
        _set(talk, "answers", _with_step(talk, pressed))
    _set(talk, SLOT, None)
    if not _is_running(talk):
        talk.events.append(FollowupAction(FORM))


@action("validate_questionnaire_form")
def validate_questionnaire_form(talk: Talk) -> None:
    """Take the step that was pressed or typed; go back or end when that is asked. Any other message interrupts.

    What a pupil tells about itself meanwhile is noted, and the statement comes again.
    """
    if _was_just_opened(talk):
        return
    given = _given(talk)
    if given is None:
        _note(talk)
        return
    answers = _answers(talk)
    now = statements.waiting(answers)
    if given == "back":
        former = statements.last_answered(answers)
        answers = {id_: step for id_, step in answers.items() if id_ != former}
    elif isinstance(given, str) and ":" in given:
        answers = _with_step(talk, given)
    elif now and given in (statements.LIKE, statements.SOME, statements.NO, "skip"):
        answers = {**answers, now.id: given if isinstance(given, int) else None}
    _set(talk, "answers", answers)
    _set(talk, SLOT, DONE if given == "end" or statements.waiting(answers) is None else None)


@action("action_ask_questionnaire")
def ask_questionnaire(talk: Talk) -> None:
    """Ask the next statement, with how far it is and three steps to press."""
    answers = _answers(talk)
    statement = statements.waiting(answers) or statements.statements()[-1]
    number = statements.statements().index(statement) + 1
    steps = ((statements.LIKE, "like"), (statements.SOME, "some"), (statements.NO, "no"))
    buttons = [choice(talk, f"interests.{name}", "undecided", answer=f"{statement.id}:{step}") for step, name in steps]
    if answers:
        buttons.append(choice(talk, "interests.back", "undecided", answer="back"))
    if statements.enough(answers):
        buttons.append(choice(talk, "interests.show", "undecided", answer="end"))
    talk.say(
        "interests.first" if not answers and _is_new(talk) else "interests.statement",
        buttons=buttons,
        number=number,
        of=len(statements.statements()),
        statement=statement.text(talk.language),
    )


@action("action_questionnaire_result")
def questionnaire_result(talk: Talk) -> None:
    """Close the questionnaire: with its result, or with a way back to it when there are too few answers for one."""
    _set(talk, SLOT, None)
    answers = _answers(talk)
    if not statements.enough(answers):
        resume = choice(talk, "interests.resume" if answers else "interests.start", "undecided", answer="start")
        talk.say("interests.stopped", buttons=[resume, "courses", "counselling"])
        return
    _set(talk, "riasec", statements.result(answers))
    if statements.waiting(answers):
        talk.say("interests.early", count=sum(step is not None for step in answers.values()))
    show_result(talk)


def answer_about_the_questionnaire(talk: Talk, asked: list[str]) -> None:
    """That it costs nothing, or how much of it is left. Its form goes on."""
    left = sum(statement.id not in _answers(talk) for statement in statements.statements())
    talk.say("interests.price" if "price" in asked else "interests.left", count=left)


def show_result(talk: Talk) -> None:
    """The result in plain words and as a picture, then the occupations that go with it."""
    found: Result = talk.tracker.get_slot("riasec") or {}
    strong = statements.strong(found)
    chart = [_chart(talk, found)]
    if strong:
        talk.say("interests.result", cards=chart, names=letters(strong, talk.language))
    else:
        talk.say("interests.result_flat", cards=chart)
    known = {slot: talk.tracker.get_slot(slot) for slot in ("interest", "profession", "riasec")}
    fitting = suggest_occupations(talk.catalogue, profile(talk, {key: value for key, value in known.items() if value}))
    cards = [
        occupation_card(talk.catalogue, one.profession, talk.language)
        | {"why": why(talk.catalogue, one.reasons, talk.language)}
        for one in fitting
    ]
    courses = choice(talk, "interests.courses", "ask_courses")
    buttons: list[str | dict[str, str]] = [
        courses,
        choice(talk, "interests.fix", "undecided", answer="fix"),
        "counselling",
    ]
    talk.say("interests.occupations" if cards else "interests.no_occupations", cards=cards, buttons=buttons)


def correct_by_words(talk: Talk) -> bool:
    """Take "to nie ja, wolę pracę z ludźmi" as a correction and show the result anew. Whether it was one.

    What came out on top so far goes to the middle: it was "not me".
    """
    found = talk.tracker.get_slot("riasec")
    typed = str(talk.tracker.latest_message.get("text") or "")
    letter = statements.wanted_area(typed, talk.language) if found and talk.intent in INFORMING else None
    if letter is None:
        return False
    remember(talk, told_now(talk))
    former = dict.fromkeys(statements.strong(found), statements.MIDDLE)
    _set(talk, "riasec", statements.corrected({**found, **former}, letter, "+"))
    show_result(talk)
    return True


def _ask_what_is_wrong(talk: Talk) -> None:
    """One button for each area: less of what came out on top, more of the others."""
    strong = statements.strong(talk.tracker.get_slot("riasec") or {})
    buttons = [
        choice(
            talk,
            "interests.less" if letter in strong else "interests.more",
            "undecided",
            name=write(f"riasec_short_{letter}", talk.language),
            letter=f"{letter}:{'-' if letter in strong else '+'}",
        )
        for letter in LETTERS
    ]
    talk.say("interests.what_is_wrong", buttons=buttons)


def _chart(talk: Talk, found: Result) -> dict[str, object]:
    """The result as a card: bars for the eye, the same in words for everybody."""
    rows = [(write(f"riasec_{letter}", talk.language), share) for letter, share in found.items()]
    return {
        "kind": "interests",
        "id": "riasec",
        "title": text("interests.chart", talk.language),
        "subtitle": None,
        "why": None,
        "url": None,
        "facts": [{"label": name, "value": _in_words(talk, share)} for name, share in rows],
        "source": {"title": text("interests.source", talk.language), "url": None, "as_of": "2026-11"},
        "buttons": [],
        "chart": {
            "title": text("interests.scale", talk.language),
            "bars": [{"label": name, "value": share, "max": 100} for name, share in rows],
        },
    }


def _in_words(talk: Talk, share: int) -> str:
    strength = "strong" if share > 66 else "middle" if share > 33 else "weak"
    return text(f"interests.{strength}", talk.language)


def _note(talk: Talk) -> None:
    """Remember what the pupil tells about itself in the middle of the questionnaire, and say so."""
    if talk.intent not in INFORMING or not (told := told_now(talk)):
        return
    before = known_facts(talk)
    remember(talk, told)
    if not read_back(talk, told, before):
        talk.say("interests.noted")
    _set(talk, "answers", _answers(talk))


def _given(talk: Talk) -> int | str | None:
    """What the message says to the statement; None when it is about something else, a cry for help above all."""
    pressed = _pressed(talk)
    if pressed in ("start", "fix"):
        return None
    if pressed or talk.entities("letter"):
        return pressed or None
    if talk.intent in SAFETY:
        return None
    return statements.understood(str(talk.tracker.latest_message.get("text") or ""), talk.language)


def _with_step(talk: Talk, pressed: str) -> Answers:
    """The answers after a button "statement:step"; an unknown one changes nothing."""
    answers = _answers(talk)
    id_, _, step = pressed.partition(":")
    if id_ not in {statement.id for statement in statements.statements()} or step not in ("0", "1", "2"):
        return answers
    return {**answers, id_: int(step)}


def _answers(talk: Talk) -> Answers:
    return dict(talk.tracker.get_slot("answers") or {})


def _pressed(talk: Talk) -> str:
    return next(iter(talk.entities("answer")), "")


def _is_running(talk: Talk) -> bool:
    return bool(talk.tracker.active_loop.get("name") == FORM)


def _was_just_opened(talk: Talk) -> bool:
    """Whether this very message opened the form: its "tak" accepted the offer and answers no statement."""
    for event in reversed(talk.tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event["name"] not in (FORM, "action_listen", "action_extract_slots"):
            return True
    return False


def _is_new(talk: Talk) -> bool:
    """Whether the form was opened in this turn, and not only asks again after an interruption."""
    since = list(itertools.takewhile(lambda event: event.get("event") != "user", reversed(talk.tracker.events)))
    return any(event.get("event") == "active_loop" and event.get("name") == FORM for event in since)


def _set(talk: Talk, name: str, value: object) -> None:
    talk.slot(name, value)
    talk.tracker.slots[name] = value
