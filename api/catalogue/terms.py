"""The closed sets that records choose from."""

from enum import StrEnum


class InstitutionType(StrEnum):
    """What an institution is."""

    VOCATIONAL_COMPETENCE_CENTRE = "vocational_competence_centre"
    CITY_EDUCATION_SERVICES = "city_education_services"
    SCHOOL = "school"
    SECTORAL_SKILLS_CENTRE = "sectoral_skills_centre"
    CAREER_CLINIC = "career_clinic"
    CLINIC = "clinic"
    CRISIS_CENTRE = "crisis_centre"
    INFORMATION_PORTAL = "information_portal"
    LABOUR_OFFICE = "labour_office"
    SUPERVISION = "supervision"
    EXAM_BOARD = "exam_board"
    SCIENCE_INSTITUTION = "science_institution"
    EVENT = "event"


class ProgrammeState(StrEnum):
    """Whether a programme runs."""

    RUNNING = "running"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """Whom a programme or a helpline is for."""

    EVERYONE = "everyone"
    YOUNG_PEOPLE = "young_people"
    VOCATIONAL_PUPILS = "vocational_pupils"
    ADULTS = "adults"
    PARENTS_TEACHERS = "parents_teachers"
    JOBSEEKERS = "jobseekers"
    RETURNEES = "returnees"
    FOREIGNERS = "foreigners"
    FIRMS = "firms"


class CourseKind(StrEnum):
    """What a course ends with: an exam or licence, a certificate of attendance, or nothing of its own."""

    QUALIFICATION_COURSE = "qualification_course"
    COMPETENCE_COURSE = "competence_course"
    ACTIVITY = "activity"


class InternshipKind(StrEnum):
    """A rule in force, or an account of internships that are over."""

    LEGAL_FORM = "legal_form"
    PAST_ROUND = "past_round"
