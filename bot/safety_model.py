"""Trains the classifier of the safety detector (docs/safety.md): none, crisis, report_violence or distress.

python -m bot.safety_model --out var/models/safety.npz [--curve docs/safety_curve.csv]

Learns from `bot/safety_lines.py`: `data/nlu` as written, every other one of our own lines without diacritics, because
pupils type both. Two views are learned apart: networks on the sentence vector, and weights for letters and words
(`bot/safety_letters.py`). Both learn to tell the families of the classes apart (trade, hyperbole, suicide, …), whose
probabilities are added up for a class (docs/decisions/0032). The file holds plain numbers: the service reads it with
numpy alone (`api/safety/classifier.py`). Beside it stands a note with its checksum and the fingerprint of what it was
made from; with the same fingerprint nothing is trained again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import sys
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence

# BLAS threads fight over two cores and win nothing with matrices this small.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy.sparse

from bot import network
from bot.network import Plan
from bot.safety_letters import counted, rarity, weighed
from bot.safety_lines import CLASSES, LANGUAGES, Line, authors, lines

ROOT = Path(__file__).resolve().parent.parent
INPUTS = (
    "bot/safety_model.py",
    "bot/safety_letters.py",
    "bot/safety_lines.py",
    "bot/network.py",
    "bot/text.py",
    "bot/encoder.py",
    "e5",
    "data/nlu",
    "data/safety/training",
    "requirements/bot.txt",
)
HIDDEN = 512
NETWORKS = 2
EPOCHS = 8
# The last epochs learn slowly.
SLOW_FROM = 5
RATE, SLOW_RATE = 0.002, 0.0004
# Noise on the standardised vectors, new in each epoch, and large weights made smaller at each step: without them the
# networks learn the sentences by heart, with more of either they find less (docs/decisions/0027).
NOISE, ALPHA = 0.3, 0.25
# How often the detector's own lines count in an epoch, for their meaning and for their letters: they are the hard ones.
HARMLESS_MEANING, GRAVE_MEANING, OWN_LETTERS = 2, 4, 5
# How the weights of letters and words are learned.
LETTERS = Plan(epochs=3)
STEPS = [step / 100 for step in range(5, 100, 5)]
# How many times some of the authors are left out, to judge the classifier on lines of authors that it does not know.
FOLDS = 5
# How the file holds what is not best held in four bytes.
STORED = {"of_class": np.int8, "letters": np.float16}


def fingerprint() -> str:
    """A short name for the present state of everything that changes what training makes."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


class Data(NamedTuple):
    """What the classifier learns from, a row for each sentence.

    `own`: the sentence is from `data/safety/training/`. `letters`: how `counted` counts them. `kinds`: numbers of the
    families; `of_class` says of each kind to which class it belongs.
    """

    vectors: np.ndarray
    letters: scipy.sparse.csr_matrix
    kinds: np.ndarray
    of_class: np.ndarray
    own: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """The number of the class of each row."""
        return np.asarray(self.of_class[self.kinds])


def prepare(sentences: Sequence[Line]) -> Data:
    """Every other one of our own lines without diacritics only: each further text makes the first start longer."""
    from bot.encoder import E5, CachedEncoder
    from bot.text import squeeze, strip_diacritics

    texts = [
        strip_diacritics(squeeze(line.text)) if line.author and number % 2 else squeeze(line.text)
        for number, line in enumerate(sentences)
    ]
    kinds = sorted({(line.label, line.family) for line in sentences})
    number_of = {kind: number for number, kind in enumerate(kinds)}
    kind = np.array([number_of[line.label, line.family] for line in sentences])
    of_class = np.array([CLASSES.index(label) for label, _ in kinds])
    own = np.array([bool(line.author) for line in sentences])
    return Data(CachedEncoder(E5).encode(texts), counted(texts), kind, of_class, own)


def fit(data: Data, rows: np.ndarray) -> Dict[str, np.ndarray]:
    """What is learned from these rows: networks on the sentence vector, weights for letters and words.

    `of_class` in it says to which class each column of their outputs belongs; kinds that no row has get none.
    """
    present = np.unique(data.kinds[rows])
    known = data._replace(kinds=np.searchsorted(present, data.kinds), of_class=data.of_class[present])
    with ThreadPool(1) as beside:
        letters = beside.apply_async(_letters, (known, rows))
        return {"of_class": known.of_class, **_meaning(known, rows), **letters.get()}


def _meaning(data: Data, rows: np.ndarray) -> Dict[str, np.ndarray]:
    """The networks."""
    from sklearn.neural_network import MLPClassifier

    times = np.where(data.labels[rows] == 0, HARMLESS_MEANING, GRAVE_MEANING)
    rows = np.repeat(rows, np.where(data.own[rows], times, 1))
    mean, spread = data.vectors[rows].mean(axis=0), data.vectors[rows].std(axis=0)
    vectors = ((data.vectors[rows] - mean) / spread).astype(np.float32)

    def learn(seed: int) -> MLPClassifier:
        random = np.random.default_rng(seed)
        learner = MLPClassifier(
            (HIDDEN,), alpha=ALPHA, learning_rate_init=RATE, batch_size=256, random_state=seed, shuffle=False
        )
        for epoch in range(EPOCHS):
            if epoch == SLOW_FROM:
                learner._optimizer.learning_rate_init = SLOW_RATE
            order = random.permutation(len(rows))
            noisy = vectors[order] + NOISE * random.standard_normal(vectors.shape, dtype=np.float32)
            learner.partial_fit(noisy, data.kinds[rows][order], classes=list(range(len(data.of_class))))
        return learner

    # Side by side: numpy leaves Python's lock while it multiplies.
    with ThreadPool(NETWORKS) as pool:
        learned = pool.map(learn, range(NETWORKS))
    return {
        "mean": mean,
        "spread": spread,
        "hidden": np.stack([one.coefs_[0] for one in learned]),
        "hidden_bias": np.stack([one.intercepts_[0] for one in learned]),
        "out": np.stack([one.coefs_[1] for one in learned]),
        "out_bias": np.stack([one.intercepts_[1] for one in learned]),
    }


def _letters(data: Data, rows: np.ndarray) -> Dict[str, np.ndarray]:
    """A weight of each kind for each column of letters."""
    rows = np.repeat(rows, np.where(data.own[rows], OWN_LETTERS, 1))
    worth = rarity(data.letters[rows])
    # The network is without a hidden layer: it does not look at the vectors.
    unseen = np.zeros((len(rows), 1), np.float32)
    weights = network.train(LETTERS, weighed(data.letters, worth)[rows], unseen, data.kinds[rows])
    return {"worth": worth, "letters": weights[network.LETTERS], "letters_bias": weights["bias"]}


def odds(model: Dict[str, np.ndarray], data: Data, rows: np.ndarray) -> np.ndarray:
    """The probabilities of the classes for these rows (`api/safety/classifier.py` calculates the same)."""
    vectors = (data.vectors[rows] - model["mean"]) / model["spread"]
    by_meaning = [
        np.maximum(vectors @ hidden + hidden_bias, 0) @ out + out_bias
        for hidden, hidden_bias, out, out_bias in zip(
            model["hidden"], model["hidden_bias"], model["out"], model["out_bias"], strict=True
        )
    ]
    by_letters = weighed(data.letters[rows], model["worth"]) @ model["letters"] + model["letters_bias"]
    shares = network.softmax((np.mean(by_meaning, axis=0) + by_letters) / 2)
    return np.asarray(shares @ (model["of_class"][:, None] == np.arange(len(CLASSES))))


def left_out(sentences: Sequence[Line], data: Data) -> np.ndarray:
    """For each row the probabilities from a classifier that knows no line of its author.

    That is the nearest to what pupils will write: sentences of one author resemble each other. A fifth of the authors
    is left out at a time, and of `data/nlu`, which has no authors, each time another part.
    """
    turn = {name: number % FOLDS for number, name in enumerate(authors())}
    part = np.random.default_rng(7).permutation(len(sentences)) % FOLDS
    fold = np.array([turn[line.author] if line.author else part[i] for i, line in enumerate(sentences)])
    result = np.zeros((len(data.labels), len(CLASSES)))
    for number in range(FOLDS):
        held_out = fold == number
        model = fit(data, np.flatnonzero(~held_out))
        result[held_out] = odds(model, data, np.flatnonzero(held_out))
        print(f"  safety classifier: {number + 1} of {FOLDS} without some of the authors", flush=True)
    return result


def severity(probabilities: np.ndarray) -> Dict[str, np.ndarray]:
    """How likely a message is at least this grave (`api/safety/classifier.py` reads its thresholds on these)."""
    _, crisis, violence, distress = probabilities.T
    return {"crisis": crisis, "report_violence": crisis + violence, "distress": crisis + violence + distress}


def curve(sentences: Sequence[Line], data: Data, probabilities: np.ndarray) -> List[Dict[str, Any]]:
    """For each class, language and threshold: what is found of the class, and what is taken for it by mistake."""
    language = np.array([line.language for line in sentences])
    own = data.own
    harmless = data.labels == 0
    rows = []
    for name, score in severity(probabilities).items():
        meant = data.labels == CLASSES.index(name)
        for code in LANGUAGES:
            here = language == code
            for step in STEPS:
                fires = score >= step
                rows.append(
                    {
                        "class": name,
                        "language": code,
                        "threshold": step,
                        "found": round(float(fires[meant & here].mean()), 4),
                        "false_alarms": round(float(fires[harmless & here & ~own].mean()), 4),
                        "false_alarms_hard": round(float(fires[harmless & here & own].mean()), 4),
                    }
                )
    return rows


def main() -> int:
    """0 when the file is there and fits the present training data."""
    parser = argparse.ArgumentParser(description="Train the safety classifier.")
    parser.add_argument("--out", required=True, type=Path, help="the file to write")
    parser.add_argument("--curve", type=Path, help="also cross-validate and write what each threshold finds")
    options = parser.parse_args()
    note = options.out.with_suffix(".json")
    made_from = fingerprint()
    ready = options.out.exists() and note.exists() and json.loads(note.read_text())["made_from"] == made_from
    if ready and not options.curve:
        return 0
    print("  training the safety classifier", flush=True)
    sentences = list(lines())
    data = prepare(sentences)
    if options.curve:
        rows = curve(sentences, data, left_out(sentences, data))
        with options.curve.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    if not ready:
        write(fit(data, np.arange(len(data.labels))), options.out, note, made_from)
    return 0


def write(model: Dict[str, np.ndarray], out: Path, note: Path, made_from: str) -> None:
    """The weights, and the note with their checksum."""
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f"{out.name}.part.npz")
    weights = {name: value.astype(STORED.get(name, np.float32)) for name, value in model.items()}
    np.savez_compressed(draft, classes=np.array(CLASSES), **weights)
    checksum = hashlib.sha256(draft.read_bytes()).hexdigest()
    draft.replace(out)
    note.write_text(json.dumps({"sha256": checksum, "made_from": made_from}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
