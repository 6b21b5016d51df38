"""A short talk: may an adult probably take part in the labour office's programmes? Each question can be left out."""

import re
from functools import lru_cache

from actions.lexicon import both, pattern, words_of
from actions.programmes import office_cards
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import programme_card
from api.catalogue.eligibility import SKIPPED, Verdict, find, next_question, rules
from api.catalogue.kinds import Programme
from api.texts import plain

FORM = "eligibility_form"
ADULTHOOD = 18
MINOR = "17"
AGE = re.compile(r"(?<= )(\d{1,3})(?= (?:lat|lata|rok|roku|years?|yrs?|yo) )")
NUMBER = re.compile(r"(?<= )(\d{1,3})(?= )")
OLDEST = 120
# Answers that were not understood; any other intent is an interruption, which its own rule answers.
UNCLEAR = frozenset({"affirm", "deny", "inform_qualification", "inform_interest", "nlu_fallback", "out_of_scope"})
NEVER = frozenset({"crisis", "report_violence", "distress", "ask_human", "delete_my_data"})
BUTTONS = {
    "age": ("eligible_minor", "eligible_adult", "rather_not"),
    "work": ("work_employed", "work_business", "work_none", "rather_not"),
    "region": ("yes", "no", "rather_not"),
    "disability": ("yes", "no", "rather_not"),
}
PLAIN_ANSWERS = {
    "work": {"affirm": "employed", "deny": "none"},
    "region": {"affirm": "yes", "deny": "no"},
    "disability": {"affirm": "yes", "deny": "no"},
}


@action("validate_eligibility_form")
def validate_eligibility_form(talk: Talk) -> None:
    """Take all answers that the message gives, corrections of earlier ones too; the form ends when the verdict stands.

    A message that is no answer sets no slot: then Rasa leaves the form for its answer, and comes back to it.
    """
    begins = talk.tracker.active_loop.get("name") != FORM
    answers: dict[str, str] = {} if begins else dict(talk.tracker.get_slot("adult") or {})
    asked = None if begins else next_question(rules(talk.catalogue), answers)
    told = {} if talk.intent in NEVER else answers_in(talk, asked)
    if not begins and not told and (talk.intent not in UNCLEAR or talk.tracker.get_slot("question")):
        return
    answers |= told
    decided = next_question(rules(talk.catalogue), answers) is None
    talk.slot("adult", answers)
    talk.slot("eligibility", "decided" if decided else None)


@action("action_ask_eligibility")
def ask_eligibility(talk: Talk) -> None:
    """The next question that still matters, with buttons; one of them always leaves it out."""
    answers = talk.tracker.get_slot("adult") or {}
    asked = next_question(rules(talk.catalogue), answers) or "age"
    talk.say(f"eligibility.ask_{asked}", buttons=BUTTONS[asked])


@action("action_eligibility")
def eligibility(talk: Talk) -> None:
    """The verdict with its reason, the programme and the office that decides; then the answers are forgotten."""
    answers: dict[str, str] = talk.tracker.get_slot("adult") or {}
    findings = find(rules(talk.catalogue), answers)
    talk.slot("adult", None)
    talk.slot("eligibility", None)
    if answers.get("age", SKIPPED) != SKIPPED and int(answers["age"]) < ADULTHOOD:
        talk.say("eligibility.minor", buttons=("courses", "internships", "counselling"))
        return
    best = next((f for verdict in Verdict for f in findings if f.verdict is verdict), None)
    programmes = [p for f in findings if f is best and (p := talk.catalogue.find(Programme, f.programme))]
    cards = [programme_card(talk.catalogue, programme, talk.language) for programme in programmes]
    cards += office_cards(talk, programmes)
    key = "eligibility.nothing" if best is None else f"eligibility.{best.verdict}"
    if best and best.verdict is Verdict.NO:
        key = f"eligibility.no_{best.because}"
    talk.say(key, cards=cards, buttons=("eligible_again", "counselling", "help"))


def answers_in(talk: Talk, asked: str | None) -> dict[str, str]:
    """All answers in the message, by question; one that says only yes, no or a number answers what was asked."""
    ages = talk.entities("age")
    told = {"age": ages[-1]} if ages else {}
    given = talk.entities("answer")
    words = plain(talk.words)
    told |= _named(words)
    if told or asked is None:
        return told
    if given or _skipped().search(words):
        return {asked: given[0] if given else SKIPPED}
    number = NUMBER.search(words)
    if asked == "age" and number and int(number[0]) <= OLDEST:
        return {"age": number[0]}
    plain_answer = PLAIN_ANSWERS.get(asked, {}).get(talk.intent)
    return {asked: plain_answer} if plain_answer else {}


def asks_about_oneself(talk: Talk) -> bool:
    """Whether the message wants this talk: by its button, or "mam 40 lat, czy dostanę bon?"."""
    return bool(talk.entities("check")) or _asks().search(plain(talk.words)) is not None


def _named(words: str) -> dict[str, str]:
    """The answers that the words give in passing; of overlapping phrases the longest counts."""
    told = {}
    for question, values in words_of("eligibility")["answers"].items():
        spans = [
            (len(match[0]), value)
            for value, phrases in values.items()
            for match in pattern(both(phrases)).finditer(words)
        ]
        if spans:
            told[question] = max(spans)[1]
    age = AGE.search(words)
    if pattern(both(words_of("eligibility")["minor"])).search(words):
        told["age"] = MINOR
    elif age and int(age[0]) <= OLDEST:
        told["age"] = age[0]
    return told


@lru_cache(maxsize=1)
def _skipped() -> re.Pattern[str]:
    return pattern(both(words_of("eligibility")["skipped"]))


@lru_cache(maxsize=1)
def _asks() -> re.Pattern[str]:
    return pattern(both(words_of("eligibility")["asks"]))
