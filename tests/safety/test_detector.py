"""How the phrases and the classifier decide together, and how the classifier reads its file."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from api.safety.classifier import Classifier, DamagedModel
from api.safety.detector import (
    BESIDE_ALARM,
    BESIDE_HARMLESS,
    CALM_BELOW,
    SURELY_HARMLESS,
    THRESHOLDS,
    WITH_HINT,
    Detector,
)
from api.safety.letters import COLUMNS, columns
from api.safety.normal import undisguised

CLASSES = ("none", "crisis", "report_violence", "distress")
SIZE, HIDDEN, NETWORKS = 384, 5, 2
# The class of each family: two kinds of harmless lines, two of distress.
OF_CLASS = np.array([0, 3, 1, 0, 2, 3])


class Sure:
    """A classifier that finds every text equally likely of each gravity, and of none beyond."""

    def __init__(self, crisis: float = 0.0, violence: float = 0.0, distress: float = 0.0) -> None:
        violence = max(crisis, violence)
        self._severity = {"crisis": crisis, "report_violence": violence, "distress": max(violence, distress)}

    def severity(self, text: str) -> dict[str, float]:
        return self._severity


def notice(folder: Path, text: str, classifier: Sure | None) -> str | None:
    """The class that is noticed with this classifier."""
    detector = Detector(folder)
    detector._classifier = classifier  # type: ignore[assignment]
    alarm = detector.notice(text).alarm
    return alarm.danger if alarm else None


def test_the_thresholds_are_in_order() -> None:
    for name in THRESHOLDS:
        assert SURELY_HARMLESS[name] < WITH_HINT[name] < THRESHOLDS[name] < BESIDE_HARMLESS[name]


def test_the_classifier_alone_is_enough(tmp_path: Path) -> None:
    likely = THRESHOLDS["crisis"]
    assert notice(tmp_path, "zwykłe słowa", Sure(crisis=likely)) == "crisis"
    assert notice(tmp_path, "zwykłe słowa", Sure(crisis=likely - 0.01)) is None


@pytest.mark.parametrize(
    "text",
    [
        "nie wiem co chce robic w zyciu",
        "Hej, nie wiem, kim chcę być w życiu po szkole.",
        "nie mam pomysłu na życie",
        "co mam robić w życiu?",
        "i dont know what to do with my life",
        "I still don't know what I want to be in life",
        "what should I do with my life?",
        "co do mnie pasuje",
        "bez kontaktu",
        "Hejt i cyberprzemoc",
        "Hate and cyberbullying",
        "nic nie umiesz, beznadzieja",
        "pa",
        "no, papa, dzięki!",
        "thank you, goodbye",
    ],
)
def test_what_the_bot_is_for_or_told_in_anger_and_words_of_its_buttons_are_no_alarm(tmp_path: Path, text: str) -> None:
    assert notice(tmp_path, text, Sure(crisis=0.98)) is None


@pytest.mark.parametrize(
    "told",
    [
        "mam {} lat",
        "No, ja mam już {} lat.",
        "mam prawie {}",
        "{}",
        "{} lat",
        "jestem w 3 klasie technikum, mam {} lat",
        "I'm {}",
        "hi, i am {} years old",
        "{} yo",
        "I'm in second year of technikum and I'm {}",
    ],
)
def test_an_age_or_a_class_is_no_alarm(tmp_path: Path, told: str) -> None:
    """The bot asks for them, and the classifier heard a crisis in "mam 14 lat"."""
    taken = [age for age in range(13, 22) if notice(tmp_path, told.format(age), Sure(crisis=0.98))]
    assert not taken


@pytest.mark.parametrize(
    "text",
    [
        "już nie wiem, co robić w życiu",
        "mam 14 lat i mam dość",
        "mam 14 lat i nie mam już siły",
        "mam 14 lat a on 30",
        "i'm 15 and i'm done",
        "nie wiem, czy chcę być w życiu",
        "nie wiem co chcę robić w życiu, nie chcę żyć",
        "nie wiem, co robić",
        "pa, na zawsze",
        "goodbye everyone",
        "ojciec mówi: nic nie umiesz",
        "nic nie umiesz, mam dość",
        "beznadzieja",
        "I don't know what to do with my life anymore",
        "I don't know what to do with my life, I hate it",
        "I don't know what to do",
    ],
)
def test_whatever_is_said_beside_it_is_looked_at(tmp_path: Path, text: str) -> None:
    assert notice(tmp_path, text, Sure(crisis=0.98)) == "crisis"


@pytest.mark.parametrize("words", ["skoczę", "brakuje mi odwagi"])
def test_a_hint_alone_is_nothing_and_lowers_the_threshold(tmp_path: Path, words: str) -> None:
    assert notice(tmp_path, words, None) is None
    assert notice(tmp_path, words, Sure(crisis=WITH_HINT["crisis"])) == "crisis"


def test_beside_a_harmless_phrase_the_classifier_must_be_surer(tmp_path: Path) -> None:
    assert notice(tmp_path, "umieram z nudów", Sure(crisis=THRESHOLDS["crisis"])) is None
    assert notice(tmp_path, "umieram z nudów", Sure(crisis=BESIDE_HARMLESS["crisis"])) == "crisis"


def test_a_phrase_counts_unless_there_is_surely_nothing(tmp_path: Path) -> None:
    assert notice(tmp_path, "ojciec mnie bije", None) == "report_violence"
    assert notice(tmp_path, "ojciec mnie bije", Sure(distress=SURELY_HARMLESS["report_violence"])) == "report_violence"
    assert notice(tmp_path, "ojciec mnie bije", Sure(distress=SURELY_HARMLESS["report_violence"] - 0.01)) is None


@pytest.mark.parametrize(
    ("text", "classifier", "calm"),
    [
        ("zwykłe słowa", Sure(distress=CALM_BELOW - 0.01), True),
        ("zwykłe słowa", Sure(distress=CALM_BELOW), False),
        ("zwykłe słowa", Sure(distress=0.9), False),
        ("zwykłe słowa", None, False),
        ("mam 16 lat", None, True),
    ],
)
def test_the_detectors_say_when_they_are_sure_that_nothing_is_wrong(
    tmp_path: Path, text: str, classifier: Sure | None, calm: bool
) -> None:
    detector = Detector(tmp_path)
    detector._classifier = classifier  # type: ignore[assignment]
    assert detector.notice(text).calm is calm


@pytest.mark.parametrize(("danger", "graver"), [(one, other) for one in BESIDE_ALARM for other in BESIDE_ALARM[one]])
def test_an_alarm_is_a_graver_one_from_less(tmp_path: Path, danger: str, graver: str) -> None:
    argument = {"report_violence": "violence"}
    noticed, likely = {argument.get(danger, danger): 0.9}, BESIDE_ALARM[danger][graver]
    assert likely < THRESHOLDS[graver]
    assert notice(tmp_path, "zwykłe słowa", Sure(**noticed, **{argument.get(graver, graver): likely})) == graver
    assert notice(tmp_path, "zwykłe słowa", Sure(**noticed, **{argument.get(graver, graver): likely - 0.01})) == danger


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("z4b1j3 się", "zabije się"),
        ("k i l l   m y s e l f", "kill myself"),
        ("su1c1de", "suicide"),
        ("MEC.05, klasa 2b", None),
        ("mam 15 lat", None),
    ],
)
def test_a_disguise_is_taken_off(typed: str, meant: str | None) -> None:
    assert undisguised(typed) == meant


def weights() -> dict[str, np.ndarray]:
    """Weights as training writes them, at random."""
    random = np.random.default_rng(1)
    shapes = {
        "mean": (SIZE,),
        "hidden": (NETWORKS, SIZE, HIDDEN),
        "hidden_bias": (NETWORKS, HIDDEN),
        "out": (NETWORKS, HIDDEN, len(OF_CLASS)),
        "out_bias": (NETWORKS, len(OF_CLASS)),
        "letters": (COLUMNS, len(OF_CLASS)),
        "letters_bias": (len(OF_CLASS),),
    }
    made = {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    worth = 1 + random.random(COLUMNS, dtype=np.float32)
    return {**made, "of_class": OF_CLASS, "worth": worth, "spread": np.ones(SIZE, dtype=np.float32)}


def stored(folder: Path, made: dict[str, np.ndarray] | None = None) -> Path:
    """A file as training writes it, with its note."""
    file = folder / "safety.npz"
    np.savez_compressed(file, classes=np.array(CLASSES), **(made or weights()))  # type: ignore[arg-type]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_suffix(".json").write_text(json.dumps({"sha256": digest}), encoding="utf-8")
    return file


def test_meaning_and_letters_are_calculated_apart_and_averaged(tmp_path: Path) -> None:
    classifier, of = Classifier(stored(tmp_path)), weights()
    vectors = np.random.default_rng(2).standard_normal((3, SIZE)).astype(np.float32)
    texts = ["nie chcę już żyć", "macie kursy?", ""]
    for text, vector, got in zip(texts, vectors, classifier._odds(texts, vectors), strict=True):
        meaning = [
            np.maximum((vector - of["mean"]) @ of["hidden"][number] + of["hidden_bias"][number], 0) @ of["out"][number]
            + of["out_bias"][number]
            for number in range(NETWORKS)
        ]
        row = np.zeros(COLUMNS, dtype=np.float32)
        row[columns(text)] = of["worth"][columns(text)]
        letters = row / (np.linalg.norm(row) or 1) @ of["letters"] + of["letters_bias"]
        scores = np.exp((np.mean(meaning, axis=0) + letters) / 2)
        shares = scores / scores.sum()
        assert np.allclose([shares[number == OF_CLASS].sum() for number in range(len(CLASSES))], got, atol=1e-4)


def test_letters_are_read_without_diacritics_and_words_in_their_order() -> None:
    assert columns("żyć nie chcę") == columns("zyc nie chce") != columns("chce nie zyc")
    assert columns("") == columns(" ")


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    file = stored(tmp_path)
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(DamagedModel):
        Classifier(file)


def test_a_file_of_an_older_training_is_left_out_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    old = {name: value for name, value in weights().items() if name != "of_class"}
    stored(tmp_path / "models", old)
    assert not Detector(tmp_path).is_complete
    stored(tmp_path / "models")
    assert Detector(tmp_path).is_complete
