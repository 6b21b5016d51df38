"""Cards of everything in the catalogue, in the shape of the contract. Only what may be shown is ever on one."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from api.catalogue import card_parts
from api.catalogue.card_parts import Card, Fact, fact, fact_of, hedged, names, write
from api.catalogue.course_cards import course_card, edition_text, why
from api.catalogue.kinds import (
    BarometerRow,
    Branch,
    CourseType,
    Helpline,
    Institution,
    InternshipOffer,
    InternshipRule,
    Occupation,
    Profession,
    Programme,
    Qualification,
    Result,
    SchoolType,
)
from api.catalogue.offer_cards import offer_card
from api.catalogue.records import Record
from api.catalogue.terms import InstitutionType, ProgrammeState
from api.catalogue.view import Catalogue
from api.catalogue.visibility import is_to_be_confirmed
from api.texts import Language, button, join

__all__ = [
    "card",
    "course_card",
    "edition_text",
    "helpline_card",
    "institution_card",
    "institution_kind",
    "internship_card",
    "occupation_card",
    "programme_card",
    "qualification_card",
    "why",
]

CITY = "miasto Kraków"
RELATED = 4
CARD_KINDS = {
    InstitutionType.SCHOOL: "school",
    InstitutionType.SECTORAL_SKILLS_CENTRE: "school",
    InstitutionType.CLINIC: "clinic",
    InstitutionType.CRISIS_CENTRE: "clinic",
    InstitutionType.SCIENCE_INSTITUTION: "science_place",
    InstitutionType.EVENT: "science_place",
}


def card(catalogue: Catalogue, record: Record, language: Language, today: date | None = None) -> Card:
    """The card of any record that has one. Raises KeyError for a kind of record that has none."""
    if isinstance(record, CourseType):
        return course_card(catalogue, record, language, today)
    return _MAKERS[type(record)](catalogue, record, language)


def has_card(record: Record) -> bool:
    """Whether a record of this kind is shown on a card of its own."""
    return isinstance(record, CourseType) or type(record) in _MAKERS


def institution_kind(institution: Institution) -> str:
    """The card's kind: school, clinic or science_place; career_centre for offices and all others."""
    return CARD_KINDS.get(institution.type, "career_centre")


def institution_card(catalogue: Catalogue, institution: Institution, language: Language) -> Card:
    """The card of a school, clinic, career centre, office or science place."""
    subtitle = card_parts.industries(catalogue, institution, language)
    taught = names(catalogue, Profession, institution.professions, language)
    return card_parts.make(
        institution_kind(institution),
        institution,
        language,
        subtitle=subtitle or write(f"type_{institution.type}", language),
        url=institution.website,
        facts=[
            fact_of(institution, "services", language),
            fact_of(institution, "professions", language, ", ".join(taught), label="taught"),
            fact_of(institution, "catchment", language),
            fact_of(institution, "address", language),
            fact("phone", institution.phone or write("no_phone", language), language),
            fact_of(institution, "email", language),
        ],
    )


def helpline_card(catalogue: Catalogue, helpline: Helpline, language: Language) -> Card:
    """The card of a helpline; its address dials the number."""
    hours = write("always", language) if helpline.hours == "24/7" else helpline.hours
    return card_parts.make(
        "helpline",
        helpline,
        language,
        subtitle=helpline.phone,
        url=f"tel:{helpline.phone.replace(' ', '')}" if helpline.phone else None,
        facts=[
            fact_of(helpline, "phone", language),
            fact_of(helpline, "hours", language, hours, label="opening"),
            fact("cost", write("free", language) if helpline.free else None, language),
            fact("anonymous", write("anonymous", language) if helpline.anonymous else None, language),
            fact_of(helpline, "topics", language),
            fact_of(helpline, "chat_url", language, label="chat"),
            fact_of(helpline, "website", language),
            fact("language", write("in_polish", language), language),
        ],
    )


def internship_card(catalogue: Catalogue, rule: InternshipRule | InternshipOffer, language: Language) -> Card:
    """The card of an employer's offer, a rule of internships or a past round."""
    if isinstance(rule, InternshipOffer):
        return offer_card(catalogue, rule, language)
    return card_parts.make(
        "internship",
        rule,
        language,
        subtitle=write(f"internship_{rule.kind}", language),
        facts=[fact_of(rule, "text", language, label="rule")],
    )


def qualification_card(catalogue: Catalogue, qualification: Qualification, language: Language) -> Card:
    """The card of a vocational qualification, its code in the title."""
    branch = catalogue.find(Branch, qualification.branch)
    professions = ", ".join(names(catalogue, Profession, qualification.professions, language))
    return card_parts.make(
        "qualification",
        qualification,
        language,
        title=write("qualification_title", language, code=qualification.id, name=qualification.name(language)),
        subtitle=write("qualification_subtitle", language, branch=branch.name(language)) if branch else None,
        facts=[
            fact_of(qualification, "professions", language, professions),
        ],
    )


def occupation_card(catalogue: Catalogue, occupation: Occupation | Profession, language: Language) -> Card:
    """The card of an occupation: a group of the labour market with its demand, or one that schools teach."""
    if isinstance(occupation, Profession):
        return _profession_card(catalogue, occupation, language)
    professions = ", ".join(names(catalogue, Profession, occupation.professions, language))
    return card_parts.make(
        "occupation",
        occupation,
        language,
        subtitle=card_parts.industries(catalogue, occupation, language),
        facts=[
            fact_of(occupation, "demand", language),
            *_barometer(catalogue, occupation.barometer, language),
            *_trends(catalogue, occupation.barometer, language),
            fact_of(occupation, "professions", language, professions),
        ],
    )


def programme_card(catalogue: Catalogue, programme: Programme, language: Language) -> Card:
    """The card of a programme. Its subtitle says whether it runs, and how sure that is."""
    ending = "_ended" if programme.state is ProgrammeState.ENDED else ""
    audience = [write(f"audience_{group}", language) for group in programme.audience]
    institution = catalogue.find(Institution, programme.institution)
    return card_parts.make(
        "programme",
        programme,
        language,
        subtitle=hedged(programme, "state", _state(programme, language), language),
        url=programme.website,
        facts=[
            fact_of(programme, "audience", language, audience),
            fact_of(programme, "who", language, label=f"who{ending}"),
            fact_of(programme, "offers", language, label=f"offers{ending}"),
            fact_of(programme, "amounts", language),
            fact_of(
                programme,
                "institution",
                language,
                institution.name(language) if institution else "",
                label=f"institution{ending}",
            ),
            fact_of(programme, "email", language),
            _successor(catalogue, programme, language),
        ],
    )


def _profession_card(catalogue: Catalogue, profession: Profession, language: Language) -> Card:
    school_types = ", ".join(names(catalogue, SchoolType, profession.school_types, language))
    sets = [join(list(codes), language) for codes in profession.qualification_sets]
    schools = [school for school in catalogue.all(Institution) if profession.id in school.professions]
    courses = [course for course in catalogue.all(CourseType) if profession.id in course.professions]
    return card_parts.make(
        "occupation",
        profession,
        language,
        subtitle=card_parts.industries(catalogue, profession, language) or write("school_occupation", language),
        facts=[
            fact_of(profession, "school_types", language, school_types),
            fact_of(profession, "qualification_sets", language, f" {write('or', language)} ".join(sets)),
            fact_of(profession, "note", language),
            fact("taught_at", "; ".join(school.name(language) for school in schools), language),
            fact("courses", "; ".join(course.name(language) for course in courses[:RELATED]), language),
        ],
        buttons=[
            button(name, language, profession=profession.id) for name in ("courses_for", "schools_for", "demand_for")
        ],
    )


def _barometer(catalogue: Catalogue, rows: tuple[BarometerRow, ...], language: Language) -> list[Fact | None]:
    facts: list[Fact | None] = [
        {
            "label": write("label_barometer", language, year=row.year),
            "value": write(
                "barometer",
                language,
                area=row.area(language),
                result=_result(catalogue, row, language),
                source=", ".join(part for part in (row.source.title, row.source.as_of) if part),
            ),
        }
        for row in sorted(rows, key=lambda row: -row.year)
    ]
    if rows and all(row.area_pl != CITY for row in rows):
        facts.append(fact("city", write("no_city", language), language))
    return facts


def _trends(catalogue: Catalogue, rows: tuple[BarometerRow, ...], language: Language) -> list[Fact | None]:
    """How the result went from year to year, only within one area: "2024: deficit → 2025: balance"."""
    facts: list[Fact | None] = []
    for area in dict.fromkeys(row.area_pl for row in rows):
        same = sorted((row for row in rows if row.area_pl == area), key=lambda row: row.year)
        if len({row.year for row in same}) > 1:
            steps = [
                write("trend_step", language, year=row.year, result=_result(catalogue, row, language)) for row in same
            ]
            label = write("label_trend", language, area=same[0].area(language))
            facts.append({"label": label, "value": " → ".join(steps)})
    return facts


def _result(catalogue: Catalogue, row: BarometerRow, language: Language) -> str:
    result = catalogue.find(Result, row.result)
    name = result.name(language) if result else row.result
    return write("barometer_printed", language, result=name, printed=row.printed_as) if row.printed_as else name


def _state(programme: Programme, language: Language) -> str:
    is_guess = programme.state is not ProgrammeState.UNKNOWN and is_to_be_confirmed(programme, "state")
    return write(f"state_{programme.state}{'_unconfirmed' if is_guess else ''}", language)


def _successor(catalogue: Catalogue, programme: Programme, language: Language) -> Fact | None:
    successor = catalogue.find(Programme, programme.successor)
    if successor is None:
        return None
    institution = catalogue.find(Institution, successor.institution)
    has_ended = successor.state is ProgrammeState.ENDED
    value = write(
        "successor_ended" if has_ended else "successor",
        language,
        name=successor.name(language),
        state=_state(successor, language),
        institution=institution.name(language) if institution else write("successor_ask", language),
    )
    if is_to_be_confirmed(programme, "successor") or is_to_be_confirmed(successor, "state"):
        value = write("to_be_confirmed", language, value=value)
    return fact("successor", value, language)


_MAKERS: Mapping[type[Record], Callable[[Catalogue, Any, Language], Card]] = {
    Helpline: helpline_card,
    Institution: institution_card,
    InternshipOffer: internship_card,
    InternshipRule: internship_card,
    Occupation: occupation_card,
    Profession: occupation_card,
    Programme: programme_card,
    Qualification: qualification_card,
}
