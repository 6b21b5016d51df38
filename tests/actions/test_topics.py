"""What each topic answers from the facts, and what it says where the facts are silent."""

from datetime import timedelta
from typing import Any

import pytest

from api.catalogue import loader
from api.catalogue.kinds import KIND_OF, Institution, InternshipOffer, Occupation
from api.catalogue.view import Catalogue, build
from tests.actions.topic_turns import cards, facts, payloads, play, said, turn
from tests.catalogue.samples import FACTS, OFFER, TODAY


def ids(talk: Any) -> list[str]:
    return [card["id"] for card in cards(talk)]


@pytest.fixture(scope="module")
def with_offers() -> Catalogue:
    """The facts with an offer for cooks that is open and one that is over."""
    over = OFFER | {"id": "over", "apply_until": (TODAY - timedelta(days=1)).isoformat()}
    rows = [(row.kind, row.body) for row in loader.read(FACTS)]
    return build(1, [*rows, ("internship_offers", OFFER), ("internship_offers", over)], [])


def test_without_offers_that_is_said_and_the_rules_are_shown(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "szukam stażu", intent="ask_internships")
    play(talk, "action_internships")
    assert "nie mam teraz" in said(talk)
    assert ids(talk)[0] == "staz-uczniowski"
    assert all(card["source"]["title"] for card in cards(talk))


@pytest.mark.parametrize(
    ("entities", "slots"),
    [
        ({}, {}),
        ({"profession": "kucharz"}, {}),
        ({"industry": "gastronomic_tourist"}, {}),
        ({}, {"profession": ["kucharz"]}),
    ],
)
def test_an_open_offer_is_shown_to_whom_it_suits(with_offers: Catalogue, entities: dict, slots: dict) -> None:
    talk = turn(with_offers, "szukam stażu", intent="ask_internships", entities=entities, slots=slots)
    play(talk, "action_internships")
    assert ids(talk) == ["staz-testowy"]
    assert "Mam 1 ofertę" in said(talk)
    assert '/sign_up{"offer": "staz-testowy"}' in payloads(talk)


def test_an_offer_of_another_industry_is_not_shown_as_if_it_suited(with_offers: Catalogue) -> None:
    talk = turn(with_offers, "staż dla elektryka", intent="ask_internships", entities={"profession": "elektryk"})
    play(talk, "action_internships")
    assert "staz-testowy" not in ids(talk)
    assert "nie z Twojej branży" in said(talk)


def test_a_question_about_an_offer_is_answered_with_the_offer(with_offers: Catalogue) -> None:
    talk = turn(with_offers, "a ile płacą?", slots={"shown": [["internship", "staz-testowy"]]})
    play(talk, "action_follow_up")
    assert facts(cards(talk)[0])["Pieniądze"] == "stypendium z projektu"


@pytest.mark.parametrize("about", ["stipend", "length", "conditions", "contract"])
def test_the_buttons_about_internships_are_answered_from_the_facts(catalogue: Catalogue, about: str) -> None:
    talk = turn(catalogue, intent="ask_internships", entities={"about": about})
    play(talk, "action_internships")
    assert cards(talk)


def test_several_occupations_are_put_side_by_side_with_courses_and_ways_on(catalogue: Catalogue) -> None:
    entities = {"profession": ["elektryk", "kucharz"]}
    talk = turn(catalogue, "elektryk czy kucharz", intent="ask_occupation", entities=entities)
    slots = play(talk, "action_occupation")
    assert ids(talk) == ["elektryk", "kucharz"]
    assert "Kursy" in facts(cards(talk)[0])
    assert '/ask_schools{"profession": "kucharz"}' in payloads(talk)
    assert slots["subject"] == ["elektryk", "kucharz"]


def test_an_occupation_on_hold_is_not_described(catalogue: Catalogue) -> None:
    talk = turn(
        catalogue, "co robi technik robotyk", intent="ask_occupation", entities={"profession": "technik-robotyk"}
    )
    play(talk, "action_occupation")
    assert not cards(talk)
    assert "nic o nim nie powiem" in said(talk)


@pytest.mark.parametrize("shown", [["occupation", "kucharz"], ["occupation", "kucharze"]])
def test_who_teaches_it_is_about_the_occupation_that_was_shown(catalogue: Catalogue, shown: list[str]) -> None:
    talk = turn(catalogue, "a kto tego uczy?", slots={"shown": [shown]})
    play(talk, "action_follow_up")
    assert "zsg2" in ids(talk)


def test_work_after_the_schools_is_still_about_the_occupation(catalogue: Catalogue) -> None:
    slots = {"shown": [["school", "zsg2"]], "subject": ["kucharz"]}
    talk = turn(catalogue, "a jest po tym praca?", slots=slots)
    play(talk, "action_follow_up")
    assert cards(talk)
    for card in cards(talk):
        group = catalogue.find(Occupation, card["id"])
        assert group is not None
        assert "kucharz" in group.professions


def test_demand_names_year_and_area_and_the_missing_city(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "czy jest praca dla kucharza", intent="ask_demand", entities={"profession": "kucharz"})
    play(talk, "action_demand")
    assert "Krakowa nie mam" in said(talk)
    rows = [label for card in cards(talk) for label in facts(card) if label.startswith("Barometr")]
    assert rows
    assert all(label[-4:].isdigit() for label in rows)


def test_demand_that_is_not_in_the_facts_is_unknown(catalogue: Catalogue) -> None:
    known = {profession for group in catalogue.all(Occupation) for profession in group.professions}
    assert "technik-programista" not in known
    talk = turn(catalogue, "praca", intent="ask_demand", entities={"profession": "technik-programista"})
    play(talk, "action_demand")
    assert not cards(talk)
    assert "barometrzawodow.pl" in said(talk)


def test_a_code_on_hold_is_not_explained_and_a_known_one_is(catalogue: Catalogue) -> None:
    hidden = turn(catalogue, "MEC.01", intent="ask_qualification", entities={"qualification": "MEC.01"})
    play(hidden, "action_qualification")
    assert not cards(hidden)
    both = turn(
        catalogue, "MEC.01 i MEC.05", intent="ask_qualification", entities={"qualification": ["MEC.01", "MEC.05"]}
    )
    play(both, "action_qualification")
    assert ids(both) == ["MEC.05"]
    assert "Nie wszystkie" in said(both)


def test_the_qualifications_of_an_occupation_are_its_sets(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "kwalifikacje kucharza", intent="ask_qualification", entities={"profession": "kucharz"})
    play(talk, "action_qualification")
    assert ids(talk) == ["HGT.02"]


@pytest.mark.parametrize(
    ("profession", "words", "schools"),
    [("fotograf", "Te szkoły uczą", ["zspm"]), ("elektryk", "Nie mam potwierdzonej", ["zsel1", "zse2", "zsl"])],
)
def test_schools_teach_only_what_the_facts_say(
    catalogue: Catalogue, profession: str, words: str, schools: list[str]
) -> None:
    talk = turn(catalogue, "kto uczy", intent="ask_schools", entities={"profession": profession})
    play(talk, "action_schools")
    assert words in said(talk)
    assert ids(talk) == schools


def test_a_school_or_the_centre_that_is_named_is_shown(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "co to jest CKZ", intent="ask_schools")
    play(talk, "action_schools")
    assert ids(talk) == ["ckz-krakow"]


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("jaki numer ma WUP?", ["wup-krakow"], "potwierdzony"),
        ("telefon do ZSM 1", ["zsm1"], "Nie mam potwierdzonego numeru"),
        ("adres ZSM 2", ["zsm2"], "Nie mam potwierdzonego adresu"),
        ("do której czynne Cogiteon", ["cogiteon"], "Godzin otwarcia"),
        ("numer do ośrodka kariery", ["kok"], "Nie mam potwierdzonego telefonu, adresu ani strony"),
        ("adres poradni nr 1", [], "nie mam jeszcze potwierdzonych"),
        ("kontakt", [], "O które miejsce"),
    ],
)
def test_a_contact_is_given_only_where_it_is_confirmed(
    catalogue: Catalogue, text: str, found: list[str], words: str
) -> None:
    talk = turn(catalogue, text, intent="ask_contact")
    play(talk, "action_contact")
    assert ids(talk) == found
    assert words in said(talk)


def test_no_contact_on_any_card_is_one_that_the_facts_do_not_confirm(catalogue: Catalogue) -> None:
    raw = {row.id: row.body for row in loader.read(FACTS) if row.kind == KIND_OF[Institution]}
    for place in catalogue.all(Institution):
        talk = turn(catalogue, f"telefon i adres: {place.name('pl')}", intent="ask_contact")
        play(talk, "action_contact")
        for card in cards(talk):
            body = raw[card["id"]]
            hidden = {"phone", "address", "email"} & set(body["unverified_fields"])
            if body["status"] == "unknown_contact":
                hidden = {"phone", "address", "email"}
            shown = str(card["facts"])
            assert not [field for field in hidden if body[field] and body[field] in shown]


@pytest.mark.parametrize(
    ("entities", "words", "first"),
    [
        ({"industry": "photography"}, "nie mam potwierdzonego miejsca", "cogiteon"),
        ({"industry": "gastronomic_tourist"}, "pasują", "cogiteon"),
        ({}, "z bliska", "cogiteon"),
    ],
)
def test_science_places_by_industry(catalogue: Catalogue, entities: dict, words: str, first: str) -> None:
    talk = turn(catalogue, "gdzie zobaczyć technikę", intent="ask_science_places", entities=entities)
    play(talk, "action_science_places")
    assert words in said(talk)
    assert ids(talk)[0] == first


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("poradnia", "bezpłatna"),
        ("czy do poradni trzeba skierowanie", "nie jest potrzebne"),
        ("co na pierwszej wizycie w poradni", "nie mam potwierdzonego"),
        ("do której poradni mam iść", "Nie mam listy"),
        ("czy rodzice muszą się zgodzić na poradnię", "rodzic lub opiekun"),
    ],
)
def test_the_clinics_answer_by_their_rules(catalogue: Catalogue, text: str, key: str) -> None:
    talk = turn(catalogue, text, intent="ask_clinic")
    play(talk, "action_clinic")
    assert key in said(talk)
    assert "clinic-urgent" not in str(cards(talk))


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("kierunek kariera zawodowa", ["kierunek-kariera-zawodowa"], "zakończył"),
        ("kierunek kariera", ["kierunek-kariera"], "zakończył"),
        ("co to bilans kariery", ["bilans-kariery"], "od 18 lat"),
        ("bon szkoleniowy", ["bon-szkoleniowy"], "od 18 lat"),
    ],
)
def test_a_programme_that_is_named_is_shown_with_its_state(
    catalogue: Catalogue, text: str, found: list[str], words: str
) -> None:
    talk = turn(catalogue, text, intent="ask_adult_programme")
    play(talk, "action_adult_programme")
    assert ids(talk) == found
    assert words in said(talk)
    if "kariera" in text and "bilans" not in text:
        assert "Małopolski pociąg do kariery" in facts(cards(talk)[0])["Następca"]


def test_returnees_get_the_old_programme_as_ended_and_the_office(catalogue: Catalogue) -> None:
    talk = turn(catalogue, "wracam z Anglii", intent="ask_returnee_programme")
    play(talk, "action_returnee_programme")
    assert ids(talk) == ["nowy-start-w-malopolsce", "wup-krakow"]
    assert "zakończył" in str(cards(talk)[0]["subtitle"])
    assert "EURES" not in str(cards(talk)), "the follow-up is on hold"


def test_an_offer_ends_with_its_last_day(with_offers: Catalogue) -> None:
    open_one, over = with_offers.all(InternshipOffer)
    assert open_one.is_open(TODAY)
    assert not over.is_open(TODAY)
