"""Questions about occupations, the demand for them, qualifications and schools."""

import re
from collections.abc import Iterable

from actions.choices import industry_buttons
from actions.naming import institutions_in
from actions.profile import named
from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import card
from api.catalogue.kinds import (
    BarometerInfo,
    Institution,
    InstitutionType,
    Interest,
    Occupation,
    Profession,
    Qualification,
    Record,
)
from api.catalogue.view import RAILWAY

MOST_CARDS = 3
# A code of a qualification as it is written: "EE.05", "B.18", "MEC 05".
CODE = re.compile(r"\b[A-Za-z]{1,3}\s?\.\s?\d{2}\b|\b[A-Z]{2,3} ?\d{2}\b")
BAROMETER = "barometr-zawodow"
# Institutions that one asks about as one asks about a school.
SCHOOLS = frozenset(
    {
        InstitutionType.SCHOOL,
        InstitutionType.VOCATIONAL_COMPETENCE_CENTRE,
        InstitutionType.SECTORAL_SKILLS_CENTRE,
    }
)


@action("action_occupation")
def occupation(talk: Talk) -> None:
    """The occupations that the message names, else those shown last, else those that the pupil has told."""
    wanted = _professions(talk)
    talk.slot("subject", wanted)
    professions = _found(talk, Profession, wanted)
    if professions:
        key = "knowledge.occupations" if len(professions) > 1 else "knowledge.occupation"
        talk.say(key, cards=_cards(talk, professions), buttons=("counselling",))
    elif wanted:
        talk.say("knowledge.occupation_hold", buttons=("counselling", "occupations"))
    else:
        talk.say("knowledge.which_occupation", buttons=("interests", "counselling"))


@action("action_demand")
def demand(talk: Talk) -> None:
    """Results of the Occupational Barometer for what the message names, each with its year and area."""
    wanted = set(_professions(talk))
    industries = set(named(talk, "industry"))
    topics = {industry for id_ in talk.entities("interest", "like") for industry in _industries_of(talk, id_)}
    if not talk.entities("profession") and industries | topics:
        wanted = set()
    talk.slot("subject", sorted(wanted))
    if not wanted | industries | topics:
        talk.say("knowledge.which_demand", buttons=[*industry_buttons(talk, "demand_of"), "counselling"])
        return
    groups = [group for group in talk.catalogue.all(Occupation) if wanted & set(group.professions)]
    if not groups and not wanted:
        fields = _railway_alone(industries or topics)
        groups = [g for g in talk.catalogue.all(Occupation) if fields & set(talk.catalogue.industries(g))]
    known = [group for group in groups if group.barometer or group.text("demand", talk.language)]
    if known:
        talk.say("knowledge.demand", cards=_cards(talk, known), buttons=("courses", "counselling"))
    else:
        talk.say("knowledge.demand_none", buttons=("counselling",), website=_barometer_site(talk))


@action("action_qualification")
def qualification(talk: Talk) -> None:
    """The qualifications of the codes in the message, else those of the occupations that it names."""
    codes = talk.entities("qualification") or CODE.findall(talk.words)
    records: list[Record] = [*_found(talk, Qualification, codes)]
    if not records and not codes:
        professions = _found(talk, Profession, _professions(talk))
        learned = dict.fromkeys(code for record in professions for codes in record.qualification_sets for code in codes)
        records = [*_found(talk, Qualification, learned)] or [*professions]
    if records:
        key = "knowledge.qualification" if len(records) >= len(codes) else "knowledge.qualification_partly"
        talk.say(key, cards=_cards(talk, records), buttons=("courses", "schools"))
    elif codes:
        talk.say("knowledge.qualification_hold", buttons=("counselling",))
    else:
        talk.say("knowledge.which_qualification", buttons=("occupations", "counselling"))


@action("action_schools")
def schools(talk: Talk) -> None:
    """The school that the message names; schools that teach the occupation, where the facts say so; or by industry."""
    places = [place for place in institutions_in(talk.catalogue, talk.words) if place.type in SCHOOLS]
    if places:
        talk.say("knowledge.school_named", cards=_cards(talk, places), buttons=("courses", "contact"))
        return
    wanted = talk.entities("profession") or _shown_professions(talk)
    if wanted:
        talk.slot("subject", wanted)
    every = [school for school in talk.catalogue.all(Institution) if school.type is InstitutionType.SCHOOL]
    teaching = [school for school in every if set(wanted) & set(school.professions)]
    if teaching:
        talk.say("knowledge.schools_profession", cards=_cards(talk, teaching), buttons=("courses", "counselling"))
        return
    learned = _found(talk, Profession, wanted)
    industries = {i for profession in learned for i in talk.catalogue.industries(profession)}
    industries = _railway_alone(industries | set(named(talk, "industry")))
    near = [school for school in every if industries & set(talk.catalogue.industries(school))]
    if near:
        key = "knowledge.schools_none" if wanted else "knowledge.schools"
        talk.say(key, cards=_cards(talk, near), buttons=("courses", "counselling"))
    elif wanted or industries:
        key = "knowledge.schools_unknown" if wanted else "knowledge.schools_unknown_field"
        talk.say(key, buttons=("contact", "counselling"))
    else:
        fields = industry_buttons(talk, "schools_of")
        talk.say("knowledge.which_school", buttons=[*fields, "counselling"], count=len(every))


def answer_about_occupations(talk: Talk, asked: list[str]) -> None:
    """Who teaches the occupations that were shown, whether there is work; pay and ages are not known."""
    if "teaching" in asked:
        schools(talk)
    elif "work" in asked:
        demand(talk)
    else:
        talk.say("knowledge.occupation_unknown", buttons=("counselling",))


def _professions(talk: Talk) -> list[str]:
    """The professions that the message names, else those that the talk is about, else those that the pupil learns."""
    slot = talk.tracker.get_slot
    return talk.entities("profession") or _shown_professions(talk) or list(slot("subject") or slot("profession") or [])


def _shown_professions(talk: Talk) -> list[str]:
    """The professions on the cards that were shown last: "a kto tego uczy?"."""
    found: list[str] = []
    for kind, id_ in talk.shown:
        if kind == "occupation" and talk.catalogue.find(Profession, id_):
            found.append(id_)
        elif kind == "occupation" and (group := talk.catalogue.find(Occupation, id_)):
            found += group.professions
    return list(dict.fromkeys(found))


def _industries_of(talk: Talk, interest: str) -> Iterable[str]:
    record = talk.catalogue.find(Interest, interest)
    if record and record.topic == RAILWAY:
        return (RAILWAY,)
    return record.industries if record else ()


def _railway_alone(industries: set[str]) -> set[str]:
    """Railways without the industry around them, in which the facts keep them: electricians are no railway workers."""
    return {RAILWAY} if RAILWAY in industries else industries


def _barometer_site(talk: Talk) -> str:
    record = talk.catalogue.find(BarometerInfo, BAROMETER)
    return record.website or "" if record else ""


def _found[R: Record](talk: Talk, model: type[R], ids: Iterable[str]) -> list[R]:
    return [record for id_ in ids if (record := talk.catalogue.find(model, id_))]


def _cards(talk: Talk, records: Iterable[Record]) -> list[dict[str, object]]:
    return [card(talk.catalogue, record, talk.language, talk.today) for record in list(records)[:MOST_CARDS]]
