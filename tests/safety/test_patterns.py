"""The pattern detector: every family in both languages, however it is typed; what only sounds grave stays harmless."""

import importlib.util
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.safety.detector import gravest
from api.safety.normal import squeeze, strip_diacritics
from api.safety.patterns import patterns
from api.settings import ROOT

FAMILIES = [
    ("crisis", "suicide", "Już nie chcę żyć.", "I want to kill myself."),
    ("crisis", "self_harm", "Tnę się, odkąd zaczęła się szkoła.", "I keep cutting myself."),
    ("crisis", "sexual_abuse", "Wujek mnie dotyka, gdy nikogo nie ma.", "He raped me at the party."),
    ("crisis", "running_away", "Uciekłem z domu i marznę.", "I ran away from home yesterday."),
    ("crisis", "danger_now", "Kolega nie oddycha!", "He is not breathing!"),
    ("report_violence", "home", "Ojciec mnie bije.", "My dad hits me when he is drunk."),
    ("report_violence", "school", "Chłopaki z klasy mnie gnębią.", "I am being bullied by my class."),
    (
        "report_violence",
        "placement",
        "Na stażu majster mnie wyzywa i się ociera o mnie.",
        "My boss touches me at the placement.",
    ),
    ("report_violence", "net", "Szantażuje mnie ktoś z internetu.", "Someone blackmails me online."),
    ("distress", "school_stress", "Mam ataki paniki przed egzaminem.", "I get panic attacks before exams."),
    ("distress", "alone", "Nikt mnie nie lubi.", "I feel so lonely."),
    ("distress", "family", "Rodzice się rozwodzą.", "My parents are getting a divorce."),
    ("distress", "eating", "Chyba mam anoreksję.", "I make myself throw up after meals."),
    ("distress", "substances", "Brat ćpa od roku.", "I am addicted to something."),
]
CASES = [(danger, family, line) for danger, family, *lines in FAMILIES for line in lines]
HARMLESS = [
    "umieram z nudów",
    "zabij mnie, znowu klasówka",
    "gdzie jest martwy punkt w lusterku",
    "tnę stal plazmą",
    "strzelił samobója w ostatniej minucie",
    "referat o depresji na jutro",
    "zabiłem bossa w grze",
    "nikt mnie nie bije, spokojnie",
    "uciekłem z lekcji na kebaba",
    "szef kuchni bije białka na pianę",
    "od kiedy są zapisy",
    "I'm dying of boredom",
    "mum is going to kill me for that grade",
    "dead end job",
    "how to cut steel",
    "suicide squad is a good film",
    "presentation about bullying",
    "I killed the boss in the game",
    "my feet are killing me",
    "ran out of time",
    "can you hook me up with a firm",
]


def found(text: str) -> str | None:
    """The gravest class that the patterns find."""
    return gravest({one.danger for one in patterns().read(text).found})


@pytest.mark.parametrize(("danger", "family", "line"), CASES)
def test_each_family_is_found_in_both_languages(danger: str, family: str, line: str) -> None:
    reading = patterns().read(line)
    assert (danger, family) in {(one.danger, one.family) for one in reading.found}


@pytest.mark.parametrize("line", HARMLESS)
def test_what_only_sounds_grave_is_let_pass(line: str) -> None:
    assert found(line) is None


def test_a_cry_beside_a_harmless_phrase_is_still_heard() -> None:
    assert found("umieram z nudów na lekcji, a tak serio nie chcę żyć") == "crisis"


@pytest.mark.parametrize(
    "line",
    [
        "z4b1j3 się",
        "z a b i j e   s i e",
        "z.a.b.i.j.e s.i.e",
        "zabijęęęę się",
        "ZABIJĘ SIĘ",
        "k i l l   m y s e l f",
        "su1c1de",
        "sucide",
        "s*icide",
    ],
)
def test_disguised_words_are_read(line: str) -> None:
    assert found(line) == "crisis"


GRAVE = [(danger, line) for danger, _, line in CASES]


@given(st.sampled_from(GRAVE))
@settings(max_examples=60, deadline=None)
def test_without_diacritics_or_in_capitals_nothing_is_lost(case: tuple[str, str]) -> None:
    danger, line = case
    assert found(strip_diacritics(line)) == found(line) == found(line.upper())
    assert gravest({danger, found(line) or ""}) == found(line)


@given(st.sampled_from(GRAVE), st.lists(st.integers(0, 80), max_size=12))
@settings(max_examples=80, deadline=None)
def test_doubled_letters_lose_nothing(case: tuple[str, str], places: list[int]) -> None:
    line = case[1]
    for place in places:
        at = place % len(line)
        if line[at].isalpha():
            line = line[:at] + line[at] * 3 + line[at + 1 :]
    assert found(line) == found(case[1])


@given(st.sampled_from([case for case in GRAVE if case[0] == "crisis"]), st.sampled_from([" ", ".", "-"]))
@settings(max_examples=60, deadline=None)
def test_gaps_between_letters_lose_no_crisis(case: tuple[str, str], gap: str) -> None:
    letters = "".join(character for character in case[1] if character.isalpha() or character == " ")
    assert found("   ".join(gap.join(word) for word in letters.split())) == "crisis"


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    patterns().read(text)
    patterns().speaks_of_another(text)


@pytest.mark.parametrize(
    ("line", "another"),
    [
        ("koleżanka pisze, że nie chce żyć", True),
        ("kolega napisał mi, że się zabije, co mam zrobić", True),
        ("my friend told me she wants to die", True),
        ("nie chcę żyć", False),
        ("kolega mnie bije", False),
        ("my brother hits me", False),
    ],
)
def test_the_third_person_is_told_from_the_first(line: str, another: bool) -> None:
    assert patterns().speaks_of_another(line) is another


def bot_text() -> ModuleType:
    """`bot/text.py`, which needs nothing of the bot's environment."""
    spec = importlib.util.spec_from_file_location("bot_text", ROOT / "bot" / "text.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@given(st.text(max_size=1200))
@settings(max_examples=100, deadline=None)
def test_the_encoder_sees_the_same_text_as_at_training(text: str) -> None:
    assert squeeze(text) == bot_text().squeeze(text)
    assert strip_diacritics(text) == bot_text().strip_diacritics(text)


TOPICS = [
    ("cyberprzemoc", True),
    ("cyberbullying w klasie", True),
    ("hejt i przemoc w naszej klasie", True),
    ("depresja i samookaleczenia", True),
    ("cyberprzemoc w mojej klasie", True),
    ("bije mnie chłopak z klasy, to przemoc", False),
    ("przemoc, tata mnie bije", False),
    ("chcę umrzeć przez ten hejt", False),
    ("koledzy mnie biją", False),
    ("szacunek i tolerancja", False),
    ("cyberbullying in our class", True),
    ("violence and hate online", True),
    ("self-harm and depression", True),
    ("bullying: they beat me up at school", False),
    ("violence at home, dad hits us", False),
    ("i want to die because of the bullying", False),
]


@pytest.mark.parametrize(("line", "names"), TOPICS)
def test_a_subject_is_told_from_a_report(line: str, names: bool) -> None:
    assert patterns().names_topic(line) is names
