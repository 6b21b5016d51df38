"""Near-duplicates: what hangs together is one group, whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from api.review.grouping import alikeness, grouped, normalised

WORDS = st.lists(
    st.sampled_from(["kurs", "kursy", "cnc", "spawania", "macie", "jakis", "żółw"]), min_size=1, max_size=4
)
LINES = st.lists(WORDS.map(" ".join), max_size=12)


def plain(text: str) -> str:
    return text


def sets(groups: list[list[str]]) -> set[frozenset[str]]:
    """The groups without their order."""
    return {frozenset(map(normalised, group)) for group in groups}


def test_typing_case_and_diacritics_do_not_part_what_says_the_same() -> None:
    lines = ["Macie kurs CNC?", "macie kurs cnc", "macie kursy cnc", "gdzie jest poradnia", "gdzie jest poradnia??"]
    assert [len(group) for group in grouped(lines, plain)] == [3, 2]


def test_different_questions_stay_apart() -> None:
    lines = ["macie kurs spawania", "ile trwa praktyka", "chcę do psychologa", "nie", "tak"]
    assert len(grouped(lines, plain)) == len(lines)


@given(LINES)
def test_each_line_is_in_one_group(lines: list[str]) -> None:
    groups = grouped(lines, plain)
    assert sorted(line for group in groups for line in group) == sorted(lines)
    assert all(groups)
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)


@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_makes_no_difference(lines: list[str], random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sets(grouped(shuffled, plain)) == sets(grouped(lines, plain))


@given(LINES)
def test_what_is_the_same_when_normalised_is_never_parted(lines: list[str]) -> None:
    groups = grouped([*lines, *(f"  {line.upper()}!" for line in lines)], plain)
    homes = [normalised(line) for group in groups for line in {normalised(line): line for line in group}.values()]
    assert len(homes) == len(set(homes))


@given(st.text(), st.text())
def test_alikeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    one, other = normalised(one), normalised(other)
    assert 0 <= alikeness(one, other) <= 1
    assert alikeness(one, other) == alikeness(other, one)
    assert alikeness(one, one) == 1
