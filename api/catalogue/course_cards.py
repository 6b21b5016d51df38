"""Cards of courses: what is confirmed about the course, its next editions, and why it is suggested."""

from collections.abc import Iterator, Sequence
from datetime import date

from api.catalogue import card_parts, service
from api.catalogue.card_parts import Card, Fact, fact, fact_of, write
from api.catalogue.kinds import (
    CourseKindText,
    CourseType,
    Industry,
    Interest,
    InternshipOffer,
    Profession,
    Qualification,
    SchoolType,
)
from api.catalogue.matching import Suggestion
from api.catalogue.reasons import Reason, ReasonKind
from api.catalogue.terms import CourseKind
from api.catalogue.view import Catalogue, Edition
from api.texts import Language, button, day, join

EDITIONS = 3


def course_card(
    catalogue: Catalogue, course: CourseType | Suggestion, language: Language, today: date | None = None
) -> Card:
    """The card of a course; a suggestion's card also says why. `today` (default: in Poland) chooses the editions."""
    if isinstance(course, Suggestion):
        reasons = why(catalogue, course.reasons, language)
        return _card(catalogue, course.course, language, course.editions, reasons=reasons, too_young=not course.fits)
    return _card(catalogue, course, language, catalogue.editions(course.id, today or service.today()))


def why(catalogue: Catalogue, reasons: tuple[Reason, ...], language: Language) -> str:
    """The reasons as the end of a sentence: "because you like cooking and it fits the occupation: cook".

    A weaker reason is left out where stronger ones say enough.
    """
    said = list(_clauses(catalogue, reasons, language))
    return write("why", language, reasons=_joined(said, language)) if said else ""


def letters(ids: Sequence[str], language: Language) -> str:
    """The names of RIASEC letters in a row."""
    return ", ".join(write(f"riasec_{letter}", language) for letter in ids)


def edition_text(edition: Edition, language: Language) -> str:
    """An edition in one line, an example marked as such: "example: 5 December 2026, 6 seats"."""
    dates = [day(edition.starts_on, language)]
    if edition.ends_on is not None and edition.ends_on != edition.starts_on:
        dates.append(day(edition.ends_on, language))
    parts = [" – ".join(dates), edition.place(language) or ""]
    if edition.seats is not None:
        parts.append(write("seats", language, count=edition.seats))
    line = ", ".join(part for part in parts if part)
    return write("demo", language, edition=line) if edition.demo else line


def _card(
    catalogue: Catalogue,
    course: CourseType,
    language: Language,
    editions: tuple[Edition, ...],
    *,
    reasons: str | None = None,
    too_young: bool = False,
) -> Card:
    return card_parts.make(
        "course",
        course,
        language,
        subtitle=card_parts.industries(catalogue, course, language),
        why=reasons,
        facts=[
            fact("kind", _kind(catalogue, course, language), language),
            fact("hours", hours(course, language), language),
            fact_of(course, "certificate", language),
            fact_of(course, "prerequisites", language),
            fact("age", age(catalogue, course, language, too_young=too_young), language),
            *_editions(editions, language),
            fact("unknown", _unknown(course, language), language),
        ],
        buttons=[button("course_details", language, course=course.id), *joining(course, editions[:1], language)],
    )


def joining(course: CourseType, editions: tuple[Edition, ...], language: Language) -> list[dict[str, str]]:
    """A button to sign up for each edition; to the list of those interested where there is none but an example."""
    real = [edition for edition in editions if not edition.demo]
    if real:
        return [button("join_edition", language, edition=edition.id) for edition in real]
    return [button("join_list", language, course=course.id)]


def _clauses(catalogue: Catalogue, reasons: tuple[Reason, ...], language: Language) -> Iterator[str]:
    ids = {kind: [reason.id for reason in reasons if reason.kind is kind] for kind in ReasonKind}
    learned = [*ids[ReasonKind.PROFESSION], *ids[ReasonKind.QUALIFICATION]]
    likes = [interest for id_ in ids[ReasonKind.INTEREST] if (interest := catalogue.find(Interest, id_))]
    asked = card_parts.names(catalogue, Interest, ids[ReasonKind.ASKED], language)
    if ids[ReasonKind.WISHED]:
        yield write("why_wished", language)
    elif asked:
        yield write("why_asked", language, names=", ".join(asked))
    for interest in likes[: 1 if learned or ids[ReasonKind.WISHED] else 2]:
        yield write("why_interest", language, thing=interest.text("because", language))
    if ids[ReasonKind.PROFESSION]:
        known = card_parts.names(catalogue, Profession, ids[ReasonKind.PROFESSION], language)
        yield _fits("profession", known, language)
    elif ids[ReasonKind.QUALIFICATION]:
        codes = [code for code in ids[ReasonKind.QUALIFICATION] if catalogue.find(Qualification, code)]
        yield _fits("qualification", codes, language)
    elif not likes and not asked and ids[ReasonKind.TOPIC]:
        yield write("why_railway", language)
    elif not likes and not asked and ids[ReasonKind.EXPERIENCE]:
        yield write("why_experience", language)
    elif not likes and not asked:
        known = card_parts.names(catalogue, Industry, ids[ReasonKind.INDUSTRY][:1], language)
        yield from (write("why_industry", language, name=name) for name in known)
    if not likes and not asked and not learned and ids[ReasonKind.RIASEC]:
        yield write("why_riasec", language, names=letters(ids[ReasonKind.RIASEC], language))
    for id_ in ids[ReasonKind.SCHOOL]:
        school = catalogue.find(SchoolType, id_)
        yield write("why_school", language, name=school.name(language) if school else id_)


def _joined(clauses: list[str], language: Language) -> str:
    # "… desserts and cakes, and it fits …": a second "and" needs a comma, in Polish as well.
    conjunction = f" {write('and', language)} "
    line = join(clauses, language)
    if any(conjunction in clause for clause in clauses[:-1]):
        line = line.removesuffix(conjunction + clauses[-1]) + "," + conjunction + clauses[-1]
    return line


def _fits(kind: str, known: list[str], language: Language) -> str:
    if not known:
        return write(f"why_{kind}_hidden", language)
    return write(f"why_{kind}", language, count=len(known), names=", ".join(known))


def _kind(catalogue: Catalogue, course: CourseType, language: Language) -> str:
    kind = catalogue.find(CourseKindText, course.kind)
    return kind.name(language) if kind else ""


def hours(course: CourseType | InternshipOffer, language: Language) -> str:
    """How long the course or internship takes; empty when that is not confirmed."""
    if course.hours is None:
        return ""
    if course.hours.min == course.hours.max:
        return write("hours", language, hours=course.hours.min)
    return write("hours_range", language, min=course.hours.min, max=course.hours.max)


def age(catalogue: Catalogue, course: CourseType, language: Language, *, too_young: bool = False) -> str:
    """From what age one may start, or that one must ask; empty for a course without an age."""
    if course.id not in catalogue.steering.min_age:
        return ""
    ending = "_too_young" if too_young else ""
    if course.min_age is None:
        return write(f"age_unconfirmed{ending}", language)
    return write(f"age{ending}", language, years=course.min_age)


def _editions(editions: tuple[Edition, ...], language: Language) -> list[Fact | None]:
    if not editions:
        return [fact("no_edition", write("no_edition", language), language)]
    return [fact("edition", edition_text(edition, language), language) for edition in editions[:EDITIONS]]


def _unknown(course: CourseType, language: Language) -> str:
    asked = {
        "length": course.hours is None,
        "certificate": course.certificate_pl is None and course.kind is not CourseKind.ACTIVITY,
        "conditions": not course.prerequisites_pl,
        "price": course.kind is not CourseKind.ACTIVITY,
    }
    return join([write(f"unknown_{part}", language) for part, is_unknown in asked.items() if is_unknown], language)
