"""Questions about occupations, the demand for them, qualifications, schools and contacts."""

from collections.abc import Iterable

from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import card
from api.catalogue.kinds import Institution, InstitutionType, Interest, Occupation, Profession, Qualification, Record

MOST_CARDS = 3


@action("action_occupation")
def occupation(talk: Talk) -> None:
    """The occupations that the message names, else those that the pupil has told."""
    professions = _found(talk, Profession, _professions(talk))
    if professions:
        talk.say("knowledge.occupation", cards=_cards(talk, professions), buttons=("demand", "schools", "counselling"))
    else:
        talk.say("knowledge.which_occupation", buttons=("interests", "counselling"))


@action("action_demand")
def demand(talk: Talk) -> None:
    """Results of the Occupational Barometer for what the message names, each with its year and area."""
    wanted = set(_professions(talk))
    industries = set(talk.entities("industry"))
    topics = {industry for id_ in talk.entities("interest", "like") for industry in _industries_of(talk, id_)}
    if not wanted | industries | topics:
        talk.say("knowledge.which_demand", buttons=("occupations", "counselling"))
        return
    groups = [group for group in talk.catalogue.all(Occupation) if wanted & set(group.professions)]
    if not groups and not wanted:
        groups = [g for g in talk.catalogue.all(Occupation) if (industries or topics) & set(g.industries)]
    known = [group for group in groups if group.barometer or group.text("demand", talk.language)]
    if known:
        talk.say("knowledge.demand", cards=_cards(talk, known), buttons=("courses", "counselling"))
    else:
        talk.say("knowledge.demand_none", buttons=("counselling",))


@action("action_qualification")
def qualification(talk: Talk) -> None:
    """The qualifications of the codes in the message, else those of the occupations that it names."""
    codes = talk.entities("qualification")
    records: list[Record] = [*_found(talk, Qualification, codes)]
    if not records and not codes:
        records = [*_found(talk, Profession, _professions(talk))]
    if records:
        talk.say("knowledge.qualification", cards=_cards(talk, records), buttons=("courses", "schools"))
    elif codes:
        talk.say("knowledge.qualification_hold", buttons=("counselling",))
    else:
        talk.say("knowledge.which_qualification", buttons=("occupations", "counselling"))


@action("action_schools")
def schools(talk: Talk) -> None:
    """Schools that teach the occupation, where the facts say so; else schools of its industry, or all."""
    wanted = talk.entities("profession")
    every = [school for school in talk.catalogue.all(Institution) if school.type is InstitutionType.SCHOOL]
    teaching = [school for school in every if set(wanted) & set(school.professions)]
    if teaching:
        talk.say("knowledge.schools_profession", cards=_cards(talk, teaching), buttons=("courses", "counselling"))
        return
    industries = {i for profession in _found(talk, Profession, wanted) for i in profession.industries}
    industries |= set(talk.entities("industry"))
    near = [school for school in every if industries & set(school.industries)] if industries else every
    key = "knowledge.schools_none" if wanted else "knowledge.schools"
    talk.say(key, cards=_cards(talk, near or every), buttons=("courses", "counselling"))


@action("action_contact")
def contact(talk: Talk) -> None:
    """Confirmed contacts of the institutions of the named industry; otherwise say that there is no confirmed number."""
    industries = {i for p in _found(talk, Profession, talk.entities("profession")) for i in p.industries}
    industries |= set(talk.entities("industry"))
    near = [
        institution
        for institution in talk.catalogue.all(Institution)
        if industries & set(institution.industries) and (institution.website or institution.phone)
    ]
    if near:
        talk.say("knowledge.contact", cards=_cards(talk, near), buttons=("schools", "counselling"))
    else:
        talk.say("knowledge.contact_none", buttons=("schools", "clinic", "counselling"))


def _professions(talk: Talk) -> list[str]:
    """The professions that the message names, else those that the pupil learns."""
    return talk.entities("profession") or list(talk.tracker.get_slot("profession") or [])


def _industries_of(talk: Talk, interest: str) -> Iterable[str]:
    record = talk.catalogue.find(Interest, interest)
    return record.industries if record else ()


def _found[R: Record](talk: Talk, model: type[R], ids: Iterable[str]) -> list[R]:
    return [record for id_ in ids if (record := talk.catalogue.find(model, id_))]


def _cards(talk: Talk, records: Iterable[Record]) -> list[dict[str, object]]:
    return [card(talk.catalogue, record, talk.language, talk.today) for record in list(records)[:MOST_CARDS]]
