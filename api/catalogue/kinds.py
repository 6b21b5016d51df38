"""What a record of each kind looks like: the schema of the facts, checked when records are read.

A model stands for one list of a fact file (see `MODELS`). `record.text("x", "pl")` reads `x_pl`. None and () mean
"not known". `links` names the fields that hold ids of other records, and the list these are in.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from api.catalogue.records import Explained, Frozen, Links, Named, Source, Status, Texts
from api.catalogue.records import Record as Record
from api.catalogue.terms import Audience, CourseKind, InternshipKind, ProgrammeState
from api.catalogue.terms import InstitutionType as InstitutionType
from api.texts import Language


class Industry(Named):
    """One of the industries of the CKZ. The aliases are what staff add; those of the editors are in `aliases.yaml`."""

    aliases_pl: Texts = ()
    aliases_en: Texts = ()


class Branch(Named):
    """A branch of the official classification, for instance MEC."""

    links: ClassVar[Links] = {"industries": "industries"}

    industries: Texts


class SchoolType(Explained):
    """BS1, BS2 or T."""


class LegalBasis(Explained):
    """A regulation."""


class Qualification(Named):
    """A vocational qualification; the id is the official code."""

    links: ClassVar[Links] = {"branch": "branches", "industries": "industries", "professions": "professions"}

    branch: str | None
    industries: Texts
    professions: Texts


class Profession(Named):
    """An occupation that schools teach."""

    links: ClassVar[Links] = {
        "branch": "branches",
        "industries": "industries",
        "school_types": "school_types",
        "qualification_sets": "qualifications",
    }

    aliases_pl: Texts
    aliases_en: Texts
    symbol: str | None
    branch: str | None
    industries: Texts
    school_types: Texts
    qualification_sets: tuple[Texts, ...]
    note_pl: str | None
    note_en: str | None


class BarometerInfo(Explained):
    """What the Occupational Barometer is."""

    website: str | None


class Result(Explained):
    """A step on the Barometer's scale."""


class BarometerSummary(Explained):
    """How many occupation groups were in deficit in an area and year."""

    year: int | None
    area_pl: str | None
    area_en: str | None
    deficit: int | None
    balance: int | None
    surplus: int | None


class BarometerRow(Frozen):
    """The Barometer's result for an occupation group in an area and year."""

    year: int
    area_pl: str
    area_en: str
    printed_as: str | None
    result: str
    source: Source
    status: Status

    def area(self, language: Language) -> str:
        """The area in this language."""
        return self.area_pl if language == "pl" else self.area_en


class Esco(Frozen):
    """An occupation of the European classification."""

    uri: str
    label_en: str


class Occupation(Named):
    """An occupation group of the labour market."""

    links: ClassVar[Links] = {"industries": "industries", "professions": "professions"}

    aliases_pl: Texts
    aliases_en: Texts
    industries: Texts
    professions: Texts
    riasec: str | None
    demand_pl: str | None
    demand_en: str | None
    barometer: tuple[BarometerRow, ...]
    esco: tuple[Esco, ...]


class ClinicRule(Record):
    """A rule that clinics follow."""

    text_pl: str | None
    text_en: str | None


class Institution(Named):
    """A school, clinic, office, museum or other institution."""

    links: ClassVar[Links] = {"industries": "industries", "professions": "professions"}

    type: InstitutionType
    address: str | None
    phone: str | None
    email: str | None
    website: str | None
    industries: Texts
    professions: Texts
    services_pl: Texts
    services_en: Texts
    catchment_pl: str | None
    catchment_en: str | None


class Helpline(Named):
    """A helpline or emergency number."""

    phone: str | None
    hours: str | None
    audience: tuple[Audience, ...]
    topics_pl: Texts
    topics_en: Texts
    free: bool | None
    anonymous: bool | None
    chat_url: str | None
    website: str | None
    order: int | None


class Programme(Named):
    """A programme, running or not."""

    links: ClassVar[Links] = {"institution": "institutions", "successor": "programmes"}

    state: ProgrammeState
    audience: tuple[Audience, ...]
    institution: str | None
    who_pl: str | None
    who_en: str | None
    offers_pl: Texts
    offers_en: Texts
    amounts_pl: str | None
    amounts_en: str | None
    website: str | None
    email: str | None
    successor: str | None


class CourseKindText(Explained):
    """The name and meaning of a kind of course."""


class Hours(Frozen):
    """How long a course lasts."""

    min: int
    max: int


class CourseType(Named):
    """A kind of course. Never an offer: those are editions. The aliases are what staff add, as for industries."""

    links: ClassVar[Links] = {"kind": "course_kinds", "industries": "industries", "professions": "professions"}

    aliases_pl: Texts = ()
    aliases_en: Texts = ()
    kind: CourseKind
    industries: Texts
    hours: Hours | None
    min_age: int | None
    prerequisites_pl: Texts
    prerequisites_en: Texts
    certificate_pl: str | None
    certificate_en: str | None
    professions: Texts
    riasec: str | None


class EditionBody(Frozen):
    """What staff enter of an edition of a course. `seats` is how many there are in all."""

    links: ClassVar[Links] = {"course_id": "course_types"}

    course_id: str
    starts_on: date
    ends_on: date | None
    place_pl: str | None
    place_en: str | None
    seats: int | None


class Condition(Frozen):
    """A condition on one answer: a number between two bounds (both included), or one of these values."""

    answer: str
    min: int | None = None
    max: int | None = None
    values: Texts = ()


class InternshipRule(Explained):
    """A rule of internships, or an account of past ones."""

    kind: InternshipKind


class InternshipOffer(Named):
    """An internship that an employer offers; entered by staff. `pay` says what one gets, `how` how to apply.

    Over when the day to apply is past, or the day it starts where no such day is known.
    """

    links: ClassVar[Links] = {"industries": "industries", "professions": "professions"}

    employer_pl: str | None
    employer_en: str | None
    industries: Texts
    professions: Texts
    place_pl: str | None
    place_en: str | None
    starts_on: date | None
    ends_on: date | None
    apply_until: date | None
    hours: Hours | None
    min_age: int | None
    conditions_pl: Texts
    conditions_en: Texts
    pay_pl: str | None
    pay_en: str | None
    how_pl: str | None
    how_en: str | None
    website: str | None

    def is_open(self, today: date) -> bool:
        """Whether one can still apply."""
        last = self.apply_until or self.starts_on
        return last is None or last >= today


class EligibilityRule(Record):
    """What the facts say about who may take part in a programme, so that a talk can ask for it. Derived from `who`.

    `conditions` must all hold, and of `any_of` at least one, where there are any.
    """

    links: ClassVar[Links] = {"programme": "programmes"}

    programme: str
    conditions: tuple[Condition, ...]
    any_of: tuple[Condition, ...]


class Interest(Named):
    """Something that one can like doing. Editorial, not a fact.

    `because` completes "because you like …". The aliases serve the bot's understanding, which knows their shape.
    """

    links: ClassVar[Links] = {"industries": "industries", "course_types": "course_types"}

    status: Status = Status.VERIFIED
    unverified_fields: Texts = ()
    because_pl: str
    because_en: str
    aliases_pl: tuple[str | dict[str, Any], ...]
    aliases_en: tuple[str | dict[str, Any], ...]
    industries: Texts
    riasec: str | None
    course_types: Texts
    topic: str | None = None


FILES: Mapping[str, Mapping[str, type[Record]]] = {
    "qualifications.yaml": {
        "industries": Industry,
        "branches": Branch,
        "school_types": SchoolType,
        "legal_basis": LegalBasis,
        "qualifications": Qualification,
        "professions": Profession,
    },
    "occupations.yaml": {
        "barometer_info": BarometerInfo,
        "result_scale": Result,
        "barometer_summaries": BarometerSummary,
        "occupations": Occupation,
    },
    "institutions.yaml": {"clinic_rules": ClinicRule, "institutions": Institution},
    "helplines.yaml": {"helplines": Helpline},
    "programmes.yaml": {"programmes": Programme},
    "course_types.yaml": {
        "course_kinds": CourseKindText,
        "course_types": CourseType,
        "internship_rules": InternshipRule,
    },
    "internship_offers.yaml": {"internship_offers": InternshipOffer},
    "eligibility.yaml": {"eligibility_rules": EligibilityRule},
    "interests.yaml": {"interests": Interest},
}
MODELS: Mapping[str, type[Record]] = {kind: model for lists in FILES.values() for kind, model in lists.items()}
KIND_OF: Mapping[type[Record], str] = {model: kind for kind, model in MODELS.items()}


def parse(kind: str, body: Mapping[str, Any]) -> Record:
    """The record of this kind. Raises KeyError for an unknown kind and ValidationError for a wrong record."""
    return MODELS[kind].model_validate(body)
