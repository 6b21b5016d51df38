"""Answers to single questions about a course: what it costs, how long it takes, from what age, when, where.

Each answer is a fact on a card, with the course's source; what is not confirmed is said to be unknown there.
"""

from collections.abc import Iterable
from datetime import date

from api.catalogue import card_parts, course_cards
from api.catalogue.card_parts import Card, Fact, fact, fact_of, in_words, write
from api.catalogue.kinds import CourseKindText, CourseType, Profession
from api.catalogue.view import Catalogue, Edition
from api.texts import Language, join

ASPECTS = ("price", "length", "age", "conditions", "certificate", "date", "seats", "place")
LABELS = {
    "price": "cost",
    "length": "hours",
    "conditions": "prerequisites",
    "date": "edition",
    "seats": "seats",
    "place": "place",
}


def details_card(catalogue: Catalogue, course: CourseType, language: Language, today: date) -> Card:
    """Everything that may be said about a course, with a button for each edition; what is not known in one line."""
    editions = catalogue.editions(course.id, today)
    kind = catalogue.find(CourseKindText, course.kind)
    professions = card_parts.names(catalogue, Profession, course.professions, language)
    asked = [aspect for aspect in ASPECTS if aspect not in ("date", "seats")]
    known = [aspect for aspect in asked if _known(catalogue, course, aspect, language, today)]
    unknown = [aspect for aspect in asked if aspect not in known]
    return card_parts.make(
        "course",
        course,
        language,
        subtitle=card_parts.industries(catalogue, course, language),
        facts=[
            fact("kind", kind.name(language), language) if kind else None,
            fact_of(kind, "text", language, label="kind_means") if kind else None,
            *(_fact(catalogue, course, aspect, language, today) for aspect in known),
            *(fact("edition", course_cards.edition_text(edition, language), language) for edition in editions),
            None if editions else fact("no_edition", write("no_edition", language), language),
            fact("professions", ", ".join(professions), language),
            fact("unknown", join([write(f"unknown_{aspect}", language) for aspect in unknown], language), language),
        ],
        buttons=course_cards.joining(course, editions[: course_cards.EDITIONS], language),
    )


def answer_card(
    catalogue: Catalogue, course: CourseType, aspects: Iterable[str], language: Language, today: date
) -> Card:
    """A card with nothing but what was asked about the course."""
    editions = catalogue.editions(course.id, today)
    asked = [aspect for aspect in aspects if aspect in ASPECTS]
    return card_parts.make(
        "course",
        course,
        language,
        facts=[_fact(catalogue, course, aspect, language, today) for aspect in asked],
        buttons=course_cards.joining(course, editions[:1], language),
    )


def answer(catalogue: Catalogue, course: CourseType, aspect: str, language: Language, today: date) -> str | None:
    """The value of one aspect in words; None where nothing is confirmed."""
    editions = catalogue.editions(course.id, today)
    if aspect == "length":
        return course_cards.hours(course, language) or None
    if aspect == "age":
        return course_cards.age(catalogue, course, language) or None if course.min_age else None
    if aspect == "conditions":
        age = course_cards.age(catalogue, course, language) if course.min_age else ""
        return "; ".join(part for part in (in_words(course.text("prerequisites", language)), age) if part) or None
    if aspect == "certificate":
        return course.text("certificate", language) or None
    if aspect == "date":
        return "; ".join(course_cards.edition_text(edition, language) for edition in editions) or None
    if aspect == "seats":
        return "; ".join(_seats(edition, language) for edition in editions if edition.seats is not None) or None
    if aspect == "place":
        return "; ".join(dict.fromkeys(place for e in editions if (place := e.place(language)))) or None
    # A price is in no record: editions have none, and kinds of courses are no offers.
    return None


def _known(catalogue: Catalogue, course: CourseType, aspect: str, language: Language, today: date) -> str | None:
    """What may be said of an aspect; of an age that is not confirmed, that one should ask."""
    value = answer(catalogue, course, aspect, language, today)
    return value or (course_cards.age(catalogue, course, language) or None if aspect == "age" else None)


def _fact(catalogue: Catalogue, course: CourseType, aspect: str, language: Language, today: date) -> Fact | None:
    value = _known(catalogue, course, aspect, language, today)
    return fact(LABELS.get(aspect, aspect), value or write(f"not_known_{aspect}", language), language)


def _seats(edition: Edition, language: Language) -> str:
    return course_cards.edition_text(edition, language)
