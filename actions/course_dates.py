"""Courses by time and by free seats: "jakieś kursy w grudniu?", "co jest po feriach?", "gdzie są wolne miejsca?"."""

from actions.dates import Window, window
from actions.questions import aspects
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import course_card
from api.catalogue.kinds import CourseType, Interest, Profession
from api.catalogue.view import RAILWAY, Edition
from api.texts import day, text

MOST_CARDS = 4


@action("action_course_dates")
def course_dates(talk: Talk) -> None:
    """The courses that start in the time that the message names, the next first, of the industry that it names."""
    chosen = window(talk.words, talk.today) or Window(talk.today)
    editions = [edition for edition in talk.catalogue.open_editions(talk.today) if _is_meant(talk, edition)]
    about_seats = "seats" in aspects(talk.words)
    if about_seats:
        editions = [edition for edition in editions if edition.seats is not None]
    found = [edition for edition in editions if chosen.holds(edition.starts_on)]
    if chosen.unknown:
        talk.say("dates.unknown_time")
    if not found:
        _nothing(talk, editions, chosen)
        return
    courses = list(dict.fromkeys(edition.course_id for edition in found))
    records = [talk.catalogue.find(CourseType, id_) for id_ in courses[:MOST_CARDS]]
    cards = [course_card(talk.catalogue, record, talk.language, talk.today) for record in records if record]
    only_examples = all(edition.demo for edition in found)
    time = _in_words(chosen, talk)
    key = "examples" if only_examples else "seats" if about_seats else "found" if time else "coming"
    talk.say(f"dates.{key}", cards=cards, count=len(courses), time=time, buttons=("other_courses", "counselling"))
    if not only_examples and any(edition.demo for edition in found):
        talk.say("courses.examples_only")
    if len(courses) > len(cards):
        talk.say("dates.more", buttons=("other_courses", "counselling"))


def _is_meant(talk: Talk, edition: Edition) -> bool:
    """Whether the edition's course is, or belongs to, what the message names; all do when it names nothing."""
    course = talk.catalogue.find(CourseType, edition.course_id)
    if course is None:
        return False
    wished = talk.entities("course_type")
    likes = [interest for id_ in talk.entities("interest", "like") if (interest := talk.catalogue.find(Interest, id_))]
    professions = talk.entities("profession")
    industries = set(talk.entities("industry"))
    if not wished and not likes and not professions and not industries:
        return True
    learned = [record for id_ in professions if (record := talk.catalogue.find(Profession, id_))]
    industries |= {RAILWAY for interest in likes if interest.topic == RAILWAY}
    return (
        course.id in wished
        or any(course.id in interest.course_types for interest in likes)
        or any(record.id in course.professions for record in learned)
        or bool(industries & set(talk.catalogue.industries(course)))
    )


def _nothing(talk: Talk, editions: list[Edition], chosen: Window) -> None:
    """No edition in that time: say so, and name the next one at another time when there is one."""
    other = next((e for e in editions if chosen.first is None or e.starts_on >= chosen.first), None)
    other = other or next(iter(editions), None)
    course = talk.catalogue.find(CourseType, other.course_id) if other else None
    if course is None:
        talk.say("dates.none", buttons=("courses", "counselling"))
        return
    card = course_card(talk.catalogue, course, talk.language, talk.today)
    talk.say("dates.only_later", cards=[card], buttons=("courses", "counselling"))


def _in_words(chosen: Window, talk: Talk) -> str:
    """From which day to which day, in brackets; empty where the time has no bounds of its own."""
    first = max(chosen.first or talk.today, talk.today)
    if chosen.last is not None:
        return text(
            "dates.between", talk.language, first=day(first, talk.language), last=day(chosen.last, talk.language)
        )
    return text("dates.from", talk.language, first=day(first, talk.language)) if first > talk.today else ""
