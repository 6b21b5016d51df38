"""Institutions are found by official names, inflected, by what pupils call them, and with a typo."""

import pytest

from actions.lexicon import words_of
from actions.naming import institutions_in, names_a_hidden_one
from api.catalogue import loader
from api.catalogue.kinds import Institution
from api.catalogue.view import Catalogue
from tests.catalogue.samples import FACTS


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("telefon do zespołu szkół mechanicznych nr 1", ["zsm1"]),
        ("gdzie jest ZSM 2?", ["zsm2"]),
        ("mechanik nr 2 adres", ["zsm2"]),
        ("podaj numer do krakowskiego ośrodka kariery", ["kok"]),
        ("jaki adres ma WUP", ["wup-krakow"]),
        ("phone number of the labour office", ["wup-krakow"]),
        ("strona technikum łączności", ["zsl"]),
        ("where is Cogiteon?", ["cogiteon"]),
        ("gdzie jest kogiteonn", ["cogiteon"]),
        ("adres poradni nr 4", ["ppp4"]),
        ("zsg1 czy zsg2", ["zsg1", "zsg2"]),
        ("gdzie jest kolejówka", ["zs1-kolejowe"]),
        ("kuratorium oswiaty", ["kuratorium"]),
        ("numer do szkoły", []),
        ("kto uczy elektryka", []),
    ],
)
def test_an_institution_is_found_by_what_pupils_call_it(catalogue: Catalogue, text: str, ids: list[str]) -> None:
    assert [place.id for place in institutions_in(catalogue, text)] == ids


def test_every_institution_is_found_by_its_own_name(catalogue: Catalogue) -> None:
    for place in catalogue.all(Institution):
        for language in ("pl", "en"):
            assert place in institutions_in(catalogue, f"adres: {place.name(language)}"), place.id


@pytest.mark.parametrize("text", ["adres poradni nr 1", "telefon do grodzkiego urzędu pracy", "numer do OIK"])
def test_an_institution_on_hold_is_recognised_and_not_given(catalogue: Catalogue, text: str) -> None:
    assert institutions_in(catalogue, text) == []
    assert names_a_hidden_one(catalogue, text)


def test_every_alias_belongs_to_an_institution_of_the_facts() -> None:
    known = {row.id for row in loader.read(FACTS) if row.kind == "institutions"}
    assert set(words_of("institutions")) <= known
