"""`make review-export`: what is written, what is refused, and that nothing stays when the bot gets worse."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from api.conversations.service import Heart
from api.database import Database
from api.review import repository, service
from api.review.service import Decision
from api.safety.detector import Detector
from scripts import review_export, safety_eval
from scripts.model import TrainingFailed
from scripts.review_export import BEST
from scripts.review_verdict import Answers
from tests.console.talks import said

RIGHT, WRONG = ("ask_courses", "ask_courses"), ("ask_courses", "greet")
SETS = ("Polish", "Polish without diacritics", "English", "Danger noticed, Polish")
GOOD: Answers = {name: [RIGHT] * 95 + [WRONG] * 5 for name in SETS}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project: one training sentence, one test sentence, a report."""
    files = {
        "data/nlu/pl/ask_courses.yml": 'version: "3.1"\nnlu:\n- intent: ask_courses\n  examples: |\n    - kursy\n',
        "tests/nlu/pl/ask_courses.txt": "macie coś o spawaniu?\n",
        "tests/safety/others.pl.yml": "crisis:\n  plain:\n  - nie chcę już żyć\n",
        "docs/evaluation.md": "before\n",
        "docs/images/confusion.svg": "<svg/>\n",
    }
    for name, content in files.items():
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text(content, encoding="utf-8")
    return tmp_path / "project"


def state(root: Path) -> dict[Path, bytes]:
    """Every file with its content."""
    return {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}


async def review(heart: Heart, words: str, intent: str = "ask_courses", *, confirmed: bool = True) -> None:
    """A line that was not understood, reviewed by account 7."""
    talk, seq = await said(heart, words, "nlu_fallback")
    async with heart.database.transaction() as session:
        entities = ({"entity": "industry", "value": "mechanical"},) if "mechanika" in words else ()
        decision = Decision("wrong", words, intent, entities, confirmed=confirmed)
        await service.save(session, 7, talk, seq, decision)


def measuring(root: Path, *results: Answers) -> tuple[list[str], Callable[[], Answers]]:
    """A measurement that gives these answers in turn and writes its report, as the real one does."""
    told, given = [], iter(results)

    def measure() -> Answers:
        told.append("measured")
        (root / "docs" / "evaluation.md").write_text(f"measured {len(told)}\n", encoding="utf-8")
        return next(given)

    return told, measure


def written(root: Path, language: str = "pl") -> dict[str, list[str]]:
    """The reviewed sentences by intent."""
    file = root / "data" / "nlu" / "reviewed" / f"{language}.yml"
    found: dict[str, list[str]] = {}
    for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
        found.setdefault(entry["intent"], []).extend(line[2:] for line in entry["examples"].splitlines())
    return found


async def left(database: Database) -> list[str]:
    """What waits for the next export."""
    async with database.transaction(read_only=True) as session:
        return [item.text for item in await repository.to_export(session)]


async def test_confirmed_sentences_are_written_with_who_and_when_and_counted_once(
    heart: Heart, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await review(heart, "jakies kursy: drony # tanio")
    await review(heart, "mechanika jest super", "inform_interest")
    await review(heart, "nie potwierdzone", confirmed=False)
    await review(heart, "mam na imię Ola i chce kurs")
    told, measure = measuring(root, GOOD, GOOD)
    assert await review_export.export(heart.database, root, measure)
    assert len(told) == 2
    assert written(root) == {
        "ask_courses": ["jakies kursy: drony # tanio", "mam na imię imię i chce kurs"],
        "inform_interest": ["mechanika jest super"],
    }
    text = (root / "data" / "nlu" / "reviewed" / "pl.yml").read_text(encoding="utf-8")
    assert "# account 7, confirmed by account 7 on 20" in text
    assert "names industry mechanical" in text
    assert "@" not in text
    assert "+    - mechanika jest super" in capsys.readouterr().out, "the difference is shown"
    assert await left(heart.database) == []
    assert await review_export.export(heart.database, root, measure)
    assert len(told) == 2, "there is nothing to measure"
    await review(heart, "a kurs barmana?")
    _, measure = measuring(root, GOOD, GOOD)
    assert await review_export.export(heart.database, root, measure)
    assert written(root)["ask_courses"][-1] == "a kurs barmana?"


@pytest.mark.parametrize("name", SETS)
async def test_when_a_set_gets_worse_everything_is_put_back(heart: Heart, root: Path, name: str) -> None:
    await review(heart, "zupełnie nowe zdanie")
    before = state(root)
    _, measure = measuring(root, GOOD, {**GOOD, name: [RIGHT] * 87 + [WRONG] * 13})
    assert not await review_export.export(heart.database, root, measure)
    assert state(root) == before
    assert await left(heart.database) == ["zupełnie nowe zdanie"]


async def test_what_training_does_by_itself_is_accepted_and_the_best_is_remembered(heart: Heart, root: Path) -> None:
    """Otherwise hardly any export would pass: a sentence or two always move."""
    await review(heart, "zupełnie nowe zdanie")
    better = {**GOOD, "English": [RIGHT] * 97 + [WRONG] * 3}
    _, measure = measuring(root, better, {**better, "Polish": [WRONG] + [RIGHT] * 94 + [WRONG] * 5})
    assert await review_export.export(heart.database, root, measure)
    best = review_export.read_best(root)
    assert (best["Polish"], best["English"]) == (95.0, 97.0)
    assert list(yaml.safe_load((root / BEST).read_text(encoding="utf-8"))) == ["sentences", "best"]


async def test_small_falls_one_after_the_other_end_at_the_best(heart: Heart, root: Path) -> None:
    """The report says 94 % then, but 95 % was reached before."""
    review_export.write_best(root, {"Polish": 95.0})
    await review(heart, "zupełnie nowe zdanie")
    before = state(root)
    fallen = {**GOOD, "Polish": [RIGHT] * 94 + [WRONG] * 6}
    _, measure = measuring(root, fallen, {**fallen, "Polish": [RIGHT] * 93 + [WRONG] * 7})
    assert not await review_export.export(heart.database, root, measure)
    assert state(root) == before


async def test_the_best_counts_for_its_test_sentences_only(heart: Heart, root: Path) -> None:
    review_export.write_best(root, {"Polish": 99.0})
    assert review_export.read_best(root) == {"Polish": 99.0}
    (root / "tests" / "nlu" / "pl" / "greet.txt").write_text("hejka\n", encoding="utf-8")
    assert review_export.read_best(root) == {}


async def test_when_measuring_fails_everything_is_put_back(heart: Heart, root: Path) -> None:
    await review(heart, "zupełnie nowe zdanie")
    before = state(root)

    def fail() -> Answers:
        if (root / "data" / "nlu" / "reviewed").exists():
            raise TrainingFailed("Rasa refused the data.")
        return GOOD

    with pytest.raises(TrainingFailed):
        await review_export.export(heart.database, root, fail)
    assert state(root) == before
    assert await left(heart.database) == ["zupełnie nowe zdanie"]


async def test_test_sentences_and_second_labels_are_left_out(heart: Heart, root: Path) -> None:
    await review(heart, "Macie cos o spawaniu")
    await review(heart, "nie chce juz zyc!", "crisis")
    await review(heart, "KURSY!", "ask_internships")
    await review(heart, "kursy")
    await review(heart, "raz tak", "affirm")
    await review(heart, "Raz tak.", "deny")
    _, measure = measuring(root, GOOD, GOOD)
    assert await review_export.export(heart.database, root, measure)
    assert written(root) == {"affirm": ["raz tak"]}
    assert await left(heart.database) == ["Macie cos o spawaniu", "nie chce juz zyc!", "KURSY!", "Raz tak."]


def test_the_safety_detectors_are_compared_on_their_own_lines(tmp_path: Path) -> None:
    """They learn from the same sentences. Without a classifier the patterns alone speak, which is enough here."""
    found = review_export.noticed(Detector(tmp_path))
    assert set(found) == {
        f"{what}, {language}" for what in ("Danger noticed", "No false alarm") for language in ("Polish", "English")
    }
    for name, answers in found.items():
        right = sum(label == guess for label, guess in answers)
        assert 0 < right < len(answers), name
    assert {label for label, _ in found["Danger noticed, Polish"]} == set(safety_eval.FOUND)
