"""The topics beside the main job, as conversations over HTTP: both languages, follow-up questions, buttons, forms."""

import pytest

from tests.e2e.pupil import Pupil, Reply
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

BY_LANGUAGE = pytest.mark.parametrize("language", ["pl", "en"])


def ids(reply: Reply) -> list[str]:
    """The ids of all cards; every card names its source."""
    assert all(card["source"]["title"] for card in reply.cards)
    return [card["id"] for card in reply.cards]


def values(reply: Reply) -> str:
    """All that stands on the cards."""
    return " ".join(fact["value"] for card in reply.cards for fact in card["facts"])


def talk(system: System, language: str, *turns: str) -> list[Reply]:
    """One conversation; a turn that begins with a slash presses that button."""
    pupil = Pupil(system.url, language)
    replies = [pupil.press(said) if said.startswith("/") else pupil.say(said) for said in turns]
    assert all(reply.outcome == "answered" for reply in replies)
    assert all(reply.languages == {language} for reply in replies)
    return replies


@pytest.mark.parametrize(
    ("language", "turns", "unknown", "age"),
    [
        (
            "pl",
            ("macie kurs spawania MAG?", "a ile to kosztuje?", "od ilu lat?", "kiedy najbliższy?"),
            "nie mam",
            "18 lat",
        ),
        (
            "en",
            ("a MAG welding course?", "how much does it cost?", "from what age?", "when is the next one?"),
            "no confirmed",
            "18 years",
        ),
    ],
)
def test_short_questions_are_about_the_courses_that_were_shown(
    system: System, language: str, turns: tuple[str, ...], unknown: str, age: str
) -> None:
    found, price, years, date = talk(system, language, *turns)
    assert "spaw-mag" in ids(found)
    assert ids(price) == ids(years) == ids(date) == ids(found)
    assert unknown in values(price)
    assert age in values(years)


@BY_LANGUAGE
def test_details_by_a_button_and_the_interest_list_where_there_is_no_edition(system: System, language: str) -> None:
    pupil = Pupil(system.url, language)
    shown = pupil.say("kurs CNC" if language == "pl" else "a CNC course")
    (card,) = [card for card in shown.cards if card["id"] == "cnc"]
    details = pupil.press(card["buttons"][0]["payload"])
    assert ids(details) == ["cnc"]
    assert '/sign_up{"course_type": "cnc"}' in details.buttons.values()
    assert "CKZ" in str(details.cards), "who knows the rest"


@pytest.mark.parametrize(
    ("language", "said", "mark"),
    [
        ("pl", "jakieś kursy w grudniu?", "przykład"),
        ("pl", "co jest po feriach?", "ferii"),
        ("pl", "gdzie są wolne miejsca?", "przykład"),
        ("en", "any courses in December?", "example"),
        ("en", "any courses after new year?", "example"),
    ],
)
def test_courses_by_time_and_free_seats(system: System, language: str, said: str, mark: str) -> None:
    (reply,) = talk(system, language, said)
    assert {card["kind"] for card in reply.cards} == {"course"}
    assert mark in reply.text


@pytest.mark.parametrize(
    ("language", "opens", "asks", "answers", "tells"),
    [
        ("pl", "macie jakieś kursy?", "a ile to kosztuje?", "Cen kursów nie mam", "lubię gotować"),
        ("en", "got any courses?", "how much does it cost?", "no confirmed prices", "I like cooking"),
    ],
)
def test_a_question_inside_the_guidance_is_answered_and_the_form_goes_on(
    system: System, language: str, opens: str, asks: str, answers: str, tells: str
) -> None:
    _, asked, found = talk(system, language, opens, asks, tells)
    assert answers in asked.text
    assert len(asked.messages) == 2, "the form asks again"
    assert {card["kind"] for card in found.cards} == {"course"}


@pytest.mark.parametrize(
    ("language", "turns"),
    [("pl", ("szukam stażu", "a ile płacą?", "kto może?")), ("en", ("any internships?", "do they pay?", "who can?"))],
)
def test_internships_their_rules_and_the_stipend_of_the_past_round(
    system: System, language: str, turns: tuple[str, ...]
) -> None:
    first, pay, who = talk(system, language, *turns)
    assert "staz-uczniowski" in ids(first)
    assert ids(pay) == ["staz-ckz-krakow"]
    assert ids(who)[0] == "staz-uczniowski"
    for payload in first.buttons.values():
        assert payload.startswith("/")


@pytest.mark.parametrize(
    ("language", "turns"),
    [
        ("pl", ("co robi kucharz i fotograf?", "a kto tego uczy?", "a jest po tym praca?")),
        ("en", ("what does a cook and a photographer do?", "who teaches it?", "is there work?")),
    ],
)
def test_occupations_then_schools_then_demand(system: System, language: str, turns: tuple[str, ...]) -> None:
    jobs, schools, demand = talk(system, language, *turns)
    assert ids(jobs) == ["kucharz", "fotograf"]
    assert {"zsg2", "zspm"} <= set(ids(schools))
    assert ids(demand) == ["kucharze"]
    assert "Krak" in demand.text
    assert "→" in values(demand)


@pytest.mark.parametrize(("language", "said"), [("pl", "co to jest MEC.05?"), ("en", "what is MEC.05?")])
def test_a_code_is_explained(system: System, language: str, said: str) -> None:
    (reply,) = talk(system, language, said)
    assert ids(reply) == ["MEC.05"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("pl", "gdzie mogę zobaczyć eksperymenty?"), ("en", "are there any science museums I could visit?")],
)
def test_science_places_and_one_industry_by_a_button(system: System, language: str, said: str) -> None:
    pupil = Pupil(system.url, language)
    places = pupil.say(said)
    assert {card["kind"] for card in places.cards} == {"science_place"}
    food = pupil.press('/ask_science_places{"industry": "gastronomic_tourist"}')
    assert ids(food) == ["cogiteon"]


@pytest.mark.parametrize(
    ("language", "turns", "words"),
    [
        (
            "pl",
            (
                "jak się zapisać do poradni?",
                "czy trzeba skierowanie?",
                "a bez zgody rodziców?",
                "która poradnia jest moja?",
            ),
            ("bezpłatna", "nie jest potrzebne", "rodzic", "Nie mam listy"),
        ),
        (
            "en",
            (
                "where can I see a psychologist?",
                "do I need a referral?",
                "and without my parents?",
                "which clinic is mine?",
            ),
            ("free", "no referral", "parent", "no list"),
        ),
    ],
)
def test_the_clinics_question_by_question(
    system: System, language: str, turns: tuple[str, ...], words: tuple[str, ...]
) -> None:
    for reply, word in zip(talk(system, language, *turns), words, strict=True):
        assert word in reply.text
        assert {card["kind"] for card in reply.cards} == {"clinic"}


@BY_LANGUAGE
def test_the_first_visit_to_a_clinic_is_unknown_and_who_knows_is_said(system: System, language: str) -> None:
    pupil = Pupil(system.url, language)
    pupil.say("gdzie jest poradnia psychologiczna?" if language == "pl" else "where is the psychological clinic?")
    visit = pupil.press('/ask_clinic{"about": "visit"}')
    assert ("pedagog" if language == "pl" else "school counsellor") in visit.text


@pytest.mark.parametrize(
    ("language", "said", "programme", "ended"),
    [
        ("pl", "co to jest Kierunek Kariera Zawodowa?", "kierunek-kariera-zawodowa", "zakończył"),
        ("en", "what is Kierunek Kariera?", "kierunek-kariera", "ended"),
    ],
)
def test_an_ended_programme_is_not_offered_as_open(
    system: System, language: str, said: str, programme: str, ended: str
) -> None:
    (reply,) = talk(system, language, said)
    assert ids(reply) == [programme]
    assert ended in reply.text


@pytest.mark.parametrize(
    ("language", "turns", "verdict"),
    [
        (
            "pl",
            ("czy mogę dostać bon szkoleniowy?", "mam 34 lata", "kim ty jesteś?", "a ile to kosztuje?", "pracuję",
             "nie, jednak nie pracuję", "tak", "nie"),
            "Raczej nie",
        ),
        (
            "en",
            ("can I get a training voucher?", "I am 34 years old", "who are you?", "how much does it cost?", "I work",
             "no, I don't work", "yes", "no"),
            "Probably not",
        ),
    ],
)  # fmt: skip
def test_the_eligibility_talk_with_interruptions_and_a_correction(
    system: System, language: str, turns: tuple[str, ...], verdict: str
) -> None:
    replies = talk(system, language, *turns)
    asked = [reply.messages[-1]["text"] for reply in replies]
    assert asked[1] == asked[2] == asked[3], "after each interruption the question comes back"
    assert len(replies[2].messages) == len(replies[3].messages) == 2
    assert verdict in replies[-1].text
    assert ids(replies[-1]) == ["pociag-do-kariery-s1", "wup-krakow"]


@BY_LANGUAGE
def test_the_eligibility_talk_by_buttons_and_for_a_minor(system: System, language: str) -> None:
    pupil = Pupil(system.url, language)
    programmes = pupil.say("programy dla pracujących" if language == "pl" else "programmes for working adults")
    start = next(payload for payload in programmes.buttons.values() if "check" in payload)
    pupil.press(start)
    yes = pupil.press('/inform_qualification{"age": "18"}')
    assert '/deny{"answer": "skipped"}' in yes.buttons.values()
    pupil.press('/affirm{"answer": "employed"}')
    verdict = pupil.press("/affirm")
    assert ("Prawdopodobnie tak" if language == "pl" else "Probably yes") in verdict.text
    pupil.press(start)
    minor = pupil.press('/inform_qualification{"age": "17"}')
    assert "18" in minor.text
    assert not minor.cards


@BY_LANGUAGE
def test_all_questions_of_the_eligibility_talk_can_be_left_out(system: System, language: str) -> None:
    start = "czy mogę dostać bon szkoleniowy?" if language == "pl" else "can I get a training voucher?"
    replies = talk(system, language, start, *['/deny{"answer": "skipped"}'] * 4)
    assert ("nie wiem na pewno" if language == "pl" else "can't tell for sure") in replies[-1].text


@BY_LANGUAGE
def test_stop_leaves_the_eligibility_talk(system: System, language: str) -> None:
    start = "czy mogę dostać bon szkoleniowy?" if language == "pl" else "can I get a training voucher?"
    _, _, after = talk(system, language, start, "stop", "cześć" if language == "pl" else "hello there")
    assert len(after.messages) == 1, "the form's question must not come back"


@pytest.mark.parametrize(
    ("language", "said", "office"),
    [("pl", "wracam z Anglii, co jest dla mnie?", "WUP"), ("en", "I came back from the UK, is there help?", "Labour")],
)
def test_returnees_get_the_office_with_its_confirmed_number(
    system: System, language: str, said: str, office: str
) -> None:
    (reply,) = talk(system, language, said)
    assert ids(reply) == ["nowy-start-w-malopolsce", "wup-krakow"]
    assert "12 424 07 38" in values(reply)
    assert office in str(reply.cards)


@pytest.mark.parametrize(
    ("language", "said", "found", "words"),
    [
        ("pl", "jaki numer telefonu ma WUP?", ["wup-krakow"], "potwierdzony"),
        ("pl", "podaj telefon do ZSM nr 1", ["zsm1"], "Nie mam potwierdzonego numeru"),
        ("pl", "podaj numer do krakowskiego ośrodka kariery", ["kok"], "Nie mam potwierdzonego"),
        ("en", "phone number of the labour office", ["wup-krakow"], "confirmed"),
        ("en", "what is the phone number of ZSM 1?", ["zsm1"], "no confirmed phone number"),
    ],
)
def test_contacts_of_a_named_institution(
    system: System, language: str, said: str, found: list[str], words: str
) -> None:
    (reply,) = talk(system, language, said)
    assert ids(reply) == found
    assert words in reply.text


@BY_LANGUAGE
def test_a_complaint_goes_on_to_a_person_who_can_be_left_again(system: System, language: str) -> None:
    polish = ("jesteś do niczego", "nic nie umiesz, beznadzieja")
    words = polish if language == "pl" else ("you are useless", "you are so stupid")
    pupil = Pupil(system.url, language)
    said = []
    for complaint in words:
        said.append(pupil.say(complaint))
        assert said[-1].outcome == "handed_over"
        assert pupil.press("/back_to_bot").outcome == "answered"
    assert said[0].text != said[1].text
    assert pupil.say("co umiesz?" if language == "pl" else "what can you do?").outcome == "answered"


@BY_LANGUAGE
def test_starting_over_forgets_what_the_pupil_likes(system: System, language: str) -> None:
    english = ("I like cooking", "start over", "any courses?")
    turns = ("lubię gotować", "od nowa", "jakieś kursy?") if language == "pl" else english
    found, fresh, asked = talk(system, language, *turns)
    assert found.cards
    assert fresh.text
    assert not asked.cards, "the form must ask again"


@BY_LANGUAGE
def test_the_menu_has_a_second_page(system: System, language: str) -> None:
    pupil = Pupil(system.url, language)
    menu = pupil.say("co umiesz?" if language == "pl" else "what can you do?")
    more = pupil.press(next(payload for payload in menu.buttons.values() if "more" in payload))
    for payload in more.buttons.values():
        if payload not in ("/change_language", "/ask_human"):
            assert pupil.press(payload).outcome == "answered"
