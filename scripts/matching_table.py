"""Write the table of the matching's rules into `docs/matching.md`.

python -m scripts.matching_table
"""

from api.catalogue.reasons import DISLIKE, REJECTED_LETTER, RULES
from api.settings import ROOT

PAGE = ROOT / "docs" / "matching.md"
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"


def table() -> str:
    """The rules as a Markdown table, in the order of the code."""
    rows = [(kind.value, rule) for kind, rule in RULES.items()]
    rows += [("dislike", DISLIKE), ("rejected letter", REJECTED_LETTER)]
    lines = [f"| {name} | {rule.points:+d} | {'each' if rule.each else 'once'} | {rule.when} |" for name, rule in rows]
    return "\n".join(["| reason | points | counted | when |", "| --- | --- | --- | --- |", *lines])


def page(former: str) -> str:
    """The page with the present table in place of the former one."""
    before, _, rest = former.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
