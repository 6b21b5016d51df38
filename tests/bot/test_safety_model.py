"""The safety classifier learns from meaning and from letters, and is judged on authors that it does not know."""

from __future__ import annotations

from typing import Dict, List, Sequence

import numpy as np
import pytest
import scipy.sparse
from sklearn import neural_network
from sklearn.neural_network import MLPClassifier

from bot import encoder, safety_model
from bot.safety_letters import counted, rarity
from bot.safety_lines import LANGUAGES, Line, authors, lines
from bot.safety_model import CLASSES, OWN_LETTERS, Data, fit, left_out, odds, prepare

SIZE = 8
WORDS = ("kursy", "koniec", "bije", "smutno")


def data(*, vectors_tell: bool, letters_tell: bool) -> Data:
    """Forty rows of each class, told apart by their vectors, their letters or both."""
    random = np.random.default_rng(3)
    labels = np.repeat(np.arange(len(CLASSES)), 40)
    vectors = random.standard_normal((len(labels), SIZE)).astype(np.float32)
    if vectors_tell:
        vectors[np.arange(len(labels)), labels] += 6
    texts = [f"{WORDS[label] if letters_tell else 'słowo'} i coś jeszcze" for label in labels]
    return Data(vectors, counted(texts), labels, np.arange(len(CLASSES)), np.ones(len(labels), bool))


@pytest.mark.parametrize(("vectors_tell", "letters_tell"), [(True, False), (False, True)])
def test_either_view_alone_tells_the_classes_apart(
    monkeypatch: pytest.MonkeyPatch, vectors_tell: bool, letters_tell: bool
) -> None:
    monkeypatch.setattr(safety_model, "EPOCHS", 60)
    monkeypatch.setattr(safety_model, "LETTERS", safety_model.LETTERS._replace(epochs=60))
    made = data(vectors_tell=vectors_tell, letters_tell=letters_tell)
    rows = np.arange(len(made.labels))
    found = odds(fit(made, rows), made, rows)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.argmax(axis=1) == made.labels).mean() > 0.9


def test_the_odds_of_families_add_up_and_what_no_row_has_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five kinds: two of the first class, one of each other, and one without a row, as when its author is left out."""
    monkeypatch.setattr(safety_model, "EPOCHS", 60)
    made = data(vectors_tell=True, letters_tell=False)
    kinds = np.where(np.arange(160) < 20, 0, made.kinds + 2)
    made = made._replace(kinds=kinds, of_class=np.array([0, 3, 0, 1, 2, 3]))
    rows = np.arange(160)
    model = fit(made, rows)
    assert list(model["of_class"]) == [0, 0, 1, 2, 3]
    assert model["out"].shape[-1] == model["letters"].shape[-1] == 5
    found = odds(model, made, rows)
    assert found.shape == (160, len(CLASSES))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.argmax(axis=1) == made.labels).mean() > 0.9


class Noted:
    """An encoder that notes what it is given."""

    def __init__(self, name: str) -> None:
        del name

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        return np.zeros((len(texts), SIZE), dtype=np.float32)


asked: List[str] = []


def test_every_other_own_line_is_learned_without_diacritics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "CachedEncoder", Noted)
    asked.clear()
    sentences = [
        Line("Chcę żyć", "none", "guidance", "pl", "second"),
        Line("Źle, źle", "none", "guidance", "pl", "second"),
        Line("Nie chcę żyć", "crisis", "suicide", "pl", "second"),
        Line("Już  dość", "crisis", "suicide", "pl", "second"),
        Line("Mam dość", "distress", "", "pl", ""),
        Line("Jakie są kursy?", "none", "", "pl", ""),
        Line("he hits me", "report_violence", "home", "en", "second"),
    ]
    made = prepare(sentences)
    assert asked == [
        *("chcę żyć", "zle, zle", "nie chcę żyć", "juz dosc", "mam dość", "jakie są kursy?", "he hits me"),
    ]
    assert list(made.own) == [True, True, True, True, False, False, True]
    assert [CLASSES[label] for label in made.labels] == [line.label for line in sentences]
    assert len(set(made.kinds)) == 5


def test_the_own_lines_count_more_often_and_grave_ones_most(monkeypatch: pytest.MonkeyPatch) -> None:
    made = data(vectors_tell=False, letters_tell=True)._replace(own=np.arange(160) % 40 >= 20)
    monkeypatch.setattr(safety_model, "EPOCHS", 1)
    learned: List[int] = []

    def noted(rows: scipy.sparse.csr_matrix) -> np.ndarray:
        learned.append(rows.shape[0])
        return rarity(rows)

    class Counted(MLPClassifier):  # type: ignore[misc]
        def partial_fit(self, rows: np.ndarray, labels: np.ndarray, classes: Sequence[int]) -> MLPClassifier:
            learned.append(len(rows))
            return super().partial_fit(rows, labels, classes=classes)

    monkeypatch.setattr(safety_model, "rarity", noted)
    monkeypatch.setattr(neural_network, "MLPClassifier", Counted)
    safety_model._letters(made, np.arange(160))
    safety_model._meaning(made, np.arange(160))
    in_networks = 80 + 20 * safety_model.HARMLESS_MEANING + 60 * safety_model.GRAVE_MEANING
    assert learned == [80 + 80 * OWN_LETTERS, *[in_networks] * safety_model.NETWORKS]


def test_no_author_is_judged_by_a_classifier_that_knows_the_author(monkeypatch: pytest.MonkeyPatch) -> None:
    names = authors()
    sentences = [Line("x", "none", "trade", "pl", author) for author in (*names, *names, "", "", "")]
    rows = np.arange(len(sentences))
    made = Data(np.zeros((len(rows), 1)), counted(["x"] * len(rows)), 0 * rows, np.zeros(1, int), rows < 99)
    asked: List[np.ndarray] = []

    def learn(_: Data, known: np.ndarray) -> Dict[str, np.ndarray]:
        return {"known": known}

    def judge(model: Dict[str, np.ndarray], _: Data, judged: np.ndarray) -> np.ndarray:
        assert not set(model["known"]) & set(judged)
        assert not {sentences[row].author for row in judged} & {sentences[row].author for row in model["known"]} - {""}
        asked.append(judged)
        return np.full((len(judged), len(CLASSES)), 0.25)

    monkeypatch.setattr(safety_model, "fit", learn)
    monkeypatch.setattr(safety_model, "odds", judge)
    assert (left_out(sentences, made) == 0.25).all()
    assert sorted(np.concatenate(asked)) == list(rows)


def test_every_author_wrote_in_both_languages_harmless_lines_at_least() -> None:
    found = {(line.author, line.language, line.label) for line in lines() if line.author}
    for author in authors():
        wrote = [{label for by, code, label in found if (by, code) == (author, language)} for language in LANGUAGES]
        assert wrote in ([set(CLASSES)] * 2, [{"none"}] * 2), author
