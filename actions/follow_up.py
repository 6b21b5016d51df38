"""Answers to questions about what was shown last or is named: "a ile to kosztuje?", "od ilu lat jest spawanie MAG?"."""

from collections.abc import Callable, Mapping

from actions.appointments import answer_about_counselling
from actions.choices import industry_buttons
from actions.clinics import answer_about_clinics
from actions.contact import say_contact, shown_places
from actions.eligibility import FORM
from actions.internships import answer_about_internships
from actions.knowledge import answer_about_occupations
from actions.offers import answer_about_science_places
from actions.programmes import answer_about_programmes
from actions.questionnaire import answer_about_the_questionnaire
from actions.questions import MOST_NAMED, QUESTIONNAIRE, asked_kind, aspects, seeks
from actions.registry import action
from actions.talk import Talk
from api.catalogue.course_details import ASPECTS, answer, answer_card, details_card
from api.catalogue.kinds import CourseType
from api.catalogue.view import Catalogue

# What only editions tell; an example tells nothing.
OF_EDITIONS = {"date", "seats", "place"}


@action("action_follow_up")
def follow_up(talk: Talk) -> None:
    """Answer for the course that the button or the message names, else for the cards that were shown last."""
    named = talk.entities("details") or talk.entities("course_type")
    courses = _courses(talk.catalogue, named[:MOST_NAMED])
    if talk.entities("details"):
        _details(talk, courses)
        return
    asked = aspects(talk.words)
    form = talk.tracker.active_loop.get("name")
    if form == FORM:
        answer_about_programmes(talk, asked)
        return
    if form == QUESTIONNAIRE:
        answer_about_the_questionnaire(talk, asked)
        return
    if not courses and not _target(talk) and not seeks(talk.words) and talk.shown:
        kind = asked_kind(talk, asked)
        if kind in OTHERS:
            OTHERS[kind](talk, asked)
            return
    shown = [] if seeks(talk.words) else _target(talk) or [id_ for kind, id_ in talk.shown if kind == "course"]
    courses = courses or _courses(talk.catalogue, shown)
    if courses:
        _about_courses(talk, courses, [aspect for aspect in asked if aspect in ASPECTS])
    else:
        _in_general(talk, asked)


def _details(talk: Talk, courses: list[CourseType]) -> None:
    """All that is known of the course of the button."""
    if not courses:
        talk.say("details.gone", buttons=("courses", "counselling"))
        return
    cards = [details_card(talk.catalogue, course, talk.language, talk.today) for course in courses]
    talk.say("details.course", cards=cards, buttons=("other_courses", "counselling"))


def _about_courses(talk: Talk, courses: list[CourseType], asked: list[str]) -> None:
    cards = [answer_card(talk.catalogue, course, asked, talk.language, talk.today) for course in courses]
    values = [
        answer(talk.catalogue, course, aspect, talk.language, talk.today) for course in courses for aspect in asked
    ]
    editions = [e for course in courses for e in talk.catalogue.editions(course.id, talk.today)]
    if set(asked) <= OF_EDITIONS and editions and all(edition.demo for edition in editions):
        talk.say("details.examples", cards=cards, buttons=("other_courses", "counselling"))
        return
    key = "details.known" if all(values) else "details.partly" if any(values) else "details.unknown"
    if len(values) == 1 and values[0]:
        key = "details.one"
    talk.say(key, cards=cards, buttons=("other_courses", "counselling"), value=values[0] if values else "")


def _in_general(talk: Talk, asked: list[str]) -> None:
    """Nothing is shown or named: say what holds for all courses, and ask which one is meant."""
    known = next((aspect for aspect in asked if aspect in ("price", "certificate", "conditions", "place")), "seats")
    talk.say(f"details.general_{known}", buttons=[*industry_buttons(talk), "counselling"])


def _target(talk: Talk) -> list[str]:
    """The course that a sign-up in progress is for."""
    kind, _, id_ = str(talk.tracker.get_slot("signup_target") or "").partition(":")
    if kind == "course":
        return [id_]
    return [e.course_id for e in talk.catalogue.open_editions(talk.today) if kind == "edition" and str(e.id) == id_]


def _about_schools(talk: Talk, asked: list[str]) -> None:
    """Their contacts, or whether there is work after what they teach."""
    if "work" in asked:
        answer_about_occupations(talk, asked)
    else:
        say_contact(talk, shown_places(talk))


def _courses(catalogue: Catalogue, ids: list[str]) -> list[CourseType]:
    return [course for id_ in ids if (course := catalogue.find(CourseType, id_))]


OTHERS: Mapping[str, Callable[[Talk, list[str]], None]] = {
    "career_centre": answer_about_counselling,
    "clinic": answer_about_clinics,
    "internship": answer_about_internships,
    "occupation": answer_about_occupations,
    "programme": answer_about_programmes,
    "school": _about_schools,
    "science_place": answer_about_science_places,
}
