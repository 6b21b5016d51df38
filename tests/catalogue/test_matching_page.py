"""The page about the matching shows the rules as they are."""

from scripts.matching_table import PAGE, page, table


def test_the_table_of_rules_is_up_to_date() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written, "run python -m scripts.matching_table"


def test_a_stale_table_is_noticed() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written.replace("+30", "+31")) == written
    assert "+30" in table()
